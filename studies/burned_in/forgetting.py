"""What a search read off pictures is dropped once nobody has to look at them any more: it may be names."""

from __future__ import annotations

from collections.abc import Iterable

from studies.models import FoundText, Image, ImageLook


def forget(derivatives: Iterable[str]) -> None:
    """Of those of these pictures that were looked at wherever they are, words lose their text and keep their
    places. Of pictures that no study has, nothing is kept."""
    there = Image.objects.order_by().values("derivative_sha256")
    FoundText.objects.exclude(derivative_sha256__in=there).delete()
    for found in FoundText.objects.filter(derivative_sha256__in=set(derivatives)).exclude(words=[]):
        same = {"derivative_sha256": found.derivative_sha256}
        images = Image.objects.filter(**same).values_list("case__study", "case__code", "position")
        looks = ImageLook.objects.filter(**same).values_list("study", "case_code", "position")
        if set(images) <= set(looks):
            found.words = [["", *place] for _, *place in found.words]
            found.save(update_fields=["words"])
