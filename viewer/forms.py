"""The plain forms of a reader's way: consent, profile, display, exit questions, debriefing."""

from __future__ import annotations

import json
from typing import Any

from django import forms

from studies import selfcheck
from studies.models import Reader
from viewer.api.messages import DisplayMessage
from viewer.blinding import QuestionPage

SPECIALTIES = (
    "abdominal",
    "breast",
    "cardiac",
    "emergency",
    "general",
    "interventional",
    "musculoskeletal",
    "neuroradiology",
    "nuclear medicine",
    "paediatric",
    "thoracic",
    "urogenital",
)


class PlainForm(forms.Form):
    """A form whose faults can also come from the door behind it."""

    required_css_class = "required"

    def focus_first(self) -> None:
        """Puts the keyboard on the first field."""
        for field in list(self.fields.values())[:1]:
            field.widget.attrs["autofocus"] = True

    def add_faults(self, faults: dict[str, str]) -> None:
        """Shows faults that were found later, each at its field."""
        for name, sentence in faults.items():
            self.add_error(name if name in self.fields else None, sentence)


class ConsentForm(PlainForm):
    """The reader agrees."""

    agreed = forms.BooleanField(label="I have read this and agree to take part.")


class ProfileForm(PlainForm):
    """What readers say of themselves; begun with what the coordinator noted."""

    specialty = forms.ChoiceField()
    years = forms.IntegerField(
        label="Years in practice", min_value=0, max_value=80, help_text="Whole years, 0 to 80"
    )
    institution = forms.CharField(max_length=200)
    country = forms.CharField(max_length=100)

    def __init__(self, data: Any, reader: Reader, asked: tuple[str, ...]) -> None:
        super().__init__(data, initial={name: getattr(reader, name) for name in asked})
        for name in set(self.fields) - set(asked):
            del self.fields[name]
        if "specialty" in self.fields:
            known = sorted({*SPECIALTIES, reader.specialty} - {""})
            choices = [("", "Choose one"), *((name, name.capitalize()) for name in known), ("other", "Other")]
            self.fields["specialty"].choices = choices  # type: ignore[attr-defined]

    def focus_first(self) -> None:
        """The first field left empty, else the first where Enter sends the form: on a list Enter opens it."""
        empty = [
            name for name in self.fields if self.get_initial_for_field(self.fields[name], name) in (None, "")
        ]
        typed = [name for name in self.fields if name != "specialty"]
        for name in [*empty, *typed, *self.fields][:1]:
            self.fields[name].widget.attrs["autofocus"] = True


class SeenField(forms.CharField):
    """What is typed of one patch."""

    default_error_messages = {
        "required": "Type what you see, or nothing.",
        "not_seen": "Type at most four letters or digits, - for one that you cannot see, or nothing.",
    }

    def __init__(self, label: str) -> None:
        plain = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        super().__init__(label=label, max_length=20, widget=forms.TextInput(attrs=plain))

    def clean(self, value: Any) -> str:
        said = selfcheck.typed(super().clean(value))
        if said is None:
            raise forms.ValidationError(self.error_messages["not_seen"], code="not_seen")
        return said


class DisplayForm(PlainForm):
    """The display self-check; `facts` is what the browser says of the display, and costs nobody the step."""

    black = SeenField("Near black")
    grey = SeenField("Mid grey")
    white = SeenField("Near white")
    lines = forms.ChoiceField(
        label="How do the two squares look?",
        choices=list(selfcheck.LINES.items()),
        widget=forms.RadioSelect,
    )
    room = forms.ChoiceField(
        label="How light is the room?", choices=list(selfcheck.ROOMS.items()), widget=forms.RadioSelect
    )
    display = forms.ChoiceField(
        label="What are you looking at?", choices=list(selfcheck.DISPLAYS.items()), widget=forms.RadioSelect
    )
    attempt = forms.IntegerField(widget=forms.HiddenInput)
    facts = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    @property
    def answers(self) -> dict[str, str]:
        """What the reader said."""
        return {
            name: self.cleaned_data[name] for name in ("black", "grey", "white", "lines", "room", "display")
        }

    def clean_facts(self) -> dict[str, Any]:
        """The facts that have the form they should have; none of others."""
        try:
            said = DisplayMessage(data=json.loads(self.cleaned_data["facts"], parse_constant=_refuse))
        except (ValueError, RecursionError):
            return {}
        return dict(said.validated_data) if said.is_valid() else {}


class DebriefForm(PlainForm):
    """The last page; readings may be withdrawn."""

    withdraw = forms.BooleanField(
        required=False,
        label="Withdraw my readings.",
        help_text="They are then left out of every analysis. This cannot be undone.",
    )


class ExitForm(PlainForm):
    """A session's exit questions."""

    def __init__(self, data: Any, questions: tuple[QuestionPage, ...]) -> None:
        super().__init__(data)
        self.questions = questions
        for question in questions:
            self.fields[question.key] = _field(question)

    def answers(self) -> dict[str, Any]:
        """The answers in the form that the door takes."""
        given = dict(self.cleaned_data)
        for question in self.questions:
            if question.kind == "scale" and given.get(question.key):
                given[question.key] = int(given[question.key])
        return given


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number that JSON knows")


def _field(question: QuestionPage) -> forms.Field:
    options = [(choice.value, choice.label) for choice in question.choices]
    common: dict[str, Any] = {"label": question.label, "required": question.required}
    match question.kind:
        case "choice" | "scale":
            return forms.ChoiceField(choices=options, widget=forms.RadioSelect, **common)
        case "multichoice":
            return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **common)
        case "number" | "slider":
            return forms.FloatField(min_value=question.minimum, max_value=question.maximum, **common)
    return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=4000, **common)
