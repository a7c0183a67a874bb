"""Forms of the admin: what coordinators may write themselves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from studies.models import Reader, Study

TAKING = (Study.State.DRAFT, Study.State.PILOTING, Study.State.OPEN)
CODE_TAKEN = "This study has a reader of that code; choose another."
EMAIL_TAKEN = "Another reader of this study has that address; each reader has one's own."


class ReaderForm(forms.ModelForm):  # type: ignore[type-arg]  # the stubs alone can subscript it
    """Name and address; study and code only for a new reader."""

    class Meta:
        model = Reader
        fields = ("study", "code", "name", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "study" in self.fields:
            choices = Study.objects.filter(state__in=TAKING, simulated=False)
            field: Any = self.fields["study"]
            field.queryset = choices
            field.widget.can_view_related = False

    def clean(self) -> dict[str, Any]:
        """Says in words what the table's constraints would refuse."""
        cleaned = super().clean() or {}
        study = cleaned.get("study") or (self.instance.study if self.instance.pk else None)
        if study is None:
            return cleaned
        others = Reader.objects.filter(study=study).exclude(pk=self.instance.pk)
        if cleaned.get("code") and others.filter(code=cleaned["code"]).exists():
            self.add_error("code", ValidationError(CODE_TAKEN))
        if cleaned.get("email") and others.filter(email=cleaned["email"]).exists():
            self.add_error("email", ValidationError(EMAIL_TAKEN))
        return cleaned
