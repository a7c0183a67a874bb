"""The audit in the database: what is kept, what opens, what does not, and who is told."""

import io
import json
import shutil

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from studies import audit, evidence, lifecycle, triggers, truth
from studies.export.folder import notice
from studies.leaks import audit as leaks
from studies.leaks.cases import _facts
from studies.leaks.document import without_truth
from studies.leaks.features import ORIGINAL
from studies.management.command import FoundWanting
from studies.models import AuditEvent, Case, Image, LeakAudit, Study
from studies.overrides import Overrides, parse
from studies.refusals import NotReady, Refused
from tests.planted import write_folder
from tests.studies.builders import make_study

pytestmark = pytest.mark.django_db
REASON = "The sizes are those of the sources; readers see them scaled."


def leaky(cases: int = 20) -> Study:
    """A draft whose derivatives of one truth have more rows."""
    study = make_study(cases=cases)
    known = truth.for_leak_audit(study)
    for image in Image.objects.filter(case__study=study):
        Image.objects.filter(pk=image.pk).update(rows=64 + 32 * known[image.case_id])
    return study


def audited(slug: str = "quality") -> tuple[int, dict]:
    """Exit code and document of the command."""
    told = io.StringIO()
    try:
        call_command("audit_leaks", slug, as_json=True, stdout=told)
    except FoundWanting:
        return 1, json.loads(told.getvalue())
    return 0, json.loads(told.getvalue())


def test_a_leaky_study_is_refused_with_each_rule_its_accuracy_and_interval():
    study = leaky()
    with pytest.raises(NotReady, match=r"truth is told by rows in 20 of 20 cases \(95 % CI 83–100 %\)"):
        lifecycle.open_study(study, audit.OPERATOR)
    study.refresh_from_db()
    assert study.state == Study.State.DRAFT and not LeakAudit.objects.exists()


def test_a_refusal_tells_no_case_and_no_threshold():
    with pytest.raises(NotReady) as refused:
        lifecycle.open_study(leaky(), audit.OPERATOR)
    assert not [word for word in ("main-0", "96", "80", "up to") if word in str(refused.value)]


def test_a_clean_study_opens_with_an_audit_of_its_own():
    study = make_study(cases=20, opened=True)
    kept = LeakAudit.objects.get(study=study)
    assert not kept.whole and not kept.result["refuses"]
    opened = AuditEvent.objects.get(action="study.opened")
    assert json.loads(opened.data)["leak_audit"] == kept.pk
    assert evidence.verify_study(study) is None


def test_too_few_cases_open_and_are_told():
    study = make_study(cases=4)
    (item,) = [item for item in lifecycle.readiness(study) if item.name == "Leak audit"]
    assert item.holds and "too few to tell" in item.detail
    lifecycle.open_study(study, audit.OPERATOR)


def test_an_override_is_kept_wherever_the_study_goes():
    study = leaky()
    lifecycle.open_study(study, audit.OPERATOR, REASON)
    study.refresh_from_db()
    assert study.state == Study.State.OPEN and study.leaks_override == REASON
    assert AuditEvent.objects.get(action="study.opened").reason == REASON
    assert REASON in notice(study)
    assert evidence.verify_study(study) is None


def unseen_and_leaky() -> Study:
    study = leaky()
    Image.objects.filter(case=study.cases.first()).update(derivative_sha256="0" * 64)
    return study


@pytest.mark.parametrize(
    ("override", "left"), [("leaks=Known.", "Burned-in text"), ("unseen=Phantoms.", "Leak audit")]
)
def test_a_reason_for_one_ground_leaves_the_other(override, left):
    study = unseen_and_leaky()
    with pytest.raises(CommandError) as refused:
        call_command("open_study", study.slug, "--override", override)
    assert str(refused.value).startswith(left) and "\n" not in str(refused.value)


def test_each_ground_is_told_with_its_reason():
    study = unseen_and_leaky()
    said = ["--override", "leaks=Known.", "--override", "unseen=Phantoms."]
    call_command("open_study", study.slug, *said, stdout=io.StringIO())
    study.refresh_from_db()
    opened = AuditEvent.objects.get(action="study.opened")
    assert json.loads(opened.data)["overridden"] == {"leaks": "Known.", "unseen": "Phantoms."}
    assert opened.reason == "leaks: Known.; unseen: Phantoms."
    assert notice(study) == (
        "OPENED IN SPITE OF ITS LEAK AUDIT: Known. 1 OF 20 IMAGES ACCEPTED UNSEEN: Phantoms."
    )
    assert evidence.verify_study(study) is None


def test_an_opening_of_before_reasons_had_grounds_still_verifies():
    study = make_study(cases=4)
    data = {"leaks_overridden": True}
    opened = audit.record(study, "study.opened", actor=audit.OPERATOR, reason=REASON, data=data)
    assert evidence._leaks_overridden(opened) == REASON


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ([], Overrides()),
        ([" Known. "], Overrides("Known.", "Known.")),
        (["n = 12, known"], Overrides("n = 12, known", "n = 12, known")),
        (["leaks=a = b"], Overrides(leaks="a = b")),
        (["unseen=b", "leaks=a"], Overrides("a", "b")),
    ],
)
def test_overrides_are_read(said, meant):
    assert parse(said) == meant


@pytest.mark.parametrize(
    "said", [["leak=x"], ["leaks= "], ["Known.", "leaks=x"], ["leaks=x", "leaks=y"], ["x", "y"]]
)
def test_what_is_no_override_is_refused_with_what_is(said):
    with pytest.raises(Refused, match="It takes leaks=REASON or unseen=REASON, or REASON for both"):
        parse(said)


def test_an_override_that_nothing_needed_stays_in_the_audit_alone():
    study = make_study(cases=20)
    lifecycle.open_study(study, audit.OPERATOR, REASON)
    study.refresh_from_db()
    assert study.leaks_override == "" and evidence.verify_study(study) is None


def test_an_override_overrides_nothing_else():
    study = leaky()
    Case.objects.create(study=study, case_set=study.case_sets.get(), code="bare")
    with pytest.raises(NotReady) as refused:
        lifecycle.open_study(study, audit.OPERATOR, REASON)
    assert not [reason for reason in refused.value.reasons if "Leak audit" in reason]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE studies_study SET leaks_override = ''",
        "UPDATE studies_leakaudit SET document = '{}'",
        "DELETE FROM studies_leakaudit",
    ],
)
def test_the_database_keeps_audits_and_overrides(statement):
    lifecycle.open_study(leaky(), audit.OPERATOR, REASON)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_another_override_than_the_events_is_found():
    study = make_study(cases=4)
    Study.objects.filter(pk=study.pk).update(leaks_override="forged")
    assert "in spite of leaks" in str(evidence.verify_study(study))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE studies_leakaudit SET document = replace(document, 'true', 'false')",
        "UPDATE studies_leakaudit SET files_sha256 = 'forged'",
        "DELETE FROM studies_leakaudit",
        "INSERT INTO studies_leakaudit (study_id, made_utc, actor, files_sha256, whole, document) "
        "SELECT study_id, '2026-01-01 00:00:00', actor, 'forged', whole, document FROM studies_leakaudit",
    ],
)
def test_an_audit_that_was_tampered_with_is_found(statement):
    study = leaky()
    leaks.make(study, audit.OPERATOR, gate_alone=True)
    assert evidence.verify_study(study) is None
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    triggers.install(connection)
    assert "its leak audit of" in str(evidence.verify_study(study))


def test_the_command_keeps_its_result_with_an_event():
    leaky()
    code, told = audited()
    kept = LeakAudit.objects.get()
    assert (code, told["refuses"], kept.whole) == (1, True, True)
    assert {"study": "quality", **kept.result} == told
    event = AuditEvent.objects.get(action="leaks.audited")
    said = json.loads(event.data)
    assert said.pop("audit_sha256") and "nonce" not in without_truth(kept.result)
    assert said == {"files_sha256": kept.files_sha256, "refuses": True, "whole": True}
    assert not [word for word in ("rows", "main-0") if word in event.data]


def test_the_table_says_what_tells_and_what_would_help():
    leaky()
    told = io.StringIO()
    with pytest.raises(FoundWanting):
        call_command("audit_leaks", "quality", stdout=told)
    lines = told.getvalue().splitlines()
    (line,) = [line for line in lines if line.startswith("    rows up to 80")]
    assert "100 % (83–100)" in line and "20/20" in line and "tells: refuses opening" in line
    assert any(line.startswith("    Remedy: Give all cases one canvas") for line in lines)


def test_a_clean_study_exits_0_and_counts_what_it_could_not_see():
    make_study(cases=20)
    code, told = audited()
    assert (code, told["refusals"], told["without_picture"]) == (0, [], 20)


@pytest.mark.parametrize("change", ["rows", "truth", "stored", "display"])
def test_an_audit_of_other_files_is_stale(change, data_dir):
    study = make_study(cases=20)
    leaks.make(study, audit.OPERATOR)
    assert leaks.current(study)
    image = Image.objects.first()
    if change == "truth":
        truth.keep([(image.case, truth.TruthEntry(1, diagnosis="changed"))])
    elif change == "stored":
        next(data_dir.rglob("*.zst")).write_bytes(b"a longer file than it was")
    else:
        Image.objects.filter(pk=image.pk).update(
            **{"rows": {"rows": 65}, "display": {"display": {"low": 1}}}[change]
        )
    assert leaks.current(study) is None


def test_an_audit_that_is_current_is_not_made_again():
    study = make_study(cases=20)
    kept = leaks.make(study, audit.OPERATOR)
    lifecycle.open_study(study, audit.OPERATOR)
    assert list(LeakAudit.objects.all()) == [kept]


def test_a_case_set_that_no_session_draws_from_is_left_out():
    study = leaky(20)
    other = study.case_sets.create(name="spare")
    Case.objects.create(study=study, case_set=other, code="spare-1")
    assert audited()[1]["cases"] == 20


@pytest.mark.parametrize("suffix", ["png", "dcm"])
def test_a_stack_in_a_folder_is_known_by_its_first_files_header(tmp_path, suffix):
    folder = write_folder(tmp_path / "study")
    single = folder / "images" / ("gpt-generated-1.png" if suffix == "png" else "authentic-0.dcm")
    (folder / "images" / "stack").mkdir()
    for number in (2, 10):
        shutil.copy(single, folder / "images" / "stack" / f"s{number}.{suffix}")
    cases = folder / "cases.csv"
    cases.write_text(cases.read_text().replace("images/gpt-generated-3.png", "images/stack"))
    call_command("load_study", str(folder), stdout=io.StringIO())
    stack, alone = (
        _facts(Case.objects.get(images__original_name=name), (ORIGINAL,), {}).images[0].facts[ORIGINAL]
        for name in ("images/stack", f"images/{single.name}")
    )
    of_name = {"files", "bytes"} | {name for name in stack if "name" in name or "extension" in name}
    assert (stack["files"], alone["files"], stack["bytes"]) == (2.0, 1.0, 2 * alone["bytes"])
    assert [name for name in alone if name not in of_name and alone[name] != stack[name]] == []
    assert stack["mode"] == {"png": "L", "dcm": "MONOCHROME2"}[suffix]


def test_a_real_leaky_set(deepfake_folder):
    call_command("load_study", str(deepfake_folder), stdout=io.StringIO())
    code, told = audited("radiograph-quality")
    assert code == 1
    found = {family["kind"]: family["rules"] for family in told["targets"][0]["families"]}
    gate = {rule["feature"]: rule["correct"] for rule in found["derivative"] if rule["tells"]}
    assert gate["rows"] >= 38 and gate["columns"] >= 37 and "stored bytes (gzip)" in gate
    told_by = {rule["feature"] for rule in found["original"] if rule["own_p"] <= 0.05}
    assert {"C2PA", "pixel size", "bytes", "format", "mode", "number in the name"} <= told_by
    assert [(pair["first"], pair["second"]) for pair in told["duplicates"]] == [("Radio028", "Radio041")]
