"""The smallest window: answers that a person gives in a smaller one are not taken, whatever the page did."""

from __future__ import annotations

from typing import Any

from studies.models import Reader, Reading


class WindowTooSmall(Exception):
    """The answer was given in a smaller window than the protocol asks for."""


def require_window(reader: Reader, reading: Reading, display: dict[str, Any]) -> None:
    """Raises WindowTooSmall; what is on record already is not asked again, so that a retry finds it kept."""
    least = reader.study.definition.display.minimum
    if least is None or reader.kind != Reader.Kind.RADIOLOGIST or reading.status != Reading.Status.WAITING:
        return
    viewport, ratio = display.get("viewport"), display.get("pixel_ratio")
    told = "none was told"
    if viewport is not None and ratio is not None:
        if least.holds(viewport, ratio):
            return
        told = "yours has " + " × ".join(f"{length * ratio:.0f}" for length in viewport)
    raise WindowTooSmall(
        f"This study needs a window of at least {least.width} × {least.height} pixels; {told}."
    )
