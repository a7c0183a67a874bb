"""The leak audit's page: verdict and rules, plots as images of their own, the document as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from studies.admin.base import may
from studies.leaks import audit as leaks
from studies.leaks.cases import files_digest
from studies.leaks.document import Json, level_words, p_words, share, tree_words, verdict, without_truth
from studies.leaks.features import GATING, WHERE
from studies.leaks.plots import accuracies
from studies.models import LeakAudit, Study

UNSTORED = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Line:
    """One rule as a row of the table; `rule` is empty for those who may not know truth."""

    feature: str
    rule: str
    accuracy: str
    right: str
    auc: str
    p: str
    verdict: str
    tells: bool


def may_look(request: HttpRequest) -> bool:
    """Coordinators see what tells and how well; truth keepers also which way."""
    return may(request, "change_study") or may(request, "view_leakaudit")


def knows_truth(request: HttpRequest, study: Study) -> bool:
    """A rule's words and whether a twice-shown picture contradicts itself tell the truth of cases."""
    return may(request, "view_leakaudit") or study.state == Study.State.LOCKED


class LeakPages(ModelAdmin):  # type: ignore[type-arg]  # the stubs alone can subscript it
    """The addresses below a study's own."""

    def get_urls(self) -> list[URLPattern]:
        inside = self.admin_site.admin_view
        plot = "<int:pk>/leaks/<int:target>-<slug:kind>.svg"
        return [
            path("<int:pk>/leaks/", inside(self.leaks_view), name="studies_study_leaks"),
            path("<int:pk>/leaks/audit.json", inside(self.leaks_json_view), name="studies_study_leaks_json"),
            path(plot, inside(self.leaks_plot_view), name="studies_study_leaks_plot"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def leaks_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The newest audit, whether it is of the files as they are, and what stands in the way now."""
        study = self._study(request, pk)
        kept = leaks.newest(study)
        document = _document(request, study, kept) if kept else None
        context = {
            **self.admin_site.each_context(request),
            "title": f"Leak audit of study {study.slug}",
            "opts": self.opts,
            "study": study,
            "standing": leaks.standing(study) if hasattr(study, "protocol") else None,
            "audit": kept,
            "stale": kept is not None and kept.files_sha256 != files_digest(study),
            "knows": knows_truth(request, study),
            "document": document,
            "level": level_words(document) if document else "",
            "targets": _targets(document) if document else [],
        }
        return TemplateResponse(request, "admin/studies/study/leaks.html", context, headers=UNSTORED)

    @method_decorator(require_safe)
    def leaks_json_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """All numbers, for download; without what tells truth for those who may not know it."""
        study = self._study(request, pk)
        document = {"study": study.slug, **_document(request, study, _there(study))}
        name = f'attachment; filename="leaks-{study.slug}.json"'
        return JsonResponse(document, headers={**UNSTORED, "Content-Disposition": name})

    @method_decorator(require_safe)
    def leaks_plot_view(self, request: HttpRequest, pk: int, target: int, kind: str) -> HttpResponse:
        """One family's accuracies with their intervals."""
        document = _there(self._study(request, pk)).result
        for found in document["targets"][target : target + 1]:
            for family in found["families"]:
                if family["kind"] == kind:
                    drawn = accuracies(family, family.get("base_rate", found["base_rate"]))
                    return HttpResponse(drawn, "image/svg+xml", headers=UNSTORED)
        raise Http404

    def _study(self, request: HttpRequest, pk: int) -> Study:
        if not may_look(request):
            raise PermissionDenied
        study: Study | None = self.get_object(request, str(pk))
        if study is None:
            raise Http404
        return study


def _there(study: Study) -> LeakAudit:
    kept = leaks.newest(study)
    if kept is None:
        raise Http404
    return kept


def _document(request: HttpRequest, study: Study, kept: LeakAudit) -> Json:
    return kept.result if knows_truth(request, study) else without_truth(kept.result)


def _targets(document: Json) -> list[dict[str, Any]]:
    return [
        {**found, "number": number, "families": [_family(document, family) for family in found["families"]]}
        for number, found in enumerate(document["targets"])
    ]


def _family(document: Json, family: Json) -> dict[str, Any]:
    kind, model = family["kind"], family["combined"]
    lines = [_line(rule["feature"], rule, verdict(document, kind, rule)) for rule in family["rules"]]
    if model:
        lines.append(_line(tree_words(model["used"]), model, verdict(document, kind, model)))
    return {
        "kind": kind,
        "where": WHERE[kind],
        "gates": kind in GATING,
        "too_few": family.get("too_few", ""),
        "lines": lines,
        "remedies": list(dict.fromkeys(rule["remedy"] for rule in family["rules"] if rule["tells"])),
        "constant": family["constant"],
    }


def _line(feature: str, rule: Json, means: str) -> Line:
    return Line(
        feature=feature,
        rule=rule.get("rule", ""),
        accuracy=share(rule["accuracy"]),
        right=f"{rule['correct']} of {rule['cases']}",
        auc=share(rule["auc"], 2),
        p=p_words(rule["p"]),
        verdict=means,
        tells=rule["tells"],
    )
