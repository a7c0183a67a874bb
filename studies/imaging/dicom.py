"""DICOM files: from bytes to stored values and what the file says about showing them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from pydicom import dcmread, uid
from pydicom.dataset import Dataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut
from pydicom.uid import UID

from studies.imaging.aspect import aspect_of
from studies.imaging.errors import (
    NoPixelData,
    Truncated,
    UnreadableImage,
    UnsupportedColour,
    UnsupportedCompression,
    UnsupportedPixels,
)
from studies.imaging.facts import facts_of, notes_of
from studies.imaging.grayscale import Rescale, Voi, has_unit, rescale_of, table_of, vois_of
from studies.imaging.limits import Limits
from studies.imaging.luminance import luminance
from studies.imaging.overlays import Layers, overlays_of
from studies.imaging.padding import padding_of, through_table
from studies.imaging.places import Place, place_of
from studies.imaging.spacing import Spacing, spacing_of
from studies.imaging.types import Values

# The order is part of the result (lossy decoders differ by a grey level), so it is written down, and names
# no plug-in that a deployment may happen to have besides.
PLUGINS: dict[UID, tuple[str, ...]] = {
    uid.ImplicitVRLittleEndian: ("",),
    uid.ExplicitVRLittleEndian: ("",),
    uid.ExplicitVRBigEndian: ("",),
    uid.DeflatedExplicitVRLittleEndian: ("",),
    uid.RLELossless: ("pydicom",),
    uid.JPEGBaseline8Bit: ("gdcm", "pillow"),
    uid.JPEGExtended12Bit: ("gdcm", "pillow"),
    uid.JPEGLossless: ("gdcm",),
    uid.JPEGLosslessSV1: ("gdcm",),
    uid.JPEGLSLossless: ("pyjpegls", "gdcm"),
    uid.JPEGLSNearLossless: ("pyjpegls", "gdcm"),
    uid.JPEG2000Lossless: ("pylibjpeg", "gdcm"),
    uid.JPEG2000: ("pylibjpeg", "gdcm"),
    uid.HTJ2KLossless: ("pylibjpeg",),
    uid.HTJ2KLosslessRPCL: ("pylibjpeg",),
    uid.HTJ2K: ("pylibjpeg",),
}
COLOURS = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT", "PALETTE COLOR")
CUT = "A DICOM file must be whole; this one ends before its pixels do. Copy it again."
PIXEL_DATA_TAGS = (b"\xe0\x7f\x10\x00", b"\x7f\xe0\x00\x10")
FLOATS = ("FloatPixelData", "DoubleFloatPixelData")


@dataclass(frozen=True)
class Stored:
    """The frames of one file as stored (after a Modality LUT Sequence, if any), each with its Rescale, its
    windows and its overlay. `colour`: they are luminance, for which DICOM has no window. `unit`: modality
    values are of a named unit. `place`: where the file is in a stack."""

    frames: tuple[Values, ...]
    rescales: tuple[Rescale, ...]
    vois: tuple[tuple[Voi, ...], ...]
    overlays: Layers
    unit: bool
    aspect: float
    bits: int
    colour: bool
    invert: bool
    padding: tuple[int, int] | None
    place: Place
    spacing: Spacing | None
    facts: dict[str, str]
    notes: tuple[str, ...]


def read_dicom(data: bytes, limits: Limits) -> Stored:
    dataset = _dataset(data)
    _check_header(dataset, limits)
    colour = str(dataset.PhotometricInterpretation).upper() not in ("MONOCHROME1", "MONOCHROME2")
    frames = decoded_frames(dataset, _single_channel)
    groups = [_functional_group(dataset, number) for number in range(len(frames))]
    scales = [_member(group, "PixelValueTransformationSequence") for group in groups]
    rescales = tuple(rescale_of(scale) for scale in scales)
    overlays, notes = overlays_of(dataset, len(frames))
    bits, padding = int(dataset.BitsStored), None if colour else padding_of(dataset)
    table = None if colour else table_of(dataset, "ModalityLUTSequence")
    if table is not None:
        frames, padding = through_table(frames, table, padding)
        rescales, bits = (Rescale(),) * len(frames), table.bits
    return Stored(
        frames=tuple(frames),
        rescales=rescales,
        vois=_windows(groups),
        overlays=overlays,
        unit=not colour and table is None and all(has_unit(dataset, scale) for scale in scales),
        aspect=aspect_of(_member(group, "PixelMeasuresSequence") for group in groups),
        bits=_colour_bits(dataset) if colour else bits,
        colour=colour,
        invert=_is_inverted(dataset),
        padding=padding,
        place=place_of(dataset),
        spacing=spacing_of(dataset, groups),
        facts=facts_of(dataset),
        notes=(*notes_of(dataset), *notes),
    )


def _dataset(data: bytes) -> Dataset:
    try:
        dataset = dcmread(io.BytesIO(data), force=True)
        dataset.get("PixelData")
    except EOFError:
        raise Truncated(CUT) from None
    except MemoryError:
        raise
    except Exception as error:  # pydicom raises nearly anything on damaged headers
        raise UnreadableImage(
            "The file must be sound DICOM; its header is damaged. Export it again."
        ) from error
    if "PixelData" not in dataset:
        if any(keyword in dataset for keyword in FLOATS):
            raise UnsupportedPixels(
                "Values must be whole numbers of 1 to 16 bits; this file's are fractions."
            )
        if any(tag in data for tag in PIXEL_DATA_TAGS):  # announced, but the file ends before it does
            raise Truncated(CUT)
        raise NoPixelData(
            "A DICOM file must hold an image; this one has no Pixel Data (7FE0,0010). Leave it out."
        )
    return dataset


def _check_header(dataset: Dataset, limits: Limits) -> None:
    try:
        rows, columns = int(dataset.Rows), int(dataset.Columns)
        count = int(dataset.get("NumberOfFrames") or 1)
        allocated, stored = int(dataset.BitsAllocated), int(dataset.BitsStored)
        samples, colour = int(dataset.SamplesPerPixel), str(dataset.PhotometricInterpretation).upper()
    except (AttributeError, TypeError, ValueError):
        raise UnreadableImage(
            "A DICOM image must give Rows, Columns, Bits Stored and the like as numbers (PS3.3 C.7.6.3); "
            "this one does not. Export it again."
        ) from None
    if min(rows, columns, count, stored) < 1:
        raise UnreadableImage("A DICOM image must have rows, columns, bits and frames. Export it again.")
    if allocated > 16 or stored > 16:
        raise UnsupportedPixels(
            f"Values must have 1 to 16 bits; these have {allocated}. Export with 16 bits."
        )
    grey = colour in ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")
    if (not grey and colour not in COLOURS) or samples != (1 if grey else 3):
        raise UnsupportedColour(f"Colour must be grey, RGB, YBR or palette, not {colour}. Export it as grey.")
    limits.check_frames(rows, columns, count)


def read_values(data: bytes, limits: Limits) -> tuple[Dataset, list[Values]]:
    """A file's elements and its frames as stored: samples of colour as RGB, of a palette as indices."""
    dataset = _dataset(data)
    _check_header(dataset, limits)
    return dataset, decoded_frames(dataset, lambda frame, dataset: frame)


def decoded_frames(dataset: Dataset, finish: Callable[[Values, Dataset], Values]) -> list[Values]:
    """Every frame, decoded and finished one by one."""
    syntax = _transfer_syntax(dataset)
    failure: Exception | None = None
    whole_words = dataset.BitsStored == dataset.BitsAllocated  # else unused bits are cleared, in a copy
    for plugin in PLUGINS.get(syntax, ()):
        try:
            decoder = get_decoder(syntax)
            pairs = decoder.iter_array(dataset, decoding_plugin=plugin, view_only=whole_words)
            return [finish(frame, dataset) for frame, _ in pairs]
        except MemoryError:
            raise
        except Exception as error:  # decoders raise nearly anything on damaged pixels
            failure = error
    if failure is None or (syntax == uid.JPEGExtended12Bit and dataset.BitsStored > 8):
        raise UnsupportedCompression(
            f"Pixels must be uncompressed, RLE, JPEG (8 bits), JPEG lossless, JPEG-LS or JPEG 2000, not "
            f"{syntax.name}, {dataset.BitsStored} bits. Export them so."
        )
    if _is_cut(dataset, failure):
        raise Truncated(CUT) from failure
    raise UnreadableImage(
        "Pixel Data must fit the header and be sound; it is damaged. Export it again."
    ) from failure


def _single_channel(frame: Values, dataset: Dataset) -> Values:
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        frame = apply_color_lut(frame, dataset)
    grey = luminance(frame) if frame.ndim == 3 else frame
    return grey.astype(grey.dtype.newbyteorder("="), copy=False)


def _transfer_syntax(dataset: Dataset) -> UID:
    """As written; where a file lacks its meta header, as it was just read."""
    written = getattr(dataset, "file_meta", Dataset()).get("TransferSyntaxUID")
    if written is None:
        implicit, little = dataset.original_encoding
        plain = uid.ImplicitVRLittleEndian if implicit else uid.ExplicitVRLittleEndian
        written = plain if little else uid.ExplicitVRBigEndian
        dataset.ensure_file_meta()
        dataset.file_meta.TransferSyntaxUID = written
    return UID(written)


def _is_cut(dataset: Dataset, failure: Exception) -> bool:
    if _transfer_syntax(dataset).is_encapsulated:
        return isinstance(failure, EOFError) or "end of" in str(failure).lower()
    channels = {"YBR_FULL_422": 2}.get(dataset.PhotometricInterpretation, int(dataset.SamplesPerPixel))
    pixels = int(dataset.Rows) * int(dataset.Columns) * int(dataset.get("NumberOfFrames") or 1) * channels
    return len(dataset.PixelData) < (pixels * int(dataset.BitsAllocated) + 7) // 8


def _colour_bits(dataset: Dataset) -> int:
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        return int(dataset.RedPaletteColorLookupTableDescriptor[2])
    return int(dataset.BitsStored)


def _is_inverted(dataset: Dataset) -> bool:
    return (
        dataset.PhotometricInterpretation == "MONOCHROME1"
        or str(dataset.get("PresentationLUTShape") or "").upper() == "INVERSE"
    )


def _functional_group(dataset: Dataset, number: int) -> tuple[Dataset, ...]:
    """Where a frame's own attributes may stand, nearest first (PS3.3 C.7.6.16)."""
    frames = dataset.get("PerFrameFunctionalGroupsSequence") or ()
    own = (frames[number],) if number < len(frames) else ()
    return (*own, *(dataset.get("SharedFunctionalGroupsSequence") or ())[:1], dataset)


def _member(groups: tuple[Dataset, ...], keyword: str) -> Dataset:
    return next((group.get(keyword)[0] for group in groups if group.get(keyword)), groups[-1])


def _windows(groups: list[tuple[Dataset, ...]]) -> tuple[tuple[Voi, ...], ...]:
    """Of every frame; what many frames share is read once."""
    places = [_member(group, "FrameVOILUTSequence") for group in groups]
    known = {id(place): vois_of(place) for place in {id(place): place for place in places}.values()}
    return tuple(known[id(place)] for place in places)
