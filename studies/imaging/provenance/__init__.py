"""What a file says of its origin: C2PA manifests, texts of programs, DICOM signatures. Claims, not truth."""

from studies.imaging.provenance.reading import read
from studies.imaging.provenance.record import Provenance

__all__ = ["Provenance", "read"]
