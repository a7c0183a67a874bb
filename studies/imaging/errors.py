"""Why an image is not taken. Each sentence gives rule and remedy; the caller adds the file's name."""

from __future__ import annotations


class Refused(Exception):
    """An image that is not taken. `str()` is a sentence for the coordinator."""


class UnreadableImage(Refused):
    """The file is none of the formats that are taken, or is damaged."""


class Truncated(Refused):
    """The file ends before its pixels do."""


class NoPixelData(Refused):
    """A DICOM object without an image."""


class TooLarge(Refused):
    """More pixels, frames or bytes than the limits allow."""


class UnsupportedColour(Refused):
    """A colour space that cannot be turned into luminance."""


class UnsupportedPixels(Refused):
    """Pixels of a kind that is not a grey value of 1 to 16 bits."""


class OddPixels(Refused):
    """Pixels of a height and width that no picture has."""


class UnsupportedCompression(Refused):
    """A transfer syntax that no decoding plug-in here undoes."""


class UnevenStack(Refused):
    """A folder whose files do not make one stack."""


class BrokenFrame(Refused):
    """A coded frame that does not decode to what was coded."""


class ProcessDied(Refused):
    """The process that decoded the file was stopped by its limits or by the file."""


class OutOfMemory(Refused):
    """Decoding asked for more memory than a file may have."""


class TimedOut(Refused):
    """Decoding took longer than a file may take."""


class Unexpected(Refused):
    """A fault that no other name fits."""


BY_NAME: dict[str, type[Refused]] = {kind.__name__: kind for kind in Refused.__subclasses__()}
