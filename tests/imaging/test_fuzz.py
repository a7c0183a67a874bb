"""Damaged and hostile files: each is taken or refused with a reason, in time and in bounded memory."""

from __future__ import annotations

import random
import re
import resource
import struct
from pathlib import Path

import numpy as np
import pytest
from pydicom.data import get_testdata_file

from studies.imaging.processed import Refusal
from studies.imaging.sandbox import Confinement, process_images
from tests.imaging.builders import dicom, picture, saved

SOUND = (
    "CT_small.dcm",
    "MR_small_RLE.dcm",
    "MR_small_bigendian.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "MR_small_jp2klossless.dcm",
    "SC_rgb_small_odd_jpeg.dcm",
    "examples_overlay.dcm",
    "examples_palette.dcm",
    "image_dfl.dcm",
)
SYNTAX = re.compile(rb"1\.2\.840\.10008\.1\.2[.\d]*\0?")
SYNTAXES = (
    b"1.2.840.10008.1.2.4.90",
    b"1.2.840.10008.1.2.5",
    b"1.2.840.10008.1.2.2",
    b"1.2.840.10008.1.2.1.99",
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("sound")
    grey = np.arange(64 * 48, dtype=np.uint16).reshape(64, 48) % 251
    small = [saved(dicom(grey), folder / "own.dcm")]
    small += [picture(folder / f"own.{kind}", grey.astype(np.uint8)) for kind in ("png", "jpg", "tif")]
    return [Path(str(get_testdata_file(name))).read_bytes() for name in SOUND] + [
        path.read_bytes() for path in small
    ]


def flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 4, 32, 256))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def other_syntax(data: bytes, chance: random.Random) -> bytes:
    return SYNTAX.sub(
        lambda found: chance.choice(SYNTAXES).ljust(len(found[0]), b"\0")[: len(found[0])], data, 1
    )


def enlarged(data: bytes, chance: random.Random) -> bytes:
    """A header that announces far more than there is: a bomb where memory is taken on its word."""
    size = chance.choice((40_000, 65_535, 2**31 - 1))
    if data.startswith(b"\x89PNG"):
        return data[:16] + struct.pack(">II", size, size) + data[24:]
    short = struct.pack("<H", min(size, 65_535))
    return re.sub(rb"(\x28\x00[\x10\x11]\x00US\x02\x00)..", lambda found: found[1] + short, data, flags=re.S)


def spliced(data: bytes, chance: random.Random) -> bytes:
    at, length = chance.randrange(len(data)), chance.randrange(1, 4096)
    return data[:at] + chance.randbytes(length) + data[at:]


DAMAGES = (flipped, flipped, cut, other_syntax, enlarged, spliced)


@pytest.mark.parametrize("files", [48, pytest.param(1000, marks=pytest.mark.drill)])
def test_every_damaged_file_ends_in_time_with_a_reason(
    sound: list[bytes], tmp_path: Path, files: int
) -> None:
    chance = random.Random(files)
    for number in range(files):
        damaged = DAMAGES[number % len(DAMAGES)](chance.choice(sound), chance)
        (tmp_path / f"{number:04d}").write_bytes(damaged)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused = 0
    confinement = Confinement(memory_bytes=1 << 30, cpu_seconds=10, wall_seconds=10.0)  # the longest of any
    for _, result in process_images(sorted(tmp_path.iterdir()), workers=1, confinement=confinement):
        refused += isinstance(result, Refusal)
        assert not isinstance(result, Refusal) or len(result.message) > 20
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert files / 4 < refused < files and grown < 600  # MB
