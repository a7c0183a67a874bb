"""A study with every kind of question, for what is made from readings: exports, reports, simulations."""

from studies import audit, lifecycle
from studies.models import Study
from studies.simulation import simulate
from tests.studies.builders import make_study

EVERY_KIND = """
format: 1
slug: quality
title: Radiograph quality study
contact: coordinator@example.org
truth: {positive: present, negative: absent, reference_standard: Consensus of two experts.}
consent: You are invited to read radiographs.
debrief: Thank you for reading.
profile: [specialty, years]
questions:
  grade: {kind: scale, label: Technical quality, choices: {1: Poor, 2: Fair, 3: Good}}
  diagnosis: {kind: text, label: Most likely diagnosis}
  age: {kind: number, label: Estimated age, minimum: 0, maximum: 110, unit: years, required: false}
  noticed: {kind: choice, role: suspicion, label: "Anything unusual?", choices: {no: "No", yes: "Yes"}}
  what: {kind: text, label: "What?", required: false}
  call: {kind: choice, role: call, label: "Is it there?", choices: {absent: "No", present: "Yes"}}
  sure: {kind: scale, role: confidence, label: "How sure?", choices: {1: Unsure, 2: Sure, 3: Certain}}
  signs: {kind: multichoice, label: Signs, required: false, choices: {line: Line, shade: "Shade; any"}}
  spot: {kind: mark, label: Mark it, required: false}
sessions:
  - {key: first, title: Image quality, condition: blinded, case_set: main, briefing: Rate each radiograph.,
     questions: [grade, diagnosis, age], exit_questions: [noticed, what]}
  - {key: second, title: Detection, condition: informed, case_set: main, briefing: Decide for each.,
     reveal: true, repeats: 0.25, questions: [call, sure, signs, spot]}
analysis: {primary: accuracy}
seed: 7
"""
TWO_SETS = EVERY_KIND.replace(
    "analysis:",
    """  - {key: third, title: Other set, condition: informed, case_set: other, briefing: Decide again.,
     reveal: true, questions: [call]}
analysis:""",
)


def simulated_study(
    slug: str = "quality", cases: int = 8, readers: int = 4, seed: int = 3, text: str = EVERY_KIND
) -> Study:
    """An open study read by simulated readers, with no other reader."""
    study = make_study(slug, cases=cases, readers=0, opened=True, text=text)
    simulate(study, seed, readers, 0.75, 0.09)
    study.refresh_from_db()
    return study


def locked(study: Study) -> Study:
    """The same study after closing and locking."""
    lifecycle.close_study(study, audit.OPERATOR)
    lifecycle.lock_study(study, audit.OPERATOR)
    study.refresh_from_db()
    return study
