"""Who a de-identified case is: a code, other UIDs and days, all from one secret, alike at every export."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import date, timedelta

LARGEST_SHIFT_DAYS = 3650
EARLIEST = date(1, 1, 1)


@dataclass(frozen=True)
class Subject:
    """`code` stands in for name and identifier, so that it is who the copy's studies and series are of;
    `cluster` (the patient, else the case) sets how far days move: back by 1 to 3650 days, the same for all
    files of a cluster, so that the time between them stays."""

    code: str
    cluster: str
    secret: bytes = field(repr=False)

    def uid(self, original: str) -> str:
        """A UID of the 2.25 root (PS3.5 B.2) for one that must not leave; equal UIDs of a code stay equal.

        Two codes share none: a DICOM study, and all in it, is of one patient."""
        digest = self._digest("uid", f"{self.code}\n{original}")
        return f"2.25.{int.from_bytes(digest[:16], 'big')}"

    def day(self, original: str) -> str:
        """A DICOM date (YYYYMMDD), moved; empty where there was none or it is no date."""
        try:
            there = date(int(original[:4]), int(original[4:6]), int(original[6:8]))
        except ValueError:
            return ""
        return (max(there - EARLIEST - self.shift, timedelta(0)) + EARLIEST).strftime("%Y%m%d").zfill(8)

    @property
    def shift(self) -> timedelta:
        """How far back days move."""
        number = int.from_bytes(self._digest("days", self.cluster)[:8], "big")
        return timedelta(days=1 + number % LARGEST_SHIFT_DAYS)

    def _digest(self, kind: str, text: str) -> bytes:
        return hmac.new(self.secret, f"{kind}\n{text}".encode(), hashlib.sha256).digest()
