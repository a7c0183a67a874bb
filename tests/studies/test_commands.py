"""The commands: exit codes 0, 1 and 2, reasons on stderr, one JSON object on stdout."""

import io
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import ManagementUtility, call_command
from django.core.management.base import CommandError
from django.db import connection

from studies import audit, triggers
from studies.models import Invitation, Study
from tests.studies.builders import make_reader, make_study, read_until
from tests.studies.reading_study import EVERY_KIND

pytestmark = pytest.mark.django_db


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """(exit code, stdout, stderr), as the command line gives them."""
    code = 0
    # Commands close their connections at the end; the test's own must stay.
    with patch("django.core.management.base.connections.close_all"):
        try:
            ManagementUtility(["manage.py", *map(str, words), "--skip-checks"]).execute()
        except SystemExit as ended:
            code = int(ended.code or 0)
    told = capsys.readouterr()
    return code, told.out, told.err


def answer(command: str, *words: Any, **options: Any) -> dict[str, Any]:
    out = io.StringIO()
    call_command(command, *words, as_json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def test_a_study_goes_from_draft_to_locked(capsys: pytest.CaptureFixture[str]) -> None:
    study = make_study()
    for command in ("open_study", "close_study", "lock_study"):
        assert run(capsys, command, study.slug)[0] == 0
    study.refresh_from_db()
    assert study.state == Study.State.LOCKED


@pytest.mark.parametrize("command", ["open_study", "close_study", "lock_study", "invite", "verify_audit"])
def test_an_unknown_slug_is_refused_with_the_known_ones(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    make_study()
    code, out, err = run(capsys, command, "nope")
    assert (code, out) == (1, "")
    assert "No study has the slug “nope”. Studies here: quality." in err


@pytest.mark.parametrize(
    "words",
    [
        ["open_study"],
        ["simulate_readers", "quality"],
        ["export_study", "quality"],
        ["send_dicomweb", "quality"],
        ["invite", "a", "b"],
    ],
)
def test_wrong_usage_is_exit_2(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert run(capsys, *words)[0] == 2


def test_every_reason_not_to_open_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    make_study(cases=0)
    code, _, err = run(capsys, "open_study", "quality")
    assert code == 1
    assert "Sessions:" in err and "Images:" in err


def test_a_refusal_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    make_study()
    code, out, _ = run(capsys, "invite", "quality", "--json")
    assert code == 1
    assert json.loads(out)["refused"] == ["Study quality is draft; links are made while it is open."]


def test_invite_gives_each_reader_one_link_that_works(client: Any) -> None:
    study = make_study(readers=2, opened=True)
    told = answer("invite", study.slug)
    assert [link["reader"] for link in told["links"]] == ["R01", "R02"]
    assert set(told["links"][0]) == {"reader", "name", "email", "url"}
    path = told["links"][0]["url"].removeprefix("http://127.0.0.1:8000")
    assert client.get(path, secure=True).status_code == 200


def test_a_second_invite_makes_no_second_link() -> None:
    study = make_study(readers=2, opened=True)
    answer("invite", study.slug)
    make_reader(study, "R03")
    assert [link["reader"] for link in answer("invite", study.slug)["links"]] == ["R03"]


def test_reissue_replaces_and_revokes() -> None:
    study = make_study(readers=2, opened=True)
    answer("invite", study.slug)
    told = answer("invite", study.slug, reader="R02", reissue=True)
    assert [link["reader"] for link in told["links"]] == ["R02"]
    assert Invitation.objects.filter(reader__code="R02", revoked_utc=None).count() == 1
    assert Invitation.objects.filter(reader__code="R01", revoked_utc=None).count() == 1


def test_simulate_readers_prints_one_object() -> None:
    study = make_study(readers=0, opened=True, text=EVERY_KIND)
    told = answer("simulate_readers", study.slug, seed=4, readers=2)
    assert (told["readers"], told["readings"], told["simulated"]) == (2, 2 * (4 + 4 + 1), True)


def test_simulate_readers_refuses_a_study_of_people(capsys: pytest.CaptureFixture[str]) -> None:
    study = make_study(readers=1, opened=True)
    answer("invite", study.slug)
    code, _, err = run(capsys, "simulate_readers", study.slug, "--seed", 1)
    assert code == 1
    assert "A person's link was made" in err


def test_export_tells_its_rows_and_refuses_a_second_time(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    study = make_study(readers=1, opened=True)
    read_until(study.readers.get(), "done")
    code, out, _ = run(capsys, "export_study", study.slug, "--to", tmp_path / "out", "--json")
    assert (code, json.loads(out)["rows"]["readings.csv"]) == (0, 8)
    code, _, err = run(capsys, "export_study", study.slug, "--to", tmp_path / "out")
    assert code == 1
    assert "The folder is not empty. Name a new or an empty folder." in err


def test_report_before_the_lock_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    study = make_study(opened=True)
    code, _, err = run(capsys, "report", study.slug, "--to", tmp_path / "out")
    assert code == 1
    assert "lock it first" in err
    assert not (tmp_path / "out").exists()


def test_verify_audit_counts_what_holds() -> None:
    study = make_study(readers=1, opened=True)
    read_until(study.readers.get(), "done")
    told = answer("verify_audit")
    assert told["ok"] and told["studies"][0]["readings"] == 8


def test_verify_audit_names_the_first_broken_event(capsys: pytest.CaptureFixture[str]) -> None:
    study = make_study(readers=1, opened=True)
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE studies_auditevent SET reason = 'changed' WHERE action = 'study.opened'")
    triggers.install(connection)
    code, _, err = run(capsys, "verify_audit", study.slug)
    assert code == 1
    assert "study.opened" in err and "not what was hashed" in err


def test_verify_audit_reaches_heads_that_were_kept(capsys: pytest.CaptureFixture[str]) -> None:
    study = make_study(readers=1, opened=True)
    heads = [head for _, _, head in audit.heads(study)]
    assert run(capsys, "verify_audit", "--head", heads[0])[0] == 0
    assert run(capsys, "verify_audit", "--head", heads[0], "--head", "0" * 64)[0] == 1
    assert run(capsys, "verify_audit", "--head", "nonsense")[0] == 2


def test_a_refusal_from_code_is_a_command_error() -> None:
    with pytest.raises(CommandError, match="none yet"):
        call_command("close_study", "nope")


def test_a_real_study_has_a_row_per_slot(deepfake_folder: Path, tmp_path: Path) -> None:
    call_command("load_study", str(deepfake_folder), stdout=io.StringIO())
    call_command("open_study", "radiograph-quality", override="Kept as published.", stdout=io.StringIO())
    told = answer("simulate_readers", "radiograph-quality", seed=1, readers=3)
    assert told["readings"] == 3 * 40 * 2 + 3 * 4
    for command in ("close_study", "lock_study"):
        call_command(command, "radiograph-quality", stdout=io.StringIO())
    made = answer("report", "radiograph-quality", to=tmp_path / "report")
    assert len(made["figures"]) == 3
