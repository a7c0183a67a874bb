"""The derivative's container: how grey values become the bytes that a browser undoes, and back.

    payload = b"RSF2", uint32 rows, uint32 columns, uint32 body length   (little-endian)
              body: differences to what the neighbours foretell (prediction.py), zigzag, low plane, high plane
              tail: random bytes to be ignored

Frames of before, named RSF1, hold differences to the left neighbour alone; they can still be read.

The tail is stored, not compressed, so that the stored size, as zstd and as gzip alike, is exactly a
bucket's. Four buckets to each doubling: padding costs 9 % of the line's time on average, 19 % at most, and
among images whose sizes differ up to twofold a size tells 2 bits at most. Coarser buckets tell less but never
nothing, for every bucket's edge may part two sources that compress differently. Where sizes must say nothing
at all, `ingest.sizes` brings every frame of a study to one size. Both streams end their compressed
part on a byte boundary and go on with stored blocks made here (RFC 8878, 3.1.1.2; RFC 1951, 3.2.4), so
nothing is compressed twice. No stream carries a content size, a name or a time.
"""

from __future__ import annotations

import hashlib
import math
import os
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import zstandard

from studies.imaging import prediction
from studies.imaging.errors import BrokenFrame
from studies.imaging.types import Bytes, Grey

MAGIC = b"RSF2"
FORMER_MAGIC = b"RSF1"
HEADER = struct.Struct("<4sIII")
SMALLEST_BUCKET = 64 * 1024
BUCKETS_PER_DOUBLING = 4
# Without matches the noise of a radiograph is coded shorter (level 1), repeated background is not (level 3).
ZSTD_LEVELS = (1, 3)
ZSTD_BLOCK = 128 * 1024
ZSTD_RAW_BLOCK_HEADER = 3
DEFLATE_BLOCK = 65535
DEFLATE_STORED_HEADER = 5
GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
GZIP_TRAILER = struct.Struct("<II")
# Huffman coding of the low plane costs seven times all the rest of the gzip stream: it is spent only where
# it takes off more than about a third (8 bits to 5.5), since gzip serves only clients without zstd.
WORTH_HUFFMAN_BITS = 5.5

VERIFIED_TOGETHER = 1024 * 1024  # values
NOT_THE_SAME_VALUES = "A coded frame must decode to the same values; it did not. Report this file."
NOT_THE_SAME_BYTES = "Both codings of a frame must hold the same bytes; they did not. Report this file."

RandomBytes = Callable[[int], bytes]


@dataclass(frozen=True)
class EncodedFrame:
    """One frame in both codings, already decoded again and found equal. The hash is over the values alone,
    in rows, as little-endian uint16, so that it does not change with the coding or the random tail."""

    rows: int
    columns: int
    zstd: bytes
    gzip: bytes
    sha256_of_values: str


def bucket(size: int) -> int:
    """The smallest bucket that holds `size` bytes: 64 KiB, then each 2 ** (1/4) times the one before."""
    if size <= SMALLEST_BUCKET:
        return SMALLEST_BUCKET
    step = max(0, math.floor(BUCKETS_PER_DOUBLING * math.log2(size / SMALLEST_BUCKET)) - 1)
    while _bucket_at(step) < size:
        step += 1
    return _bucket_at(step)


def _bucket_at(step: int) -> int:
    doublings, rest = divmod(step, BUCKETS_PER_DOUBLING)
    return round((SMALLEST_BUCKET << doublings) * 2 ** (rest / BUCKETS_PER_DOUBLING))


def sha256_of_values(values: Grey) -> str:
    return hashlib.sha256(np.ascontiguousarray(values, dtype="<u2").data).hexdigest()


def encode(values: Grey, random_bytes: RandomBytes = os.urandom, at_least: int = 0) -> EncodedFrame:
    """Codes uint16 values (rows, columns) both ways and decodes both again. BrokenFrame if they differ.

    Stored sizes are the buckets of what is needed or of `at_least` bytes, whichever is larger."""
    frame = _coded(values, random_bytes, at_least)
    _verify([values], [frame])
    return frame


def encode_all(frames: Sequence[Grey]) -> list[EncodedFrame]:
    """Each as `encode` gives it; small ones of one shape are decoded again together, which is quicker."""
    coded = [_coded(values, os.urandom) for values in frames]
    alike: dict[tuple[int, ...], list[int]] = {}
    for number, values in enumerate(frames):
        alike.setdefault(values.shape, []).append(number)
    for shape, numbers in alike.items():
        together = max(1, VERIFIED_TOGETHER // (shape[0] * shape[1]))
        for start in range(0, len(numbers), together):
            some = numbers[start : start + together]
            _verify([frames[number] for number in some], [coded[number] for number in some])
    return coded


def _coded(values: Grey, random_bytes: RandomBytes, at_least: int = 0) -> EncodedFrame:
    rows, columns = values.shape
    body = _planes(values)
    header = HEADER.pack(MAGIC, rows, columns, body.nbytes)
    zstd = _zstd(header, body, random_bytes, at_least)
    gzip = _gzip(header, body, random_bytes, at_least)
    return EncodedFrame(rows, columns, zstd, gzip, sha256_of_values(values))


def decode_payload(payload: bytes) -> Grey:
    """The values of a payload whose Content-Encoding is undone; what is behind the body is ignored."""
    if len(payload) < HEADER.size:
        raise BrokenFrame(
            "A frame starts with 16 bytes of header; this one is shorter. Import the image again."
        )
    magic, rows, columns, length = HEADER.unpack_from(payload)
    known = magic in (MAGIC, FORMER_MAGIC)
    if not known or length != 2 * rows * columns or len(payload) < HEADER.size + length:
        raise BrokenFrame("A frame's header must name it RSF2 and fit its body. Import the image again.")
    differences = _differences(payload, rows, columns)
    if magic == MAGIC:
        return prediction.values_of(differences)
    return np.cumsum(differences, axis=1, dtype=np.uint16, out=differences)


def _differences(payload: bytes, rows: int, columns: int) -> Grey:
    planes = np.frombuffer(payload, np.uint8, 2 * rows * columns, HEADER.size).reshape(2, rows, columns)
    zigzag: Grey = planes[1].astype(np.uint16)
    zigzag <<= 8
    zigzag |= planes[0]
    sign = zigzag & 1
    np.negative(sign, out=sign)
    zigzag >>= 1
    zigzag ^= sign
    return zigzag


def unpack_zstd(stored: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(stored)


def unpack_gzip(stored: bytes) -> bytes:
    return zlib.decompress(stored, zlib.MAX_WBITS | 16)


def _planes(values: Grey) -> Bytes:
    delta = prediction.differences(values)
    sign = (delta.view(np.int16) >> 15).view(np.uint16)
    delta <<= 1
    delta ^= sign
    planes = np.empty((2, values.size), np.uint8)
    flat = delta.reshape(-1)
    np.copyto(planes[0], flat, casting="unsafe")
    flat >>= 8
    np.copyto(planes[1], flat, casting="unsafe")
    return planes


def _zstd(header: bytes, body: Bytes, tail: RandomBytes, at_least: int) -> bytes:
    stored = min((_zstd_blocks(header, body, level) for level in ZSTD_LEVELS), key=len)
    size = bucket(max(len(stored) + ZSTD_RAW_BLOCK_HEADER, at_least))
    return stored + zstd_tail(size - len(stored), tail)


def zstd_tail(room: int, random_bytes: RandomBytes) -> bytes:
    """The last blocks of a frame, which fill `room` bytes exactly."""
    lengths, parts = block_lengths(room, ZSTD_RAW_BLOCK_HEADER, ZSTD_BLOCK), []
    for number, length in enumerate(lengths, start=1):
        last = number == len(lengths)
        parts.append((length << 3 | last).to_bytes(ZSTD_RAW_BLOCK_HEADER, "little"))  # type 0: stored
        parts.append(random_bytes(length))
    return b"".join(parts)


def _zstd_blocks(header: bytes, body: Bytes, level: int) -> bytes:
    """A frame without its last block, ended on a byte boundary."""
    coder = zstandard.ZstdCompressor(level=level, write_content_size=False, write_checksum=False)
    blocks = coder.compressobj()
    parts = [blocks.compress(header), blocks.compress(body.data)]
    return b"".join([*parts, blocks.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)])


def _gzip(header: bytes, body: Bytes, tail: RandomBytes, at_least: int) -> bytes:
    strategies = (_low_plane_strategy(body[0]), (1, zlib.Z_RLE))
    parts = [GZIP_HEADER, _deflated(header, *strategies[1])]
    parts += [_deflated(plane.data, *how) for plane, how in zip(body, strategies, strict=True)]
    check = zlib.crc32(body.data, zlib.crc32(header))
    size = sum(map(len, parts))
    room = bucket(max(size + DEFLATE_STORED_HEADER + GZIP_TRAILER.size, at_least)) - size
    return b"".join([*parts, gzip_tail(room, check, len(header) + body.nbytes, tail)])


def gzip_tail(room: int, check: int, length: int, random_bytes: RandomBytes) -> bytes:
    """The last blocks of a stream and its trailer, which fill `room` bytes exactly. check, length: of what is
    coded before."""
    lengths, parts = block_lengths(room - GZIP_TRAILER.size, DEFLATE_STORED_HEADER, DEFLATE_BLOCK), []
    for number, size in enumerate(lengths, start=1):
        stored = random_bytes(size)
        check = zlib.crc32(stored, check)
        parts += [struct.pack("<BHH", number == len(lengths), size, size ^ 0xFFFF), stored]
    parts.append(GZIP_TRAILER.pack(check, (length + sum(lengths)) & 0xFFFFFFFF))
    return b"".join(parts)


def _deflated(data: bytes | memoryview, level: int, strategy: int) -> bytes:
    """Deflate blocks without the final one, ended on a byte boundary. They may be strung together, for
    none of these strategies looks back beyond what it was given itself."""
    coder = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS, 9, strategy)
    return coder.compress(data) + coder.flush(zlib.Z_SYNC_FLUSH)


def _low_plane_strategy(plane: Bytes) -> tuple[int, int]:
    sample = plane[:: max(1, plane.size // 65536)]
    shares = np.bincount(sample, minlength=256) / sample.size
    bits = -float(np.sum(shares[shares > 0] * np.log2(shares[shares > 0])))
    return (1, zlib.Z_RLE) if bits <= WORTH_HUFFMAN_BITS else (0, zlib.Z_DEFAULT_STRATEGY)


def block_lengths(room: int, header: int, longest: int) -> list[int]:
    """Payload lengths of stored blocks that, with their headers, fill `room` bytes exactly."""
    whole, rest = divmod(room, header + longest)
    if rest == 0:
        return [longest] * whole
    if rest >= header:
        return [longest] * whole + [rest - header]
    return [longest] * (whole - 1) + [longest - header, rest]


def _verify(frames: Sequence[Grey], coded: Sequence[EncodedFrame]) -> None:
    """Decodes frames of one shape again."""
    rows, columns = frames[0].shape
    header = HEADER.pack(MAGIC, rows, columns, 2 * rows * columns)
    differences = []
    for one in coded:
        payload = unpack_zstd(one.zstd)
        if not payload.startswith(header):
            raise BrokenFrame(NOT_THE_SAME_VALUES)
        if not unpack_gzip(one.gzip).startswith(payload[: len(header) + 2 * rows * columns]):
            raise BrokenFrame(NOT_THE_SAME_BYTES)
        differences.append(_differences(payload, rows, columns))
    if not np.array_equal(prediction.values_of(_side_by_side(differences)), _side_by_side(frames)):
        raise BrokenFrame(NOT_THE_SAME_VALUES)


def _side_by_side(frames: Sequence[Grey]) -> Grey:
    return frames[0] if len(frames) == 1 else np.stack(frames, axis=-1)
