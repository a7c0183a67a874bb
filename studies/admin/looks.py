"""The gallery in which a person looks at every image for burned-in text; nothing on it tells truth."""

from __future__ import annotations

import functools
import io
import json
from dataclasses import astuple
from typing import Any

import PIL.Image
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from studies import looks
from studies.admin.base import actor, may
from studies.burned_in.pictures import projections, shown
from studies.burned_in.search import ranked
from studies.imaging.blackout import Rectangle
from studies.imaging.types import Bytes
from studies.leaks.cases import UNREADABLE
from studies.models import FoundText, Frame, Image, ImageLook, Study
from studies.refusals import NotReady, Refused

CHANGED = "This image was derived anew since you saw it. Load the page again."
MALFORMED = "A look is a verdict and whole rectangles within the image."
PROJECTIONS = {"light": 0, "dark": 1}


class LookPages(ModelAdmin):  # type: ignore[type-arg]  # the stubs alone can subscript it
    """The addresses below a study's own."""

    def get_urls(self) -> list[URLPattern]:
        inside = self.admin_site.admin_view
        picture = self.admin_site.admin_view(self.picture_view, cacheable=True)
        name = "studies_study_looks"
        return [
            path("<int:pk>/looks/", inside(self.looks_view), name=name),
            path("<int:pk>/looks/<int:image>/", inside(self.look_view), name=f"{name}_one"),
            path("<int:pk>/looks/<int:image>/<slug:what>.png", picture, name=f"{name}_picture"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def looks_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Every image's facts, in the order in which they are to be looked at."""
        study = self._looked(request, pk)
        found = {one.image.pk: one for one in looks.seen(study)}
        rows = ranked([one.image for one in found.values()])
        counts = _counts(study)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Burned-in text in study {study.slug}",
            "opts": self.opts,
            "study": study,
            "methods": sorted({text.method for _, text in rows if text}),
            "unranked": any(text is None for _, text in rows),
            "images": [_facts(found[image.pk], text, counts) for image, text in rows],
        }
        return TemplateResponse(
            request, "admin/studies/study/looks.html", context, headers={"Cache-Control": "no-store"}
        )

    @method_decorator(require_POST)
    def look_view(self, request: HttpRequest, pk: int, image: int) -> HttpResponse:
        """Keeps a verdict on the derivative that the person saw; answers the image as it is then."""
        study = self._looked(request, pk)
        row = get_object_or_404(Image.objects.select_related("case__study"), pk=image, case__study=study)
        try:
            said = json.loads(request.body)
            verdict, rectangles = _verdict(said, row)
        except (ValueError, TypeError, KeyError):
            return JsonResponse({"refused": MALFORMED}, status=400)
        if said["derivative"] != row.derivative_sha256:
            return JsonResponse({"refused": CHANGED}, status=409)
        try:
            looks.look(row, verdict, actor(request), rectangles)
        except NotReady as refusal:
            return JsonResponse({"refused": " ".join(refusal.reasons)}, status=409)
        except Refused as refusal:
            return JsonResponse({"refused": str(refusal)}, status=409)
        (fresh, text), *_ = ranked([Image.objects.select_related("case__study").get(pk=image)])
        return JsonResponse(_facts(looks.of_image(fresh), text, _counts(study)))

    @method_decorator(require_safe)
    def picture_view(self, request: HttpRequest, pk: int, image: int, what: str) -> HttpResponse:
        """A frame by its number, or a projection of all."""
        study = self._looked(request, pk)
        rows = Frame.objects.select_related("image__case__study__protocol")
        number = 0 if what in PROJECTIONS else int(what) if what.isdecimal() else -1
        frame = get_object_or_404(rows, image=image, image__case__study=study, number=number)
        try:
            if what in PROJECTIONS:
                data = _projected(frame.image, frame.image.derivative_sha256)[PROJECTIONS[what]]
            else:
                data = _png(shown(frame))
        except UNREADABLE:
            raise Http404 from None
        return HttpResponse(data, "image/png", headers={"Cache-Control": "private, max-age=600"})

    def _looked(self, request: HttpRequest, pk: int) -> Study:
        if not may(request, "change_study"):
            raise PermissionDenied
        study: Study | None = self.get_object(request, str(pk))
        if study is None:
            raise Http404
        return study


def _counts(study: Study) -> dict[int, int]:
    """Frames of each image."""
    images = Image.objects.filter(case__study=study).order_by()
    return dict(images.annotate(count=Count("frames")).values_list("pk", "count"))


def _verdict(said: dict[str, Any], image: Image) -> tuple[str, list[Rectangle]]:
    rectangles = [Rectangle(*(int(number) for number in place)) for place in said.get("rectangles", [])]
    inside = all(
        box.x + box.width <= image.columns and box.y + box.height <= image.rows for box in rectangles
    )
    if said["verdict"] not in ImageLook.Verdict.values or not inside or len(rectangles) > 50:
        raise ValueError
    return said["verdict"], rectangles if said["verdict"] == ImageLook.Verdict.BLACKOUT else []


def _facts(found: looks.Seen, text: FoundText | None, counts: dict[int, int]) -> dict[str, Any]:
    image = found.image
    return {
        "id": image.pk,
        "name": f"{image.case.code}, image {image.position + 1}",
        "derivative": image.derivative_sha256,
        "state": found.state,
        "rows": image.rows,
        "columns": image.columns,
        "aspect": image.aspect,
        "frames": counts.get(image.pk, 1),
        "black": [list(astuple(place)) for place in found.rectangles],
        "words": text.words if text else [],
    }


@functools.lru_cache(maxsize=8)
def _projected(image: Image, derivative_sha256: str) -> tuple[bytes, ...]:
    return tuple(_png(picture) for picture in projections(image))


def _png(picture: Bytes) -> bytes:
    kept = io.BytesIO()
    PIL.Image.fromarray(picture).save(kept, "PNG", compress_level=1)
    return kept.getvalue()
