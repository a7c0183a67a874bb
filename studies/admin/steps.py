"""Open, close, lock: what each step does, in words, and the page that asks before it is taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from studies import lifecycle
from studies.models import Study
from studies.overrides import Overrides

State = Study.State


@dataclass(frozen=True)
class Step:
    """A move of a study: from which states, what it will do, and how its reason is asked for."""

    name: str
    verb: str
    run: Callable[[Study, str, Any], None]  # with what its form says
    before: frozenset[str]
    consequences: tuple[str, ...]
    done: str
    two_people: bool = False


WHY = "Kept in the audit trail for good. No names of persons."
PRINTED = "It is printed on all that leaves the study. No names of persons."


class ReasonForm(forms.Form):
    """Why; it is kept in the audit trail for good."""

    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 3, "cols": 80}), max_length=1000)

    def __init__(self, *args: object, label: str, help_text: str, required: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["reason"]
        field.label, field.help_text, field.required = label, help_text, required

    @property
    def said(self) -> str | Overrides:
        """What the step is told."""
        return str(self.cleaned_data["reason"])


def _reason(label: str, help_text: str) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 2, "cols": 80})
    return forms.CharField(widget=area, max_length=1000, required=False, label=label, help_text=help_text)


class OverrideForm(forms.Form):
    """Why, for each ground by itself; most studies open with both empty."""

    leaks = _reason(
        "In spite of the leak audit",
        "Leave this empty, or write why it opens although files tell. " + PRINTED,
    )
    unseen = _reason(
        "With images unseen",
        "Leave this empty, or write why images are accepted at which nobody looked for burned-in text. "
        + PRINTED,
    )

    @property
    def said(self) -> Overrides:
        """Both reasons."""
        return Overrides(**self.cleaned_data)


class PasswordForm(ReasonForm):
    """Why, and the person's password once more: an unattended browser locks nothing."""

    password = forms.CharField(label="Your password", widget=forms.PasswordInput, strip=False)

    def __init__(self, *args: object, person: User | AnonymousUser, **kwargs: object) -> None:
        self.person = person
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def clean_password(self) -> str:
        """Checks it against the account of who is logged in."""
        password = str(self.cleaned_data["password"])
        if not self.person.check_password(password):
            raise ValidationError("This is not your password.")
        return password


STEPS = {
    "open": Step(
        "open",
        "Open",
        lifecycle.open_study,
        frozenset({State.DRAFT, State.PILOTING}),
        (
            "The protocol is frozen: from now on it changes by a signed amendment only.",
            "Sessions, cases and images are frozen with it; the database refuses any change.",
            "Readers can be invited and can begin to read.",
        ),
        "Study {} is open: invite its readers.",
    ),
    "close": Step(
        "close",
        "Close",
        lifecycle.close_study,
        frozenset({State.OPEN}),
        (
            "No answer is taken from now on; sittings under way end at their next step.",
            "Cases not yet read stay unread and are reported as not reached.",
            "A closed study is not opened again.",
        ),
        "Study {} is closed: no answer is taken any more.",
    ),
    "lock": Step(
        "lock",
        "Lock",
        lifecycle.lock_study,
        frozenset({State.CLOSED}),
        (
            "It takes two people: the first one’s request is put on record, the second one locks.",
            "The readings become final.",
            "Truth may join them from now on, in reports and exports.",
            "There is no way back.",
        ),
        "Study {} is locked: its readings are final.",
        two_people=True,
    ),
}


def form_for(step: Step, request: HttpRequest) -> ReasonForm | OverrideForm:
    """The form that a step's page asks with, filled in when it was sent."""
    if step.name == "open":
        return OverrideForm(request.POST or None)
    asked = {"label": "Reason", "help_text": WHY, "required": True}
    if step.two_people:
        return PasswordForm(request.POST or None, person=request.user, **asked)
    return ReasonForm(request.POST or None, **asked)  # type: ignore[arg-type]


def open_to(study: Study) -> list[Step]:
    """The steps that a study in its state may take."""
    return [step for step in STEPS.values() if study.state in step.before]
