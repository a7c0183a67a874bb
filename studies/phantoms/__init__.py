"""The project's own demonstration study: phantoms of chest and hand, made from a seed."""

from studies.phantoms.making import generate

__all__ = ["generate"]
