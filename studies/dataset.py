"""The bridge from rows to records and arrays: every reading slot of a study, tidy, with its outcome.

Answers of readers who withdrew stay behind here: their slots are counted, nothing else of them leaves.
Truth comes along only when the study is locked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, F, OuterRef

from analysis import ReadingTable, make_table
from studies import truth
from studies.models import (
    Answer,
    Assignment,
    Case,
    DisplayCheck,
    Invitation,
    Mark,
    Profile,
    Reader,
    Reading,
    Study,
)
from studies.protocol import Protocol, SessionDefinition
from studies.records import (
    CaseRecord,
    Dataset,
    DisplayRecord,
    MarkRecord,
    ReaderRecord,
    Sitting,
    Slot,
    Status,
)
from studies.snapshot import standing_still
from studies.truth import TruthEntry


def read(study: Study) -> Dataset:
    """A study's slots and all around them, by a number of queries that does not grow with it."""
    with standing_still():
        protocol = study.definition
        unblinded = study.state == Study.State.LOCKED
        known = truth.revealed(study) if unblinded else {}
        people = {reader.pk: reader for reader in _readers(study)}
        assignments = list(
            Assignment.objects.filter(session__study=study)
            .select_related("session")
            .order_by("reader__code", "number")
        )
        told = _answers(study)
        cases = {case.pk: case for case in Case.objects.filter(study=study).select_related("case_set")}
        readings = Reading.objects.filter(assignment__session__study=study).annotate(
            logged=F("interactions__events"),
            logged_truncated=F("interactions__truncated"),
            log_fault=F("interactions__fault"),
        )
        by_assignment: dict[int, list[Reading]] = defaultdict(list)
        for reading in readings.order_by("assignment_id", "position"):
            by_assignment[reading.assignment_id].append(reading)
    slots: list[Slot] = []
    for assignment in assignments:
        scorer = _Scorer(protocol, protocol.session(assignment.session.key))
        for reading in by_assignment[assignment.pk]:
            entry = known.get(reading.case_id)
            reader, case = people[assignment.reader_id], cases[reading.case_id]
            slots.append(_slot(reading, reader, case, scorer, told.of_reading(reading.pk), entry))
    return Dataset(
        study=study,
        protocol=protocol,
        readers=tuple(_reader(reader, assignments) for reader in people.values()),
        cases=tuple(
            CaseRecord(case.code, case.case_set.name, case.patient, case.region, known.get(case.pk))
            for case in sorted(cases.values(), key=lambda case: case.code)
        ),
        sittings=tuple(
            _sitting(assignment, people[assignment.reader_id], told) for assignment in assignments
        ),
        slots=tuple(slots),
        unblinded=unblinded,
    )


def reading_table(slots: Iterable[Slot], source: str) -> ReadingTable:
    """Done readings as arrays, conditions named by their session; repeats must be left out before.

    Raises analysis.Refusal where nothing can be analysed, for example without a single reading.
    """
    rows = list(slots)
    ratings, calls = [slot.rating for slot in rows], [slot.call for slot in rows]
    table = make_table(
        reader=[slot.reader for slot in rows],
        case=[slot.case for slot in rows],
        condition=[slot.session for slot in rows],
        truth=[-1 if slot.truth is None else slot.truth for slot in rows],
        rating=ratings,
        call=calls,
        patient=[slot.patient for slot in rows],
    )
    return replace(table, source=source)


@dataclass(frozen=True)
class _Told:
    readings: Mapping[int, dict[str, Any]]
    exits: Mapping[int, dict[str, Any]]
    marks: Mapping[int, list[MarkRecord]]
    displays: Mapping[int, list[DisplayRecord]]

    def of_reading(self, pk: int) -> tuple[dict[str, Any], tuple[MarkRecord, ...]]:
        return self.readings.get(pk, {}), tuple(self.marks.get(pk, ()))


def _answers(study: Study) -> _Told:
    told = _Told(defaultdict(dict), defaultdict(dict), defaultdict(list), _displays(study))
    for answer in Answer.objects.filter(assignment__session__study=study).order_by("pk"):
        if answer.reading_id is None:
            told.exits[answer.assignment_id][answer.question] = answer.value
        else:
            told.readings[answer.reading_id][answer.question] = answer.value
    marks = Mark.objects.filter(answer__assignment__session__study=study).select_related("answer", "image")
    for mark in marks.order_by("answer_id", "number"):
        if mark.answer.reading_id is not None:
            told.marks[mark.answer.reading_id].append(
                MarkRecord(
                    mark.answer.question,
                    mark.number,
                    mark.image.position + 1,
                    mark.frame_number + 1,
                    mark.kind,
                    mark.x,
                    mark.y,
                    mark.width,
                    mark.height,
                    mark.label,
                )
            )
    return told


def _displays(study: Study) -> dict[int, list[DisplayRecord]]:
    found: dict[int, list[DisplayRecord]] = defaultdict(list)
    checks = DisplayCheck.objects.filter(assignment__session__study=study)
    for check in checks.select_related("assignment__reader", "assignment__session").order_by("number"):
        place = check.assignment.reader.code, check.assignment.session.key, check.number, check.kept_utc
        said = check.shown, check.answers, check.results, check.display_facts
        found[check.assignment_id].append(DisplayRecord(*place, *said))
    return found


def _readers(study: Study) -> Iterable[Reader]:
    links = Invitation.objects.filter(reader=OuterRef("pk"))
    return (
        Reader.objects.filter(study=study)
        .annotate(invited=Exists(links))
        .select_related("profile")
        .order_by("code")
    )


def _reader(reader: Reader, assignments: list[Assignment]) -> ReaderRecord:
    own = getattr(reader, "profile", None) or Profile()
    sat = [assignment for assignment in assignments if assignment.reader_id == reader.pk]
    return ReaderRecord(
        code=reader.code,
        kind=reader.kind,
        specialty=own.specialty or reader.specialty,
        years=reader.years if own.years is None else own.years,
        institution=own.institution or reader.institution,
        country=own.country or reader.country,
        arm=reader.arm,
        invited=bool(getattr(reader, "invited", False)),
        enrolled=bool(sat),
        consented=reader.consented_utc is not None,
        finished=bool(sat) and all(assignment.finished_utc for assignment in sat),
        withdrew=reader.withdrew_utc is not None,
    )


def _sitting(assignment: Assignment, reader: Reader, told: _Told) -> Sitting:
    withdrawn = reader.withdrew_utc is not None
    return Sitting(
        reader=reader.code,
        session=assignment.session.key,
        begun=assignment.briefed_utc is not None,
        finished=assignment.finished_utc is not None,
        withdrawn=withdrawn,
        exit_answers={} if withdrawn else told.exits.get(assignment.pk, {}),
        display_checks=() if withdrawn else tuple(told.displays.get(assignment.pk, ())),
    )


@dataclass(frozen=True)
class _Scorer:
    """Turns a session's answers into call, confidence and rating."""

    protocol: Protocol
    session: SessionDefinition

    def scores(self, answers: Mapping[str, Any]) -> tuple[int | None, int | None, int | None]:
        """(call, confidence, rating); of K steps c rates K + c with a positive call, else K + 1 - c."""
        asked = self.protocol.with_role("call", self.session.questions)
        if asked is None or asked.key not in answers:
            return None, None, None
        call = int(answers[asked.key] == self.protocol.truth.positive)
        sure = self.protocol.with_role("confidence", self.session.questions)
        if sure is None:
            return call, None, call
        if sure.key not in answers:
            return call, None, None
        steps, confidence = len(sure.choices), int(answers[sure.key])
        return call, confidence, steps + confidence if call else steps + 1 - confidence


def _status(reading: Reading, reader: Reader) -> Status:
    if reader.withdrew_utc is not None:
        return "withdrawn"
    outcomes: dict[str, Status] = {
        Reading.Status.WAITING: "not_reached",
        Reading.Status.DONE: "done",
        Reading.Status.SKIPPED: "skipped",
        Reading.Status.FAILED: "failed",
    }
    return outcomes[reading.status]


def _log(reading: Reading, kept: bool) -> dict[str, Any]:
    """What stands beside a reading of its log, annotated above: the log itself stays where it is."""
    count, truncated, fault = (vars(reading)[name] for name in ("logged", "logged_truncated", "log_fault"))
    said = (count, truncated, fault or "") if kept else (None, None, "")
    return dict(zip(("logged", "logged_truncated", "log_fault"), said, strict=True))


def _slot(
    reading: Reading,
    reader: Reader,
    case: Case,
    scorer: _Scorer,
    told: tuple[dict[str, Any], tuple[MarkRecord, ...]],
    entry: TruthEntry | None,
) -> Slot:
    status = _status(reading, reader)
    kept = status != "withdrawn"
    answers, marks = told if kept else ({}, ())
    call, confidence, rating = scorer.scores(answers)
    value = entry.value if entry else None
    return Slot(
        reader=reader.code,
        reader_kind=reader.kind,
        arm=reader.arm,
        session=scorer.session.key,
        condition=scorer.session.condition,
        case_set=scorer.session.case_set,
        position=reading.position,
        repeat=reading.repeat,
        case=case.code,
        patient=case.patient,
        status=status,
        skip_reason=reading.skip_reason if kept else "",
        truth=value,
        correct=None if call is None or value is None else int(call == value),
        call=call,
        confidence=confidence,
        rating=rating,
        served_utc=reading.served_utc if kept else None,
        submitted_utc=reading.submitted_utc if kept else None,
        ready_ms=reading.ready_ms if kept else None,
        first_input_ms=reading.first_input_ms if kept else None,
        read_ms=reading.read_ms if kept else None,
        visible_ms=reading.visible_ms if kept else None,
        focused_ms=reading.focused_ms if kept else None,
        event_timing_ms=reading.event_timing_ms if kept else None,
        display=reading.display_facts if kept else {},
        **_log(reading, kept),
        answers=answers,
        marks=marks,
    )
