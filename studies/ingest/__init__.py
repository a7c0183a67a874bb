"""folder + cases.csv -> cases, images, derivatives; whole or not at all, and again it changes nothing."""

from studies.ingest.load import Loaded, load

__all__ = ["Loaded", "load"]
