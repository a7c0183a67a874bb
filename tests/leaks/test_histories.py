"""Clinical histories in the audit: how they are written refuses opening, what they say warns."""

import numpy as np
import pytest

from studies import audit, lifecycle
from studies.leaks import audit as leaks
from studies.leaks.document import as_document, as_text
from studies.leaks.features import FORM, GATING, HISTORY, KINDS, CaseFacts
from studies.leaks.histories import MOST_WORDS, facts_of, form_of
from studies.leaks.report import Family, LeakReport
from studies.models import Case
from studies.refusals import NotReady
from studies.truth import for_leak_audit
from tests.leaks.builders import alternating, looked
from tests.studies.builders import make_study

CASES = 40
TRUTH = alternating(CASES)
COMPLAINTS = ["cough", "fever", "chest pain", "a fall", "short breath", "weight loss"]
DRAWN = np.random.default_rng(6)
PLAIN = [
    f"{DRAWN.integers(20, 90)} years, {DRAWN.choice(['female', 'male'])}. Has {DRAWN.choice(COMPLAINTS)}."
    for _ in TRUTH
]


def told(histories, truth=TRUTH, kinds=(FORM, HISTORY), **said) -> LeakReport:
    """The audit of cases that have nothing but these histories."""
    content = facts_of(histories)
    cases = [
        CaseFacts(f"C{number:03}", "", (), {FORM: form_of(history), HISTORY: content[number]})
        for number, history in enumerate(histories)
    ]
    return looked(cases, truth, kinds=kinds, **said)


def of_kind(report: LeakReport, kind: str) -> Family:
    (found,) = (found for found in report.targets[0].families if found.kind == kind)
    return found


FORMS = {
    "space at its ends": lambda text: f"{text} ",
    "spaces in a row": lambda text: text.replace(". ", ".  "),
    "other spaces than plain": lambda text: text.replace(" ", "\u00a0", 1),
    "lines": lambda text: text.replace(". ", ".\n"),
    "last character": lambda text: text.removesuffix("."),
    "first character": lambda text: f"({text}",
    "punctuation": lambda text: text.replace(",", ";"),
    "capitals": str.upper,
    "letters beyond ASCII": lambda text: text.replace("a", "á", 1),
}


@pytest.mark.parametrize("name", list(FORMS))
def test_a_way_of_writing_that_tells_refuses(name):
    histories = [FORMS[name](text) if value else text for text, value in zip(PLAIN, TRUTH, strict=True)]
    report = told(histories)
    assert f"history, {name}" in {rule.feature for rule in of_kind(report, FORM).telling}
    assert report.refusals[0].startswith("truth is told by history, ")


def test_histories_that_are_written_alike_pass():
    assert told(PLAIN, alpha=None).refusals == ()


def test_what_a_history_says_warns():
    histories = [
        f"{text} {'Smoker' if value else 'Seldom ill'}." for text, value in zip(PLAIN, TRUTH, strict=True)
    ]
    report = told(histories)
    assert {"word “smoker” in the history", "history, number of words"} <= {
        rule.feature for rule in of_kind(report, HISTORY).telling
    }
    assert not report.refusals and "tells: a warning" in as_text(as_document(report))


def test_whether_there_is_a_history_warns_and_its_form_is_asked_of_those_alone():
    """Half of one truth and none of the other have one: a full stop at its end is then no sign of its own."""
    histories = [
        text if value and number % 4 == 1 else ""
        for number, (text, value) in enumerate(zip(PLAIN, TRUTH, strict=True))
    ]
    report = told(histories)
    assert of_kind(report, HISTORY).rules[0].feature == "history given" and of_kind(report, HISTORY).tells
    assert not report.refusals


def test_a_form_is_found_among_the_cases_that_have_a_history():
    histories = [
        "" if number % 5 == 0 else text.upper() if TRUTH[number] else text
        for number, text in enumerate(PLAIN)
    ]
    report = told(histories)
    assert "history, capitals in 32 of 32 cases" in report.refusals[0]


def test_too_few_histories_are_said():
    histories = [
        FORMS["last character"](text) if number % 2 else text for number, text in enumerate(PLAIN[:5])
    ]
    report = told([*histories, *[""] * (CASES - 5)])
    assert not of_kind(report, FORM).rules
    assert "of cases with a history" in report.too_few[0] and "of cases with a history" in as_text(
        as_document(report)
    )


def test_a_case_set_without_histories_has_nothing_to_compare():
    histories = [text if number < 20 else "" for number, text in enumerate(PLAIN)]
    histories[3] += ";"
    report = told(histories, case_sets=["first"] * 20 + ["second"] * 20)
    assert FORM in report.kinds and not report.too_few


@pytest.mark.parametrize("histories", [[""] * CASES, ["Cough."] * CASES])
def test_histories_that_are_alike_or_absent_take_no_part(histories):
    assert told(histories, kinds=KINDS).kinds == ("derivative", "original", "picture")


def test_the_readers_files_share_their_level_with_the_form_of_histories():
    short = [FORMS["last character"](text) if number % 4 == 1 else text for number, text in enumerate(PLAIN)]
    alone, both = (of_kind(told(short, kinds=kinds), FORM).rules[0] for kinds in ((FORM,), GATING))
    assert both.p == pytest.approx(2 * alone.p) and both.tells


def test_words_are_capped_and_chosen_without_truth():
    random = np.random.default_rng(2)
    histories = [" ".join(f"w{word}" for word in np.flatnonzero(random.random(300) < 0.4)) for _ in range(30)]
    words = [name for name in facts_of(histories)[0] if name.startswith("word ")]
    assert len(words) == MOST_WORDS
    rare = facts_of(["Cough", "cough,", "COUGH", "Fall", "Fall", "", "", ""])
    assert [name for name in rare[0] if name.startswith("word ")] == ["word “cough” in the history"]


def test_random_truth_is_seldom_told_by_histories():
    """100 words and more are asked; at 5 % of each kind 7 or more of 20 have a probability below 1 %."""
    random = np.random.default_rng(9)
    found = [told(PLAIN, random.permutation(TRUTH).tolist()) for _ in range(20)]
    assert sum(any(own.tells for own in report.targets[0].families) for report in found) <= 6


def written(study, change) -> None:
    """Gives every case a history, changed for those of one truth."""
    known = for_leak_audit(study)
    for number, case in enumerate(study.cases.order_by("code")):
        text = PLAIN[number]
        Case.objects.filter(pk=case.pk).update(history=change(text) if known[case.pk] else text)


@pytest.mark.django_db
def test_a_study_whose_histories_are_written_in_two_ways_does_not_open():
    study = make_study(cases=20)
    written(study, FORMS["last character"])
    with pytest.raises(NotReady, match="truth is told by history, last character in 20 of 20 cases"):
        lifecycle.open_study(study, audit.OPERATOR)


@pytest.mark.django_db
def test_a_study_whose_histories_say_something_opens_and_is_warned():
    study = make_study(cases=20)
    written(study, lambda text: text.replace("years", "years old"))
    kept = leaks.make(study, audit.OPERATOR)
    assert "word “old” in the history" in {
        rule["feature"] for rule in kept.result["targets"][0]["families"][-3]["rules"] if rule["tells"]
    }
    lifecycle.open_study(study, audit.OPERATOR)


@pytest.mark.django_db
def test_an_audit_of_other_histories_is_stale():
    study = make_study(cases=20)
    leaks.make(study, audit.OPERATOR)
    written(study, str)
    assert leaks.current(study) is None
