"""A study as open files: tidy CSV with a codebook, the protocol, the audit's heads and a manifest."""

from studies.export.folder import Exported, export

__all__ = ["Exported", "export"]
