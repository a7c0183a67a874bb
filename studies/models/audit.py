"""Audit events: appended and chained; the database itself refuses to change or delete one."""

from django.db import models


class AuditEvent(models.Model):
    """One thing that happened: who, what, when, why; ids only, never personal data."""

    chain = models.CharField(max_length=64, help_text="study:<id> for design, assignment:<id> for readings")
    number = models.PositiveIntegerField()
    utc = models.DateTimeField()
    actor = models.CharField(max_length=64, help_text="operator, person:<id> or reader:<id>")
    action = models.CharField(max_length=64)
    subject = models.CharField(max_length=64)
    reason = models.TextField(blank=True)
    data = models.TextField(default="{}", help_text="Canonical JSON.")
    previous_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["chain", "number"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "number"], name="audit_number_once_per_chain")
        ]

    def __str__(self) -> str:
        return f"{self.chain}#{self.number} {self.action}"
