"""Studies: readiness, progress and protocol to look at; open, close and lock through `studies.lifecycle`."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from studies import lifecycle
from studies.admin import two_people
from studies.admin.base import NOTHING, ReadOnly, actor, may, moment
from studies.admin.leaks import LeakPages, may_look
from studies.admin.looks import LookPages
from studies.admin.progress import sessions_of, with_counts
from studies.admin.steps import STEPS, OverrideForm, ReasonForm, Step, form_for, open_to
from studies.models import Study
from studies.protocol import to_yaml
from studies.refusals import NotReady

SECOND = "Your request is on record. A second person has to agree before the study is locked."
ONE_AT_A_TIME = "Choose one study: each is opened, closed or locked by itself."


@admin.register(Study)
class StudyAdmin(LeakPages, LookPages, ReadOnly):
    """The list counts, the page explains; neither knows truth or an answer."""

    opened = moment("opened_utc", "opened")
    closed = moment("closed_utc", "closed")
    locked = moment("locked_utc", "locked")
    list_display = (
        "slug",
        "title",
        "state",
        "simulation",
        "cases_count",
        "readers_count",
        "invited",
        "consented",
        "finished",
        "readings_done",
    )
    list_filter = ("state",)
    search_fields = ("slug", "title")
    actions = ("open_selected", "close_selected", "lock_selected")
    fields = (
        ("slug", "state", "simulation"),
        "title",
        ("opened", "closed", "locked"),
        ("frozen", "protocol_sha256"),
    )
    change_form_template = "admin/studies/study/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Study]:
        return with_counts(super().get_queryset(request))

    @admin.display(description="simulated", ordering="simulated")
    def simulation(self, study: Study) -> str:
        return "SIMULATED" if study.simulated else NOTHING

    @admin.display(description="cases", ordering="n_cases")
    def cases_count(self, study: Any) -> int:
        return int(study.n_cases)

    @admin.display(description="readers", ordering="n_readers")
    def readers_count(self, study: Any) -> int:
        return int(study.n_readers)

    @admin.display(ordering="n_invited")
    def invited(self, study: Any) -> int:
        return int(study.n_invited)

    @admin.display(ordering="n_consented")
    def consented(self, study: Any) -> int:
        return int(study.n_consented)

    @admin.display(ordering="n_finished")
    def finished(self, study: Any) -> int:
        return int(study.n_finished)

    @admin.display(description="readings done", ordering="n_read")
    def readings_done(self, study: Any) -> str | None:
        return f"{study.n_read} of {study.n_slots}" if study.n_slots else None

    @admin.display(description="protocol frozen (UTC)")
    def frozen(self, study: Study) -> str:
        frozen = study.protocol.frozen_utc if hasattr(study, "protocol") else None
        return f"{frozen:%Y-%m-%d %H:%M}" if frozen else NOTHING

    @admin.display(description="protocol SHA-256")
    def protocol_sha256(self, study: Study) -> str:
        return study.protocol.sha256 if hasattr(study, "protocol") else NOTHING

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Whether this person moves studies; the page itself has nothing to edit."""
        return may(request, "change_study")

    @admin.action(description="Open the selected study …", permissions=["run"])
    def open_selected(self, request: HttpRequest, studies: QuerySet[Study]) -> HttpResponseRedirect | None:
        return self._ask(request, studies, "open")

    @admin.action(description="Close the selected study …", permissions=["run"])
    def close_selected(self, request: HttpRequest, studies: QuerySet[Study]) -> HttpResponseRedirect | None:
        return self._ask(request, studies, "close")

    @admin.action(description="Lock the selected study …", permissions=["run"])
    def lock_selected(self, request: HttpRequest, studies: QuerySet[Study]) -> HttpResponseRedirect | None:
        return self._ask(request, studies, "lock")

    def _ask(self, request: HttpRequest, studies: QuerySet[Study], name: str) -> HttpResponseRedirect | None:
        chosen = list(studies[:2])
        if len(chosen) != 1:
            self.message_user(request, ONE_AT_A_TIME, messages.WARNING)
            return None
        return HttpResponseRedirect(reverse(f"admin:studies_study_{name}", args=[chosen[0].pk]))

    def get_urls(self) -> list[URLPattern]:
        steps = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(self.step_view),
                {"name": name},
                name=f"studies_study_{name}",
            )
            for name in STEPS
        ]
        return [*steps, *super().get_urls()]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def step_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """GET says what would happen and asks why; POST takes the step."""
        if not self.has_run_permission(request):
            raise PermissionDenied
        study, step = self.get_object(request, str(pk)), STEPS[name]
        if study is None:
            raise Http404
        form = form_for(step, request)
        if request.method == "POST" and form.is_valid() and self._taken(request, study, step, form):
            return redirect("admin:studies_study_change", study.pk)
        return self._step_page(request, study, step, form)

    def _taken(self, request: HttpRequest, study: Study, step: Step, form: ReasonForm | OverrideForm) -> bool:
        who, why = actor(request), form.said
        try:
            if step.two_people and study.state in step.before and not two_people.agreed(study, who, str(why)):
                self.message_user(request, SECOND, messages.WARNING)
                return True
            step.run(study, who, why)
        except NotReady as refusal:
            for reason in refusal.reasons:
                self.message_user(request, reason, messages.ERROR)
            return False
        self.message_user(request, step.done.format(study.slug), messages.SUCCESS)
        return True

    def _step_page(
        self, request: HttpRequest, study: Study, step: Step, form: ReasonForm | OverrideForm
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{step.verb} study {study.slug}",
            "opts": self.opts,
            "study": study,
            "step": step,
            "form": form,
            "checklist": lifecycle.readiness(study) if step.name == "open" else [],
            "progress": _totals(study),
            "first": two_people.first_person(study) if step.two_people else None,
        }
        return TemplateResponse(request, "admin/studies/study/step.html", context)

    def page_facts(self, request: HttpRequest, row: Study) -> dict[str, Any]:
        unopened = row.state in STEPS["open"].before
        return {
            "checklist": lifecycle.readiness(row) if unopened else [],
            "sessions": sessions_of(row),
            "totals": _totals(row),
            "protocol_yaml": to_yaml(row.definition) if hasattr(row, "protocol") else "",
            "looks_at_leaks": may_look(request),
            "steps": open_to(row) if self.has_run_permission(request) else [],
        }


def _totals(study: Any) -> dict[str, int]:
    names = ("cases", "readers", "invited", "consented", "finished", "slots", "read")
    return {name: getattr(study, f"n_{name}") for name in names}
