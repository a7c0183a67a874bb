"""The protocol as frozen dataclasses: what study.yaml says, after it was checked."""

import re
from dataclasses import dataclass
from typing import Literal

from studies.protocol.normalising import NormaliseRecipe as NormaliseRecipe
from studies.protocol.viewing import DisplayDefinition, ViewerDefinition

QuestionKind = Literal["choice", "scale", "multichoice", "text", "number", "slider", "mark"]
Role = Literal["call", "confidence", "suspicion"]
Shape = Literal["point", "box", "ellipse"]
POINT_ALONE: tuple[Shape, ...] = ("point",)


@dataclass(frozen=True)
class Choice:
    """One option of a question."""

    value: str
    label: str


@dataclass(frozen=True)
class Question:
    """What is asked; `role` ties an answer to the analysis; `shapes` and `labels` are of marks alone."""

    key: str
    kind: QuestionKind
    label: str
    role: Role | None = None
    required: bool = True
    choices: tuple[Choice, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    shapes: tuple[Shape, ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """The values that an answer may take."""
        return tuple(choice.value for choice in self.choices)


@dataclass(frozen=True)
class SessionDefinition:
    """A sitting under one condition, in its wording."""

    key: str
    title: str
    condition: str
    case_set: str
    briefing: str
    questions: tuple[str, ...]
    exit_questions: tuple[str, ...] = ()
    order: Literal["random", "fixed"] = "random"
    reveal: bool = False
    washout_days: int = 0
    repeats: float = 0.0


@dataclass(frozen=True)
class TruthTerms:
    """What truth's two values are called, and how truth was established. `generated` says which value means
    that the image was generated: positive or negative; empty where truth is about something else."""

    positive: str
    negative: str
    reference_standard: str
    generated: str = ""

    def named_in(self, text: str) -> list[str]:
        """Which of the two values a text names, as a word of its own or joined by digits and underscores."""
        return [
            term
            for term in (self.positive, self.negative)
            if re.search(rf"(?<![^\W\d_]){re.escape(term)}(?![^\W\d_])", text, re.IGNORECASE)
        ]


@dataclass(frozen=True)
class AnalysisPlan:
    """What was planned before the first reading."""

    primary: str = "accuracy"
    also: tuple[str, ...] = ()
    subgroups: tuple[str, ...] = ()
    alpha: float = 0.05


@dataclass(frozen=True)
class Protocol:
    """A study's whole definition."""

    slug: str
    title: str
    contact: str
    truth: TruthTerms
    consent: str
    debrief: str
    profile: tuple[str, ...]
    questions: tuple[Question, ...]
    sessions: tuple[SessionDefinition, ...]
    analysis: AnalysisPlan
    readers: str
    seed: int
    demonstration: bool = False
    ethics: str = ""
    viewer: ViewerDefinition = ViewerDefinition()
    display: DisplayDefinition = DisplayDefinition()
    normalise: NormaliseRecipe | None = None

    def question(self, key: str) -> Question:
        """The question of that key; KeyError where there is none."""
        return {question.key: question for question in self.questions}[key]

    def session(self, key: str) -> SessionDefinition:
        """The session of that key; KeyError where there is none."""
        return {session.key: session for session in self.sessions}[key]

    def with_role(self, role: Role, among: tuple[str, ...]) -> Question | None:
        """The first of those questions that has the role."""
        return next((q for key in among if (q := self.question(key)).role == role), None)

    @property
    def revealing(self) -> int | None:
        """Index of the first session that tells the purpose; None where no session does."""
        return next((index for index, session in enumerate(self.sessions) if session.reveal), None)
