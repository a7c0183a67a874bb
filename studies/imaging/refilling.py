"""Another tail behind a coded frame, without coding it again: what it holds stays as it is, byte for byte."""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass
from itertools import count

from studies.imaging.coding import (
    DEFLATE_BLOCK,
    DEFLATE_STORED_HEADER,
    GZIP_TRAILER,
    HEADER,
    ZSTD_BLOCK,
    ZSTD_RAW_BLOCK_HEADER,
    RandomBytes,
    block_lengths,
    gzip_tail,
    unpack_gzip,
    unpack_zstd,
    zstd_tail,
)
from studies.imaging.errors import BrokenFrame

BROKEN = "A frame's tail is not where it must be. Import the image again."


@dataclass(frozen=True)
class Bare:
    """A frame without its tails. content: what both codings hold; zstd, gzip: up to where the tail began."""

    content: bytes
    zstd: bytes
    gzip: bytes

    @property
    def needed(self) -> tuple[int, int]:
        """The smallest stored sizes, as zstd and as gzip."""
        return (
            len(self.zstd) + ZSTD_RAW_BLOCK_HEADER,
            len(self.gzip) + DEFLATE_STORED_HEADER + GZIP_TRAILER.size,
        )

    def filled(self, zstd: int, gzip: int, random_bytes: RandomBytes = os.urandom) -> tuple[bytes, bytes]:
        """Both codings with tails up to exactly these sizes, undone again and found to hold the same."""
        check = zlib.crc32(self.content)
        made = (
            self.zstd + zstd_tail(zstd - len(self.zstd), random_bytes),
            self.gzip + gzip_tail(gzip - len(self.gzip), check, len(self.content), random_bytes),
        )
        undone = unpack_zstd(made[0]), unpack_gzip(made[1])
        if (len(made[0]), len(made[1])) != (zstd, gzip) or not all(
            payload.startswith(self.content) for payload in undone
        ):
            raise BrokenFrame(BROKEN)
        return made


def bare(zstd: bytes, gzip: bytes) -> Bare:
    """Takes the tails off, by their lengths: of what is behind the body, and of gzip's by its trailer."""
    payload = unpack_zstd(zstd)
    length = HEADER.size + HEADER.unpack_from(payload)[3]
    (said,) = struct.unpack("<I", gzip[-4:])
    zstd_room = _room(len(payload) - length, ZSTD_RAW_BLOCK_HEADER, ZSTD_BLOCK, zstd)
    body = gzip[: -GZIP_TRAILER.size]
    gzip_room = _room((said - length) % 2**32, DEFLATE_STORED_HEADER, DEFLATE_BLOCK, body)
    return Bare(payload[:length], zstd[: len(zstd) - zstd_room], body[: len(body) - gzip_room])


def _room(tail: int, header: int, longest: int, stored: bytes) -> int:
    """How many bytes at the end of `stored` so long a tail takes with its blocks' headers."""
    for blocks in count(max(1, -(-tail // longest))):
        room = tail + blocks * header
        if room > len(stored):
            raise BrokenFrame(BROKEN)
        lengths = block_lengths(room, header, longest)
        if len(lengths) == blocks and _stand(lengths, header, stored[len(stored) - room :]):
            return room
    raise AssertionError  # count has no end


def _stand(lengths: list[int], header: int, tail: bytes) -> bool:
    """Whether every block's header is where it must be, and the last one is called the last."""
    at = 0
    for number, length in enumerate(lengths, start=1):
        last = number == len(lengths)
        if header == ZSTD_RAW_BLOCK_HEADER:
            expected = (length << 3 | last).to_bytes(header, "little")
        else:
            expected = struct.pack("<BHH", last, length, length ^ 0xFFFF)
        if tail[at : at + header] != expected:
            return False
        at += header + length
    return True
