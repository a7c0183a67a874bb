"""folder + cases.csv -> cases, images, derivatives; whole or not at all, and again it changes nothing."""

from studies.ingest.load import Loaded, load, preview
from studies.ingest.way import Way

__all__ = ["Loaded", "Way", "load", "preview"]
