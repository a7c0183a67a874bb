"""The level of an audit: sets that leak nothing are left in peace, leaks are found, the gate is not moved."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from studies import audit, lifecycle
from studies.leaks import audit as leaks
from studies.leaks.document import as_document, as_text
from studies.leaks.features import DERIVATIVE, KINDS, ORIGINAL, PICTURE, CaseFacts, columns
from studies.leaks.level import HIGHEST, MOST_EXCHANGES, SINGLE, TOGETHER, exchanges, level
from studies.leaks.report import LeakReport, look
from studies.management.command import FoundWanting
from studies.models import AuditEvent, Image, LeakAudit, Study
from studies.refusals import NotReady
from studies.truth import for_leak_audit
from tests.leaks.builders import TERMS, alternating, clean, family, looked, made
from tests.leaks.phantoms import CASES, phantom_set
from tests.studies.builders import make_study

STRICT = 0.01


@pytest.fixture(scope="module")
def phantoms(tmp_path_factory) -> tuple[CaseFacts, ...]:
    return phantom_set(tmp_path_factory.mktemp("phantoms"))


def split(phantoms, seed: int, kinds=KINDS) -> LeakReport:
    """The phantoms in two false classes, drawn at random."""
    truth = np.random.default_rng([3, seed]).permutation(alternating(CASES)).tolist()
    return look(phantoms, truth, ["main"] * CASES, TERMS, kinds, alpha=STRICT)


def named(report: LeakReport) -> list[str]:
    """Every rule and tree that tells, of whatever kind."""
    return [found.kind for target in report.targets for found in target.families if found.tells]


def smallest_p(report: LeakReport) -> float:
    families = report.targets[0].families
    return min([rule.p for own in families for rule in own.rules] + [own.combined.p for own in families])


def test_the_phantoms_have_features_of_every_sort(phantoms):
    found = [column for kind in KINDS for column in columns(phantoms, kind)]
    numbers = [len(np.unique(column.numbers)) for column in found if column.numbers is not None]
    assert sum(column.constant for column in found) > 10 and len(numbers) < len(found) - 10
    assert max(numbers) > CASES * 0.9 and sum(2 <= different <= 6 for different in numbers) > 5
    assert any(column.numbers is not None and np.isnan(column.numbers).any() for column in found)


def test_of_25_random_splits_at_most_one_reports_any_rule_at_1_percent(phantoms):
    """The files that readers get; the drill below takes all kinds."""
    assert sum(bool(named(split(phantoms, seed, (DERIVATIVE,)))) for seed in range(25)) <= 1


@pytest.mark.drill
def test_of_100_random_splits_at_most_4_report_any_rule_at_1_percent(phantoms):
    """At a true 1 % more than 4 have a probability of 0.3 %; p is neither too small nor never small."""
    reports = [split(phantoms, seed) for seed in range(100)]
    assert sum(bool(named(report)) for report in reports) <= 4
    p = np.array([smallest_p(report) for report in reports])
    assert (p <= 0.1).sum() <= 18 and (p <= 0.6).sum() >= 10


@pytest.mark.parametrize(
    ("kind", "feature"), [(DERIVATIVE, "display low"), (ORIGINAL, "bytes"), (PICTURE, "noise")]
)
def test_a_planted_leak_of_every_kind_is_found_at_1_percent(phantoms, kind, feature):
    """Right in about five of six cases."""
    random, truth = np.random.default_rng(1), alternating(CASES)
    cases = [
        replace(case, images=tuple(_with(image, kind, feature, shift) for image in case.images))
        for case, shift in zip(phantoms, random.normal(np.array(truth) * 2.0), strict=True)
    ]
    report = look(cases, truth, ["main"] * CASES, TERMS, alpha=STRICT, quick=True)
    assert named(report) == [kind]
    told = next(own for own in report.targets[0].families if own.kind == kind)
    assert told.rules[0].feature.startswith(feature) and told.rules[0].correct < 0.95 * CASES


def _with(image, kind, feature, value):
    return replace(image, facts={**image.facts, kind: {**image.facts[kind], feature: float(value)}})


def test_two_features_that_tell_only_together_are_found_at_1_percent():
    large = [number // 2 % 2 for number in range(80)]
    facts = [
        {"rows": 100.0 + 50 * big, "columns": 100.0 + 50 * (big ^ value)}
        for big, value in zip(large, alternating(80), strict=True)
    ]
    assert family(looked(made(facts), alternating(80), alpha=STRICT)).combined.tells


@pytest.mark.parametrize(
    ("alpha", "kinds", "targets"), [(0.01, 3, 1), (0.01, 5, 7), (0.001, 3, 1), (0.5, 1, 1)]
)
def test_p_can_become_small_enough_at_any_level(alpha, kinds, targets):
    """Two exchanged rows as strong as the real ones still let a rule tell."""
    for share in (SINGLE, TOGETHER):
        tests = share * targets * kinds
        assert tests * 2 / (exchanges(tests, alpha) + 1) < alpha


def test_a_level_too_fine_for_the_exchanges_is_refused_with_the_finest():
    with pytest.raises(NotReady, match=f"{MOST_EXCHANGES:,} exchanges") as refused:
        looked(made(clean(40, 1)), alternating(40), alpha=1e-6)
    finest = float(str(refused.value).split(" is the smallest")[0].split()[-1])
    assert looked(made(clean(40, 1)), alternating(40), alpha=finest * 10).alpha == finest * 10


def test_few_ways_of_exchanging_are_too_few_for_a_finer_level():
    cases, truth = made(clean(16, 1)), alternating(16)  # 12,870 ways
    assert not looked(cases, truth, alpha=0.05).too_few
    assert "too few" in looked(cases, truth, alpha=0.005).too_few[0]


@pytest.mark.parametrize("alpha", [0, -0.1, 0.51, 5, float("nan"), float("inf")])
def test_a_level_outside_is_refused(alpha):
    with pytest.raises(NotReady, match=f"at most {HIGHEST}"):
        level(alpha)


@pytest.mark.parametrize("text", ["0", "0.6", "1 %", "nan", "-1"])
def test_the_command_takes_no_level_outside(text):
    with pytest.raises(CommandError, match="no number above 0 and at most 0.5"):
        call_command("audit_leaks", "quality", "--alpha", text)


def test_a_report_says_its_level_and_that_the_gate_has_its_own():
    document = as_document(looked(made(clean(40, 1)), alternating(40), alpha=STRICT))
    assert (document["alpha"], document["family"]) == (0.01, "all kinds together")
    assert "together, is at most 1 %; opening is decided at 5 %" in as_text(document)
    assert "at most 5 %" in as_text(as_document(looked(made(clean(40, 1)), alternating(40))))


def half_leaky() -> Study:
    """A draft with six of ten images of one truth larger: told at the gate's 5 %, not at 1 %."""
    study = make_study(cases=20)
    known = for_leak_audit(study)
    larger = [pk for pk, value in sorted(known.items()) if value][:6]
    Image.objects.filter(case__in=larger).update(rows=96)
    return study


@pytest.mark.django_db
def test_no_audit_at_another_level_moves_the_gate():
    study, told = half_leaky(), io.StringIO()
    call_command("audit_leaks", study.slug, "--alpha", "0.01", as_json=True, stdout=told)
    assert json.loads(told.getvalue())["refusals"] == []
    assert json.loads(AuditEvent.objects.get(action="leaks.audited").data)["alpha"] == 0.01
    assert leaks.current(study) is None and leaks.newest(study).result["alpha"] == 0.01
    with pytest.raises(NotReady, match="told by rows in 16 of 20 cases"):
        lifecycle.open_study(study, audit.OPERATOR)


@pytest.mark.django_db
def test_an_audit_at_the_gates_level_stays_the_one_that_counts():
    study = half_leaky()
    kept = leaks.make(study, audit.OPERATOR)
    leaks.make(study, audit.OPERATOR, alpha=STRICT)
    assert kept.result["refuses"] and leaks.current(study) == kept and leaks.standing(study).refusals


@pytest.mark.django_db
def test_the_exit_code_is_of_the_level_that_was_asked():
    study = half_leaky()
    with pytest.raises(FoundWanting):
        call_command("audit_leaks", study.slug, stdout=io.StringIO())
    with pytest.raises(FoundWanting):
        call_command("audit_leaks", study.slug, "--alpha", "0.2", stdout=io.StringIO())
    assert LeakAudit.objects.count() == 2
