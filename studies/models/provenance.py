"""What originals say of their origin. Only `studies.provenance` imports this; no other model points here."""

from django.db import models

from studies.models.case import Image


class ImageProvenance(models.Model):
    """Of one image, as it was read at import. It can tell truth, so it is shown as truth is."""

    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="+")
    document = models.JSONField(help_text="Manifests, texts and signatures, as imaging.provenance has them.")

    class Meta:
        verbose_name = "provenance of an image"
        verbose_name_plural = "provenance of images"

    def __str__(self) -> str:
        return f"provenance {self.pk}"
