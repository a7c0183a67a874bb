"""Builders of studies in the database: they name only what matters and go through the real doors."""

import hashlib
import uuid
from typing import Any

from django.conf import settings
from django.utils import timezone

from studies import enrolment, lifecycle, participation, submission, truth
from studies.filestore import FRAME_SUFFIXES, FileStore
from studies.models import Case, CaseSet, Frame, Image, ImageLook, Protocol, Reader, Session, Study
from studies.protocol import Question, digest, parse, to_json

STUDY_YAML = """
format: 1
slug: quality
title: Radiograph quality study
contact: coordinator@example.org
truth: {positive: present, negative: absent, reference_standard: Consensus of two experts.}
consent: You are invited to read radiographs.
debrief: Thank you for reading.
profile: [specialty, years]
questions:
  quality: {kind: scale, label: Technical quality, choices: {1: Poor, 2: Fair, 3: Good}}
  noticed: {kind: choice, role: suspicion, label: "Anything unusual?", choices: {no: "No", yes: "Yes"}}
  call: {kind: choice, role: call, label: "Is it there?", choices: {absent: "No", present: "Yes"}}
  confidence: {kind: scale, role: confidence, label: "How sure?", choices: {1: Unsure, 2: Sure, 3: Certain}}
sessions:
  - {key: first, title: Image quality, condition: blinded, case_set: main, briefing: Rate each radiograph.,
     questions: [quality], exit_questions: [noticed]}
  - {key: second, title: Detection, condition: informed, case_set: main, briefing: Decide for each.,
     reveal: true, questions: [call, confidence]}
analysis: {primary: accuracy}
seed: 7
"""
OPERATOR = "operator"
DISPLAY_SEEN = {
    "black": "",
    "grey": "",
    "white": "",
    "lines": "even",
    "room": "dim",
    "display": "medical",
}


def make_study(
    slug: str = "quality", cases: int = 4, readers: int = 2, opened: bool = False, text: str = STUDY_YAML
) -> Study:
    """A draft with cases of both truths and readers, or an open study."""
    definition = parse(text.replace("slug: quality", f"slug: {slug}"))
    document = to_json(definition)
    study = Study.objects.create(slug=slug, title=definition.title)
    Protocol.objects.create(study=study, document=document, sha256=digest(document))
    sets = {
        name: CaseSet.objects.create(study=study, name=name)
        for name in dict.fromkeys(session.case_set for session in definition.sessions)
    }
    for number, session in enumerate(definition.sessions, 1):
        Session.objects.create(
            study=study,
            number=number,
            key=session.key,
            condition=session.condition,
            case_set=sets[session.case_set],
            reveal=session.reveal,
        )
    for case_set in sets.values():
        for number in range(1, cases + 1):
            case = make_case(case_set, f"{case_set.name}-{number:03}")
            truth.keep([(case, truth.TruthEntry(number % 2))])
    for number in range(1, readers + 1):
        make_reader(study, f"R{number:02}")
    looked_at(study)
    if opened:
        lifecycle.open_study(study, OPERATOR)
        study.refresh_from_db()
    return study


def make_case(case_set: CaseSet, code: str, images: int = 1, **said: str) -> Case:
    """A case with images of one frame; the files of those names hold no picture."""
    case = Case.objects.create(study=case_set.study, case_set=case_set, code=code, **said)
    for position in range(images):
        sha256 = hashlib.sha256(f"{case.pk}/{position}".encode()).hexdigest()
        image = Image.objects.create(
            case=case,
            position=position,
            original_name=f"{code}-{position}.png",
            original_format="PNG",
            original_bytes=4096,
            original_sha256=sha256,
            derivative_sha256=hashlib.sha256(sha256.encode()).hexdigest(),
            rows=64,
            columns=48,
            bits=8,
            display={},
        )
        Frame.objects.create(image=image, number=0, sha256=sha256)
        for suffix in FRAME_SUFFIXES:
            file = FileStore(settings.DATA_DIR).path("derivatives", sha256, suffix)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"no picture")
    return case


def looked_at(study: Study) -> Study:
    """Every image accepted, as by a person at the gallery, without the events."""
    ImageLook.objects.bulk_create(
        ImageLook(
            study=study,
            case_code=image.case.code,
            position=image.position,
            original_sha256=image.original_sha256,
            derivative_sha256=image.derivative_sha256,
            verdict=ImageLook.Verdict.ACCEPT,
            looked_by="person:1",
            utc=timezone.now(),
        )
        for image in Image.objects.filter(case__study=study).select_related("case")
    )
    return study


def make_reader(study: Study, code: str, **said: Any) -> Reader:
    """A radiologist as readers.csv has one."""
    facts = {
        "name": f"Reader {code}",
        "email": f"{code.lower()}@example.org",
        "specialty": "thoracic",
        "years": 9,
    }
    return Reader.objects.create(study=study, code=code, **{**facts, **said})


def invite(reader: Reader) -> str:
    """A fresh link's secret, of an open study."""
    return enrolment.invite(reader, OPERATOR)


def answer_to(question: Question) -> Any:
    """One valid answer."""
    match question.kind:
        case "choice":
            return question.values[0]
        case "scale":
            return int(question.values[-1])
        case "multichoice":
            return [question.values[0]]
        case "number" | "slider":
            return question.minimum
        case "text":
            return "pneumothorax"
        case "mark":
            return [{"x": 8.5, "y": 9.5}]


def answer_next(reader: Reader, **changed: Any) -> None:
    """Takes the reader's next step, whichever it is; `changed` replaces answers by question."""
    fresh = Reader.objects.get(pk=reader.pk)
    step, actor = participation.next_step(fresh), f"reader:{reader.pk}"
    if step.name == "consent":
        participation.consent(fresh)
    elif step.name == "profile":
        participation.keep_profile(fresh, {"specialty": "thoracic", "years": 9})
    elif step.name == "display":
        participation.keep_display_check(fresh, 1, DISPLAY_SEEN, {"pixel_ratio": 1.0})
        participation.leave_display(fresh)
    elif step.name == "briefing":
        participation.begin_session(fresh)
    elif step.name == "debrief":
        participation.debrief(fresh)
    elif step.assignment is not None:
        definition = step.assignment.session.study.definition
        session = definition.session(step.assignment.session.key)
        keys = session.questions if step.name == "cases" else session.exit_questions
        answers = {key: changed.get(key, answer_to(definition.question(key))) for key in keys}
        if step.name == "cases":
            slot = participation.current_reading(step.assignment)
            assert slot is not None  # the step says so
            submission.note_served(slot)
            submission.submit(slot, submission.Submission(uuid.uuid4(), answers), actor)
        else:
            submission.finish_session(step.assignment, answers, actor)
    reader.refresh_from_db()


def read_until(reader: Reader, step: str) -> None:
    """Goes on until `step` is the reader's next one; enrols first where need be."""
    enrolment.enrol(reader, OPERATOR)
    while participation.next_step(Reader.objects.get(pk=reader.pk)).name != step:
        answer_next(reader)
