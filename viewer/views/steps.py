"""One desk for a reader: GET shows the step that is next, POST takes it. No other step has an address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from studies import participation, submission
from studies.answers import InvalidAnswers
from studies.keys import key_help
from studies.models import Reader
from studies.participation import Step, next_step
from studies.preferences import preferences_of
from viewer.access import reader_of
from viewer.blinding import display_page, question_pages, session_page, study_page
from viewer.forms import ConsentForm, DebriefForm, DisplayForm, ExitForm, PlainForm, ProfileForm


@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The page of the reader's next step."""
    reader = reader_of(request)
    if reader is None:
        sentence = "Open the link in your invitation to go on."
        return render(request, "viewer/link_invalid.html", {"sentence": sentence}, status=403)
    step = next_step(reader)
    return _page(request, reader, step, _form(reader, step, None))


@never_cache
@require_POST
def take(request: HttpRequest, name: str) -> HttpResponse:
    """Takes the next step; any other one is not there."""
    reader = reader_of(request)
    if reader is None or name not in TAKE:
        raise Http404
    step = next_step(reader)
    if step.name != name:
        return redirect("desk")  # a second press of the key, or another tab that was quicker
    form = _form(reader, step, request.POST)
    if not form.is_valid():
        return _page(request, reader, step, form, status=400)
    try:
        TAKE[name](reader, step, form)
    except InvalidAnswers as invalid:
        form.add_faults(invalid.fields)
        return _page(request, reader, step, form, status=400)
    except participation.OutOfTurn:
        pass  # another of the reader's tabs was quicker
    return redirect("desk")


def _form(reader: Reader, step: Step, data: Any) -> PlainForm:
    protocol = reader.study.definition
    match step.name:
        case "consent":
            return ConsentForm(data)
        case "profile":
            return ProfileForm(data, reader=reader, asked=protocol.profile)
        case "debrief":
            return DebriefForm(data)
        case "display" if not (data and "go_on" in data):
            return DisplayForm(data)
        case "exit" if step.assignment:
            questions = question_pages(protocol, step.assignment.session.definition.exit_questions)
            return ExitForm(data, questions=questions)
    return PlainForm(data)


def _page(
    request: HttpRequest, reader: Reader, step: Step, form: PlainForm, status: int = 200
) -> HttpResponse:
    protocol = reader.study.definition
    if step.name != "debrief":  # there the keyboard waits on Finish, not on the withdrawal
        form.focus_first()
    context: dict[str, Any] = {"study": study_page(reader.study), "form": form, "not_before": step.not_before}
    if step.name == "consent":
        context["text"] = protocol.consent
    elif step.name == "debrief":
        context["text"] = protocol.debrief
    elif step.assignment and step.name in {"briefing", "cases", "exit"}:
        context["session"] = session_page(step.assignment)
    if step.name == "display" and step.assignment:
        page = display_page(step.assignment)
        looks = page.again and (not page.seen or "again" in request.GET or status == 400)
        context |= {"display": page, "looks": looks}
        if looks:
            context["patches"] = [(patch, form[patch.key]) for patch in page.patches]
            context["choices"] = [form[name] for name in ("room", "display")]
    if step.name == "cases":
        own = preferences_of(reader)
        context |= {"keys": key_help(own.keys), "left_handed": own.left_handed}
    return render(request, f"viewer/{step.name}.html", context, status=status)


def _consent(reader: Reader, step: Step, form: PlainForm) -> None:
    participation.consent(reader)


def _profile(reader: Reader, step: Step, form: PlainForm) -> None:
    participation.keep_profile(reader, form.cleaned_data)


def _display(reader: Reader, step: Step, form: PlainForm) -> None:
    if isinstance(form, DisplayForm):
        said = form.cleaned_data
        participation.keep_display_check(reader, said["attempt"], form.answers, said["facts"])
    else:
        participation.leave_display(reader)


def _briefing(reader: Reader, step: Step, form: PlainForm) -> None:
    participation.begin_session(reader)


def _exit(reader: Reader, step: Step, form: PlainForm) -> None:
    assert step.assignment is not None and isinstance(form, ExitForm)
    submission.finish_session(step.assignment, form.answers(), actor=f"reader:{reader.pk}")


def _debrief(reader: Reader, step: Step, form: PlainForm) -> None:
    participation.debrief(reader, withdraw=form.cleaned_data["withdraw"])


TAKE: dict[str, Callable[[Reader, Step, PlainForm], None]] = {
    "consent": _consent,
    "profile": _profile,
    "display": _display,
    "briefing": _briefing,
    "exit": _exit,
    "debrief": _debrief,
}
