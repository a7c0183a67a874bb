"""Simulated readers: they take every step and give every answer through the doors that people use."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from random import Random
from typing import Any

from django.db import transaction

from studies import audit, enrolment, locks, participation, submission, truth
from studies.latent import Panel, confidence, panel, shuffled, stream
from studies.models import Assignment, Invitation, Reader, Reading, Study
from studies.protocol import Question, SessionDefinition
from studies.refusals import NotReady
from studies.submission import Submission, Times

SPECIALTIES = ("musculoskeletal", "general", "thoracic", "neuroradiology", "abdominal", "breast")
LIFTS = {"musculoskeletal": 0.9}
COUNTRIES = ("US", "FR", "DE", "TR", "GB", "AE")
CENTRES = 12
SUSPECTING = 0.4
FINDINGS = (
    "no acute abnormality",
    "fracture",
    "pneumonia",
    "degenerative change",
    "pleural effusion",
    "joint effusion",
)


@dataclass(frozen=True)
class Simulation:
    """What was asked for, and what came of it."""

    study: str
    seed: int
    readers: int
    readings: int
    skill: float
    spread: float


@transaction.atomic
def simulate(study: Study, seed: int, readers: int, skill: float, spread: float) -> Simulation:
    """Makes simulated readers who read the whole study; all of them or, on any failure, none.

    The same seed gives the same answers. Raises NotReady where the study is not open or people take part.
    """
    study = locks.alone(study.pk)
    if reasons := _reasons_not_to(study, readers, skill, spread):
        raise NotReady(reasons)
    _mark_simulated(study, {"seed": seed, "readers": readers, "skill": skill, "spread": spread})
    truths = truth.for_simulation(study)
    cases = {case.code: truths[case.pk] for case in study.cases.all()}
    people = _make_readers(study, seed, readers)
    lifts = {reader.code: LIFTS.get(reader.specialty, 0.0) for reader in people}
    suspecting = set(
        shuffled([reader.code for reader in people], readers, seed, "suspicion")[
            : round(SUSPECTING * readers)
        ]
    )
    minds = panel(seed, lifts, cases, _cases_called(study), skill, spread)
    kept = 0
    for reader in people:
        kept += _Sitter(reader, minds, cases, reader.code in suspecting).take_part()
    return Simulation(study.slug, seed, readers, kept, skill, spread)


def _reasons_not_to(study: Study, readers: int, skill: float, spread: float) -> list[str]:
    reasons = []
    if study.state != Study.State.OPEN:
        reasons.append(f"Study {study.slug} is {study.state}; open it first (manage.py open_study).")
    if Invitation.objects.filter(reader__study=study).exists():
        reasons.append(
            "A person's link was made: simulated readings never join people's. Load a copy instead."
        )
    if study.readers.exclude(consented_utc=None).exists():
        reasons.append("A reader has consented already: a study is simulated once, before anyone reads.")
    waits = [session.key for session in study.definition.sessions if session.washout_days]
    if waits:
        reasons.append(f"Sessions with a washout cannot be simulated in one go: {', '.join(waits)}.")
    if not 2 <= readers <= 500:
        reasons.append(f"{readers} readers: simulate 2 to 500.")
    if not 0.5 <= skill <= 0.97 or not 0 <= spread <= 0.2:
        reasons.append(f"Skill {skill} and spread {spread}: give 0.5 to 0.97 and 0 to 0.2.")
    return reasons


def _cases_called(study: Study) -> int:
    """Cases of the first session that asks for a call; of the first session where none does."""
    protocol = study.definition
    called = [each for each in protocol.sessions if protocol.with_role("call", each.questions)]
    return study.cases.filter(case_set__name=(called or protocol.sessions)[0].case_set).count()


def _mark_simulated(study: Study, asked: dict[str, Any]) -> None:
    study.simulated = True
    study.save(update_fields=["simulated"])
    audit.record(study, "study.simulated", actor=audit.OPERATOR, data=asked)


def _make_readers(study: Study, seed: int, count: int) -> list[Reader]:
    width = max(2, len(str(count)))
    codes = [f"S{number:0{width}}" for number in range(1, count + 1)]
    taken = sorted(set(codes) & set(study.readers.values_list("code", flat=True)))
    if taken:
        raise NotReady([f"Readers are called {', '.join(taken)} already; give them other codes."])
    specialties = shuffled(SPECIALTIES, count, seed, "specialty")
    made = []
    for code, specialty in zip(codes, specialties, strict=True):
        draw = stream(seed, "reader", code)
        centre = draw.randrange(CENTRES)
        made.append(
            Reader.objects.create(
                study=study,
                code=code,
                kind=Reader.Kind.SIMULATED,
                specialty=specialty,
                years=min(int(draw.expovariate(1 / 12)), 40),
                institution=f"Centre {chr(ord('A') + centre)}",
                country=COUNTRIES[centre % len(COUNTRIES)],
            )
        )
    return made


@dataclass(frozen=True)
class _Sitter:
    """One simulated reader on the way through the study."""

    reader: Reader
    minds: Panel
    truths: dict[str, int]
    suspects: bool

    def take_part(self) -> int:
        """From consent to debriefing; returns the number of readings."""
        enrolment.enrol(self.reader, audit.OPERATOR)
        participation.consent(self.reader)
        asked = self.reader.study.definition.profile
        if asked:
            participation.keep_profile(self.reader, {name: getattr(self.reader, name) for name in asked})
        kept = 0
        for assignment in self.reader.assignments.select_related("session__study__protocol").order_by(
            "number"
        ):
            kept += self._sit(assignment)
        participation.debrief(self.reader)
        return kept

    def _sit(self, assignment: Assignment) -> int:
        participation.begin_session(self.reader)
        session, actor = assignment.session.definition, f"reader:{self.reader.pk}"
        slots = list(assignment.readings.waiting().select_related("case"))
        for slot in slots:
            submission.submit_within(slot, self._submission(slot, session), actor)
        submission.finish_within(assignment, self._at_exit(session), actor)
        return len(slots)

    def _submission(self, slot: Reading, session: SessionDefinition) -> Submission:
        code, truth_value = slot.case.code, self.truths[slot.case.code]
        names = (self.minds.seed, self.reader.code, session.key, code, int(slot.repeat))
        evidence = self.minds.evidence(self.reader.code, code, truth_value, f"{session.key}/{slot.repeat}")
        judge = _Judge(
            stream(*names), evidence, truth_value, slot, self.reader.study.definition.truth.positive
        )
        protocol = self.reader.study.definition
        answers = {key: judge.answer(protocol.question(key)) for key in session.questions}
        return Submission(
            submission_id=uuid.uuid5(uuid.NAMESPACE_OID, "/".join(map(str, (slot.address, *names)))),
            answers={key: value for key, value in answers.items() if value is not None},
            times=judge.times(slot.position),
        )

    def _at_exit(self, session: SessionDefinition) -> dict[str, Any]:
        protocol, said = self.reader.study.definition, {}
        for question in map(protocol.question, session.exit_questions):
            draw = stream(self.minds.seed, "exit", self.reader.code, session.key, question.key)
            if question.role == "suspicion":
                said[question.key] = "yes" if self.suspects else "no"
            elif question.kind == "text":
                said[question.key] = "Some looked too uniform." if self.suspects else "Nothing."
            else:
                said[question.key] = _plain_answer(question, draw)
        return said


@dataclass(frozen=True)
class _Judge:
    """Answers to one reading: what is asked by role follows the evidence, the rest is plausible."""

    draw: Random
    evidence: float
    truth: int
    slot: Reading
    positive: str

    def answer(self, question: Question) -> Any:
        """One answer; None leaves an optional question open."""
        suspected = self.evidence > 0
        if question.role == "call":
            negative = next(value for value in question.values if value != self.positive)
            return self.positive if suspected else negative
        if question.role == "confidence":
            return confidence(self.evidence, len(question.choices))
        if question.kind == "multichoice":
            likely = 0.04 if not suspected else 0.3 if self.truth else 0.2
            named = [value for value in question.values if self.draw.random() < likely]
            return named or (self.draw.choice(question.values) if question.required else None)
        if question.kind == "mark":
            return self._marks(question) if suspected or question.required else None
        return _plain_answer(question, self.draw)

    def times(self, position: int) -> Times:
        """Milliseconds: surer is quicker, and the first cases take longest."""
        ready = 180 + int(self.draw.expovariate(1 / 120))
        seconds = 9 * (1 + 0.6 / position) * 2.718 ** (self.draw.gauss(0, 0.45) - 0.15 * abs(self.evidence))
        read = ready + max(int(1000 * seconds), 900)
        first = min(ready + int(500 + self.draw.random() * 0.6 * (read - ready)), read)
        return Times(ready_ms=ready, first_input_ms=first, read_ms=read, visible_ms=read)

    def _marks(self, question: Question) -> list[dict[str, Any]]:
        image = self.slot.case.images.order_by("position")[0]
        x, y = (min(max(self.draw.gauss(0.5, 0.18), 0.02), 0.98) for _ in range(2))
        x, y = round(x * image.columns, 1), round(y * image.rows, 1)
        mark: dict[str, Any] = {"image": 0, "frame": 0, "x": x, "y": y}
        if question.labels:
            mark["label"] = self.draw.choice(question.labels)
        if "point" not in question.shapes:
            width, height = (image.columns - x) / 2, (image.rows - y) / 2
            mark |= {"kind": question.shapes[0], "width": width, "height": height}
        return [mark]


def _plain_answer(question: Question, draw: Random) -> Any:
    """An answer that has nothing to do with truth."""
    if question.kind == "text":
        return draw.choice(FINDINGS)
    if question.kind in {"number", "slider"}:
        low, high = question.minimum or 0.0, question.maximum or 0.0
        return round(draw.triangular(low, high), 1)
    if question.kind == "scale":
        steps = len(question.choices)
        return min(max(round(draw.gauss(0.7 * steps, 0.18 * steps)), 1), steps)
    return draw.choice(question.values)
