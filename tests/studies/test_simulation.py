"""Simulated readers: the same seed the same answers, all or none, and never beside people."""

from statistics import fmean, stdev
from unittest.mock import patch

import pytest

from studies import dataset, evidence
from studies.latent import panel
from studies.models import Answer, AuditEvent, Mark, Reader, Reading, Study
from studies.refusals import NotReady
from studies.simulation import simulate
from tests.studies.builders import invite, make_study, read_until
from tests.studies.reading_study import EVERY_KIND, locked, simulated_study

pytestmark = pytest.mark.django_db


def said(study: Study) -> list[tuple[str, str, int, dict[str, object], int | None]]:
    return [
        (slot.reader, slot.session, slot.position, dict(slot.answers), slot.read_ms)
        for slot in dataset.read(study).slots
    ]


def test_rows_are_readers_by_cases_by_sessions_and_repeats() -> None:
    simulated_study(cases=8, readers=3)
    assert Reading.objects.read().count() == 3 * 8 * 2 + 3 * 2


def test_the_same_seed_gives_the_same_answers() -> None:
    first, second, third = (
        said(simulated_study(slug, seed=seed)) for slug, seed in (("one", 5), ("two", 5), ("three", 6))
    )
    assert first == second
    assert first != third


def test_every_question_is_answered_by_somebody() -> None:
    simulated_study(cases=8, readers=4)
    asked = {"grade", "diagnosis", "age", "noticed", "what", "call", "sure", "signs", "spot"}
    assert set(Answer.objects.values_list("question", flat=True)) == asked


def test_the_mark_stays_and_is_audited() -> None:
    study = simulated_study()
    assert study.simulated
    assert AuditEvent.objects.filter(action="study.simulated").count() == 1
    assert evidence.verify_study(study) is None


def test_it_refuses_once_a_link_was_made() -> None:
    study = make_study(readers=1, opened=True)
    invite(study.readers.get())
    with pytest.raises(NotReady, match="link"):
        simulate(study, 1, 4, 0.75, 0.09)


def test_it_refuses_once_a_reader_consented() -> None:
    study = make_study(readers=1, opened=True)
    read_until(study.readers.get(), "profile")
    with pytest.raises(NotReady, match="consented"):
        simulate(study, 1, 4, 0.75, 0.09)


def test_it_refuses_a_draft_and_leaves_no_mark() -> None:
    study = make_study()
    with pytest.raises(NotReady, match="draft"):
        simulate(study, 1, 4, 0.75, 0.09)
    study.refresh_from_db()
    assert not study.simulated


def test_a_failure_half_way_leaves_nothing() -> None:
    study = make_study(readers=0, opened=True, text=EVERY_KIND)
    with patch("studies.simulation.participation.debrief", side_effect=OSError), pytest.raises(OSError):
        simulate(study, 1, 3, 0.75, 0.09)
    study.refresh_from_db()
    assert not study.simulated
    assert not Reader.objects.filter(study=study).exists()


def test_observed_accuracies_have_the_asked_mean_and_spread() -> None:
    truths = {f"case-{number}": number % 2 for number in range(60)}
    means, spreads = [], []
    for seed in range(12):
        minds = panel(seed, {f"S{number:02}": 0.0 for number in range(17)}, truths, 60, 0.75, 0.09)
        shares = [
            fmean((minds.evidence(reader, case, value, "") > 0) == value for case, value in truths.items())
            for reader in minds.mean
        ]
        means.append(fmean(shares))
        spreads.append(stdev(shares))
    assert fmean(means) == pytest.approx(0.75, abs=0.015)
    assert fmean(spreads) == pytest.approx(0.09, abs=0.012)


def test_a_lifted_group_is_better_whatever_the_seed() -> None:
    lifts = {f"S{number:02}": 0.9 if number < 3 else 0.0 for number in range(17)}
    for seed in range(5):
        shares = panel(seed, lifts, {"case": 1}, 60, 0.75, 0.09).accuracy
        better = [share for reader, share in shares.items() if lifts[reader]]
        assert fmean(better) > fmean(shares.values()) + 0.03


def test_about_two_in_five_suspect() -> None:
    study = simulated_study(readers=5)
    yes = [sitting.exit_answers.get("noticed") for sitting in dataset.read(study).sittings]
    assert yes.count("yes") == 2


def test_signs_are_named_more_often_where_they_are() -> None:
    slots = dataset.read(locked(simulated_study(cases=12, readers=5))).done("second")
    named = {value: sum("signs" in slot.answers for slot in slots if slot.truth == value) for value in (0, 1)}
    assert named[1] > named[0]


def test_it_draws_the_shapes_and_labels_that_are_asked_for() -> None:
    asked = "kind: mark, shapes: [box], labels: [line, shade], label: Mark it, required: true"
    text = EVERY_KIND.replace("kind: mark, label: Mark it, required: false", asked)
    simulated_study(text=text)
    marks = Mark.objects.values_list("kind", "label").distinct()
    assert set(marks) == {("box", "line"), ("box", "shade")}
