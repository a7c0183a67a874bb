"""Invitations: links whose secret is stored only as a hash."""

from django.db import models

from studies.models.reader import Reader


class Invitation(models.Model):
    """One link for one reader; it opens the study on any device until it expires or is revoked."""

    reader = models.ForeignKey(Reader, on_delete=models.PROTECT, related_name="invitations")
    secret_sha256 = models.CharField(max_length=64, unique=True)
    created_utc = models.DateTimeField(auto_now_add=True)
    expires_utc = models.DateTimeField()
    revoked_utc = models.DateTimeField(null=True, blank=True)
    first_used_utc = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["reader", "created_utc"]

    def __str__(self) -> str:
        return f"invitation of {self.reader}"
