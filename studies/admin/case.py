"""Cases with their thumbnails; how an image came and how it is kept, and nothing of what is true of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from studies import provenance
from studies.admin.base import ReadOnly, may
from studies.filestore import FileStore
from studies.models import Case, CaseSet, Image, Study


class CaseSetFilter(admin.SimpleListFilter):
    """Case sets of the study that the list is narrowed to; names recur from study to study."""

    title = "case set"
    parameter_name = "case_set"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        study = request.GET.get("study__id__exact", "")
        sets = CaseSet.objects.filter(study=int(study)) if study.isdecimal() else CaseSet.objects.none()
        return [(str(pk), name) for pk, name in sets.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, cases: QuerySet[Case]) -> QuerySet[Case]:
        value = self.value() or ""
        return cases.filter(case_set=int(value)) if value.isdecimal() else cases


@admin.register(Case)
class CaseAdmin(ReadOnly):
    """Codes and pictures; a file's name stays out, for it may tell what the case is."""

    list_display = (
        "thumbnail",
        "code",
        "study",
        "case_set",
        "region",
        "patient",
        "short_history",
        "n_images",
    )
    list_display_links = ("thumbnail", "code")
    list_filter = (
        ("study", admin.RelatedOnlyFieldListFilter),
        CaseSetFilter,
    )
    list_select_related = ("study", "case_set")
    list_per_page = 50
    search_fields = ("code", "patient", "region")
    fields = (("code", "study", "case_set"), ("patient", "region"), "history")
    change_form_template = "admin/studies/case/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        rows: QuerySet[Case] = super().get_queryset(request)
        return rows.annotate(images_count=Count("images")).prefetch_related("images")

    @admin.display(description="image")
    def thumbnail(self, case: Case) -> SafeString | None:
        image = next(iter(case.images.all()), None)
        if image is None:
            return None
        address = reverse("admin:studies_case_thumbnail", args=[image.pk])
        return format_html('<img class="thumbnail" src="{}" alt="{}" loading="lazy">', address, case.code)

    @admin.display(description="history")
    def short_history(self, case: Case) -> str | None:
        return Truncator(case.history).words(16) or None

    @admin.display(description="images", ordering="images_count")
    def n_images(self, case: Any) -> int:
        return int(case.images_count)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.thumbnail_view, cacheable=True)
        return [path("thumbnail/<int:pk>.png", view, name="studies_case_thumbnail"), *super().get_urls()]

    @method_decorator(require_safe)
    def thumbnail_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The small picture that was kept at import, for those who may see cases."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        image = get_object_or_404(Image, pk=pk)
        try:
            png = FileStore(settings.DATA_DIR).read("thumbnails", image.derivative_sha256, ".png")
        except FileNotFoundError:
            raise Http404 from None
        return HttpResponse(png, "image/png", headers={"Cache-Control": "private, max-age=3600"})

    def page_facts(self, request: HttpRequest, row: Case) -> dict[str, Any]:
        images = Image.objects.filter(case=row).annotate(n_frames=Count("frames")).order_by("position")
        origins = provenance.of_images(images) if _may_see_origins(request, row) else {}
        return {"images": [(image, origins.get(image.pk)) for image in images]}


def _may_see_origins(request: HttpRequest, case: Case) -> bool:
    """They can tell truth: for those who keep it, and for all who see cases once the study is locked."""
    return case.study.state == Study.State.LOCKED or may(request, "view_imageprovenance")
