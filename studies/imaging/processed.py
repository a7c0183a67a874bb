"""All that import needs of one image, or why it is refused; and how either crosses from the child process.

It crosses as JSON and bytes, never as pickle: a child that a malicious file has taken over can then send
wrong values, but no code."""

from __future__ import annotations

import hashlib
import json
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from studies.imaging.coding import EncodedFrame, encode, encode_all
from studies.imaging.decode import contents_of, decode_contents, files_of
from studies.imaging.decoded import Decoded
from studies.imaging.display import Display
from studies.imaging.errors import Refused
from studies.imaging.limits import Limits
from studies.imaging.normalising import derived
from studies.imaging.placement import Placement
from studies.imaging.provenance.record import Provenance
from studies.imaging.recipe import Derivation
from studies.imaging.showing import Showing
from studies.imaging.spacing import Spacing
from studies.imaging.thumbnails import thumbnail
from studies.imaging.types import Grey

HEAD = struct.Struct("<I")
DIGEST = re.compile(r"[0-9a-f]{64}")
LONGEST_HEAD = 64 * 1024 * 1024
PLAIN = Derivation()


@dataclass(frozen=True)
class ProcessedImage:
    """`sha256_of_original`: of the file; of a folder, of its files' hashes in natural order, a line each.
    `sha256_of_derivative`: of rows, columns and the hashes of all frames' values, a line each."""

    frames: tuple[EncodedFrame, ...]
    display: Display
    rows: int
    columns: int
    bits: int
    format: str
    facts: dict[str, str]
    notes: tuple[str, ...]
    spacing: Spacing | None
    sha256_of_original: str
    size_of_original: int
    sha256_of_derivative: str
    thumbnail: bytes
    showing: Showing = Showing()
    overlays: tuple[EncodedFrame | None, ...] = ()
    placement: Placement | None = None
    provenance: Provenance = Provenance()  # read after the image, and received apart from it

    @property
    def frame_count(self) -> int:
        return len(self.frames)


@dataclass(frozen=True)
class Refusal:
    """`kind` is the name of the class in errors.py, `message` its sentence: rule and remedy, no file name."""

    kind: str
    message: str


@dataclass(frozen=True)
class Opened:
    """One image before it is coded, with the hash and the size of its original."""

    decoded: Decoded
    sha256: str
    size: int

    @property
    def values(self) -> int:
        return sum(frame.size for frame in self.decoded.frames)


def opened(path: Path, limits: Limits, derivation: Derivation = PLAIN) -> Opened:
    """Decodes, derives and hashes one image in this process. Refused says why not."""
    contents, is_stack = contents_of(path, limits), path.is_dir()
    sha256 = _sha256_of([hashlib.sha256(data).hexdigest() for data in contents], is_stack)
    size, decoded = sum(map(len, contents)), decode_contents(contents, limits, is_stack)
    del contents  # as large as what is made of it
    return Opened(derived(decoded, derivation, limits), sha256, size)


def coded(images: Sequence[Opened]) -> list[ProcessedImage]:
    """Encodes images together: many small ones take less than one by one."""
    frames = iter(encode_all([frame for image in images for frame in image.decoded.frames]))
    return [_processed(image, tuple(islice(frames, len(image.decoded.frames)))) for image in images]


def _processed(image: Opened, frames: tuple[EncodedFrame, ...]) -> ProcessedImage:
    decoded = image.decoded
    layers = zip(frames, decoded.overlays or [None] * len(frames), strict=True)
    return ProcessedImage(
        frames=frames,
        display=decoded.display,
        rows=decoded.rows,
        columns=decoded.columns,
        bits=decoded.bits,
        format=decoded.format,
        facts=decoded.facts,
        notes=decoded.notes,
        spacing=decoded.spacing,
        sha256_of_original=image.sha256,
        size_of_original=image.size,
        sha256_of_derivative=_derivative(frames),
        thumbnail=thumbnail(decoded),
        showing=decoded.showing,
        overlays=tuple(_layer(*pair) for pair in layers) if decoded.overlays else (),
        placement=decoded.placement,
    )


def _layer(frame: EncodedFrame, layer: Grey | None) -> EncodedFrame | None:
    """In a bucket that is its frame's: its size tells nothing of what is drawn."""
    return None if layer is None else encode(layer, at_least=max(len(frame.zstd), len(frame.gzip)))


def refusal_of(error: Refused) -> Refusal:
    return Refusal(type(error).__name__, str(error))


def send(result: ProcessedImage | Refusal, stream: IO[bytes]) -> None:
    blobs: list[bytes] = []
    if isinstance(result, Refusal):
        head: dict[str, Any] = {"refusal": [result.kind, result.message]}
    else:
        layers = [layer for layer in result.overlays if layer is not None]
        coded = [*result.frames, *layers]
        blobs = [result.thumbnail, *(blob for frame in coded for blob in (frame.zstd, frame.gzip))]
        head = {
            "frames": [[frame.rows, frame.columns, frame.sha256_of_values] for frame in coded],
            "drawn": [layer is not None for layer in result.overlays],
            "showing": result.showing.columns(),
            "display": result.display.to_json(),
            "size": [result.rows, result.columns, result.bits, result.size_of_original],
            "format": result.format,
            "facts": result.facts,
            "notes": list(result.notes),
            "spacing": vars(result.spacing) if result.spacing else None,
            "placement": vars(result.placement) if result.placement else None,
            "sha256": [result.sha256_of_original, result.sha256_of_derivative],
            "blobs": [len(blob) for blob in blobs],
        }
    plain = json.dumps(head).encode()
    stream.write(HEAD.pack(len(plain)) + plain)
    for blob in blobs:
        stream.write(blob)
    stream.flush()


def receive(stream: IO[bytes], limits: Limits) -> ProcessedImage | Refusal:
    """EOFError if the other side ended; ValueError, TypeError or KeyError if it sent no result."""
    (length,) = HEAD.unpack(_exactly(stream, HEAD.size))
    if length > LONGEST_HEAD:
        raise ValueError("too long a head")
    head = json.loads(_exactly(stream, length))
    if "refusal" in head:
        kind, message = head["refusal"]
        return Refusal(str(kind), str(message))
    if (
        min(head["blobs"]) < 0 or sum(head["blobs"]) > 12 * limits.bytes_of_values + LONGEST_HEAD
    ):  # two codings and their buckets, of frames and of overlays
        raise ValueError("too many bytes")
    small, *coded = (_exactly(stream, int(blob)) for blob in head["blobs"])
    pairs = zip(head["frames"], coded[::2], coded[1::2], strict=True)
    frames = tuple(
        EncodedFrame(int(rows), int(columns), zstd, gzip, _digest(sha256))
        for (rows, columns, sha256), zstd, gzip in pairs
    )
    rows, columns, bits, size = (int(number) for number in head["size"])
    frames, overlays = _parted(frames, [bool(drawn) for drawn in head["drawn"]])
    return ProcessedImage(
        frames=frames,
        display=Display.from_json(head["display"]),
        rows=rows,
        columns=columns,
        bits=bits,
        format=str(head["format"]),
        facts={str(name): str(value) for name, value in head["facts"].items()},
        notes=tuple(str(note) for note in head["notes"]),
        spacing=_spacing(head["spacing"]),
        sha256_of_original=_digest(head["sha256"][0]),
        size_of_original=size,
        sha256_of_derivative=_derivative(frames),
        thumbnail=small,
        showing=Showing.from_columns(head["showing"], len(frames)),
        overlays=overlays,
        placement=Placement.from_json(head["placement"]) if head["placement"] else None,
    )


def _digest(said: object) -> str:
    """Digests become names of files."""
    if not isinstance(said, str) or not DIGEST.fullmatch(said):
        raise ValueError("no digest")
    return said


def _spacing(said: dict[str, Any] | None) -> Spacing | None:
    return Spacing(float(said["row_mm"]), float(said["column_mm"]), str(said["kind"])) if said else None


def _parted(
    coded: tuple[EncodedFrame, ...], drawn: list[bool]
) -> tuple[tuple[EncodedFrame, ...], tuple[EncodedFrame | None, ...]]:
    """Frames, and the overlays that come behind them: none, or one or nothing for each frame, of its size."""
    count = len(coded) - sum(drawn)
    layers = iter(coded[count:])
    overlays = tuple(next(layers) if is_drawn else None for is_drawn in drawn)
    if drawn and len(drawn) != count:
        raise ValueError("an overlay without a frame")
    sizes = {(frame.rows, frame.columns) for frame in coded}
    if count < 1 or len(sizes) > 1:
        raise ValueError("frames of several sizes")
    return coded[:count], overlays


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def original_of(path: Path) -> tuple[str, int]:
    """Hash and size of a file; of a folder, of its files' hashes, and of all its files."""
    digests, size = [], 0
    for file in files_of(path):
        with file.open("rb") as opened:
            digests.append(hashlib.file_digest(opened, "sha256").hexdigest())
        size += file.stat().st_size
    return _sha256_of(digests, path.is_dir()), size


def _sha256_of(digests: list[str], is_stack: bool) -> str:
    return sha256_of_stack(digests) if is_stack else digests[0]


def sha256_of_stack(digests: Iterable[str]) -> str:
    """Of a folder, from its files' hashes."""
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def _derivative(frames: tuple[EncodedFrame, ...]) -> str:
    lines = [f"{frames[0].rows} x {frames[0].columns}", *(frame.sha256_of_values for frame in frames)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
