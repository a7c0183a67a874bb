"""How a reader likes to sit: own keys and the side of the questions. No part of the study's record."""

from __future__ import annotations

from studies.keys import faults
from studies.models import Reader, ReaderPreferences


class InvalidPreferences(Exception):
    """Keys that cannot stand together; `fields` says why, by action."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("Some keys cannot be used.")
        self.fields = fields


def preferences_of(reader: Reader) -> ReaderPreferences:
    """The reader's preferences, or the standard ones where nothing was kept."""
    return ReaderPreferences.objects.filter(reader=reader).first() or ReaderPreferences(reader=reader)


def keep_preferences(reader: Reader, keys: dict[str, str], left_handed: bool) -> ReaderPreferences:
    """Keeps both in the place of what was kept before; raises InvalidPreferences and then keeps nothing."""
    if found := faults(keys):
        raise InvalidPreferences(found)
    said = {"keys": keys, "left_handed": left_handed}
    kept, _ = ReaderPreferences.objects.update_or_create(reader=reader, defaults=said)
    return kept
