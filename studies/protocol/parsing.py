"""study.yaml -> Protocol; every refusal names the line and the remedy, and all come at once."""

import json
import re
from typing import cast, get_args

from studies.protocol import normalising
from studies.protocol.definition import (
    POINT_ALONE,
    AnalysisPlan,
    Choice,
    Protocol,
    Question,
    QuestionKind,
    Role,
    SessionDefinition,
    Shape,
    TruthTerms,
)
from studies.protocol.nodes import Findings, Section, compose, represented
from studies.protocol.viewing import DisplayDefinition, ViewerDefinition

FORMAT = 1
FIGURES = ("accuracy", "auc", "sensitivity", "specificity")
PROFILE = ("specialty", "years", "institution", "country")
SUBGROUPS = ("specialty", "years")
MOST_LABELS, LONGEST_LABEL = 9, 40
KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}\Z")


def parse(text: str, file: str = "study.yaml") -> Protocol:
    """Reads a protocol; raises Refused with everything that is wrong."""
    findings = Findings(file)
    return _protocol(compose(text, findings), findings)


def from_json(document: str) -> Protocol:
    """Reads a stored document of study.yaml's shape, by the same rules."""
    findings = Findings("protocol")
    return _protocol(represented(json.loads(document), findings), findings)


def _protocol(top: Section, findings: Findings) -> Protocol:
    top.whole("format", FORMAT, FORMAT)
    protocol = Protocol(
        slug=_key(top, "slug"),
        title=_short(top, "title", 200),
        contact=top.text("contact"),
        truth=_truth(top),
        consent=top.text("consent"),
        debrief=top.text("debrief"),
        profile=_known(top, "profile", PROFILE),
        questions=_questions(top),
        sessions=tuple(_session(section) for section in top.sections("sessions")),
        analysis=_analysis(top),
        readers=top.text("readers", required=False),
        seed=top.whole("seed", 0, 2**53),
        demonstration=top.flag("demonstration", False),
        ethics=top.text("ethics", required=False),
        viewer=ViewerDefinition.read(top),
        display=DisplayDefinition.read(top),
        normalise=normalising.read(top),
    )
    top.finish()
    findings.raise_any()
    _check_normalising(protocol, top, findings)
    _check_sessions(protocol, top, findings)
    findings.raise_any()
    _check_roles(protocol, top, findings)
    _check_blinding(protocol, top, findings)
    findings.raise_any()
    return protocol


def _key(section: Section, name: str) -> str:
    value = section.text(name)
    if value and not KEY.match(value):
        section.findings.add(
            section.items.get(name),
            f"`{name}: {value}` is no key.",
            "Use lower-case letters, digits, hyphen and underscore, a letter first, at most 63.",
        )
    return value


def _short(section: Section, name: str, most: int) -> str:
    value = section.text(name)
    if len(value) > most:
        rule = f"`{name}` has {len(value)} letters."
        section.findings.add(section.items.get(name), rule, f"Use at most {most}.")
    return value


def _known(section: Section, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    values = section.names(name, required=False)
    for value in values:
        if value not in allowed:
            section.findings.add(
                section.items[name], f"`{value}` is not known in `{name}`.", f"Use {', '.join(allowed)}."
            )
    return values


def _truth(top: Section) -> TruthTerms:
    section = top.section("truth")
    if section is None:
        return TruthTerms("", "", "")
    generated = section.one_of("generated", ("none", "positive", "negative"), "none")
    terms = TruthTerms(
        section.text("positive"),
        section.text("negative"),
        section.text("reference_standard"),
        "" if generated == "none" else generated,
    )
    if terms.positive == terms.negative:
        top.findings.add(
            section.node, "Truth's two values are the same word.", "Give each value its own word."
        )
    section.finish()
    return terms


def _questions(top: Section) -> tuple[Question, ...]:
    section = top.section("questions")
    if section is None:
        return ()
    questions = []
    for key in list(section.items):
        below = section.section(key)
        if not KEY.match(key):
            section.findings.add(
                section.items[key], f"`{key}` is no key.", "Use lower-case letters and digits."
            )
        if below is not None:
            questions.append(_question(key, below))
    return tuple(questions)


def _question(key: str, section: Section) -> Question:
    kind = cast(QuestionKind, section.one_of("kind", get_args(QuestionKind)))
    role = section.one_of("role", ("none", *get_args(Role)), "none")
    ranged = kind in {"number", "slider"}
    question = Question(
        key=key,
        kind=kind,
        label=section.text("label"),
        role=None if role == "none" else cast(Role, role),
        required=section.flag("required", True),
        choices=_choices(key, kind, section),
        minimum=section.number("minimum", -1e9, 1e9, 0) if ranged else None,
        maximum=section.number("maximum", -1e9, 1e9, 100) if ranged else None,
        unit=section.text("unit", required=False) if ranged else "",
        shapes=_shapes(section) if kind == "mark" else (),
        labels=_labels(section) if kind == "mark" else (),
    )
    if question.minimum is not None and question.maximum is not None and question.minimum >= question.maximum:
        section.findings.add(section.node, f"`{key}`: minimum is not below maximum.", "Swap or mend them.")
    section.finish()
    return question


def _choices(key: str, kind: QuestionKind, section: Section) -> tuple[Choice, ...]:
    if kind not in {"choice", "scale", "multichoice"}:
        return ()
    below = section.section("choices")
    if below is None:
        return ()
    choices = tuple(Choice(value, below.text(value)) for value in list(below.items))
    if len(choices) < 2:
        section.findings.add(below.node, f"`{key}` needs at least two choices.", "Add `value: Label` pairs.")
    if kind == "scale" and [choice.value for choice in choices] != [str(n + 1) for n in range(len(choices))]:
        section.findings.add(
            below.node, f"The scale `{key}` must run 1, 2, 3 …", "Number its choices from 1."
        )
    return choices


def _shapes(section: Section) -> tuple[Shape, ...]:
    shapes = _known(section, "shapes", get_args(Shape)) or POINT_ALONE
    return cast(tuple[Shape, ...], tuple(dict.fromkeys(shapes)))


def _labels(section: Section) -> tuple[str, ...]:
    labels = section.names("labels", required=False)
    if len(labels) > MOST_LABELS or any(len(label) > LONGEST_LABEL for label in labels):
        rule = f"`labels` has {len(labels)} entries, the longest of {max(map(len, labels))} letters."
        remedy = f"Use at most {MOST_LABELS}, each of at most {LONGEST_LABEL} letters."
        section.findings.add(section.items["labels"], rule, remedy)
    if len(set(labels)) < len(labels):
        section.findings.add(section.items["labels"], "`labels` names a label twice.", "Name each once.")
    return labels


def _session(section: Section) -> SessionDefinition:
    order = section.one_of("order", ("random", "fixed"), "random")
    session = SessionDefinition(
        key=_key(section, "key"),
        title=section.text("title"),
        condition=_short(section, "condition", 64),
        case_set=_short(section, "case_set", 64),
        briefing=section.text("briefing"),
        questions=section.names("questions"),
        exit_questions=section.names("exit_questions", required=False),
        order="random" if order == "random" else "fixed",
        reveal=section.flag("reveal", False),
        washout_days=section.whole("washout_days", 0, 3650, 0),
        repeats=section.number("repeats", 0, 1, 0),
    )
    section.finish()
    return session


def _analysis(top: Section) -> AnalysisPlan:
    section = top.section("analysis", required=False)
    if section is None:
        return AnalysisPlan()
    plan = AnalysisPlan(
        primary=section.one_of("primary", FIGURES, "accuracy"),
        also=_known(section, "also", FIGURES),
        subgroups=_known(section, "subgroups", SUBGROUPS),
        alpha=section.number("alpha", 0.0001, 0.5, 0.05),
    )
    section.finish()
    return plan


def _check_normalising(protocol: Protocol, top: Section, findings: Findings) -> None:
    if protocol.normalise and protocol.viewer.presets:
        rule = "`presets` are in modality units, which pictures no longer have after `normalise`."
        findings.add(top.items.get("normalise"), rule, "Remove one of the two.")


def _check_sessions(protocol: Protocol, top: Section, findings: Findings) -> None:
    node, known = top.items.get("sessions"), {question.key for question in protocol.questions}
    keys = [session.key for session in protocol.sessions]
    for key in {key for key in keys if keys.count(key) > 1}:
        findings.add(node, f"Two sessions have the key `{key}`.", "Give each session a key of its own.")
    for session in protocol.sessions:
        for key in session.questions + session.exit_questions:
            if key not in known:
                findings.add(
                    node,
                    f"Session `{session.key}` asks `{key}`, which `questions` lacks.",
                    "Define or remove it.",
                )
            elif protocol.question(key).kind == "mark" and key in session.exit_questions:
                findings.add(node, f"`{key}` is a mark and cannot be an exit question.", "Ask it per case.")
        if len(set(session.questions)) < len(session.questions):
            findings.add(node, f"Session `{session.key}` asks a question twice.", "Name each question once.")


def _check_roles(protocol: Protocol, top: Section, findings: Findings) -> None:
    terms = {protocol.truth.positive, protocol.truth.negative}
    for question in protocol.questions:
        node = top.items.get("questions")
        if question.role == "call" and (question.kind != "choice" or set(question.values) != terms):
            findings.add(
                node,
                f"`{question.key}` has the role call, so it must be a choice of truth's two values.",
                f"Use kind choice with the choices {protocol.truth.positive} and {protocol.truth.negative}.",
            )
        if question.role == "confidence" and question.kind != "scale":
            findings.add(
                node, f"`{question.key}` has the role confidence.", "Use kind scale, numbered from 1."
            )
        if question.role == "suspicion" and (
            question.kind != "choice" or set(question.values) != {"yes", "no"}
        ):
            findings.add(node, f"`{question.key}` has the role suspicion.", "Use a choice of yes and no.")


def _check_blinding(protocol: Protocol, top: Section, findings: Findings) -> None:
    """Before the reveal no wording may name a value of truth (a leak that no later audit could mend)."""
    reveal = protocol.revealing
    if reveal is None:
        return
    shown = [("title", protocol.title), ("consent", protocol.consent), ("contact", protocol.contact)]
    shown += [("viewer presets", preset.label) for preset in protocol.viewer.presets]
    for session in protocol.sessions[:reveal]:
        shown += [(f"session {session.key}", text) for text in (session.title, session.briefing)]
        for question in (protocol.question(key) for key in session.questions + session.exit_questions):
            labels = [question.key, question.label, question.unit, *question.values, *question.labels]
            labels += [choice.label for choice in question.choices]
            shown += [(f"question {question.key}", text) for text in labels]
    for place, text in shown:
        for term in protocol.truth.named_in(text):
            findings.add(
                top.items.get("sessions"),
                f"Before the reveal a reader would see the word “{term}” ({place}).",
                "Word it neutrally, or mark the session with `reveal: true`.",
            )
