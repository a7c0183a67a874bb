"""A frame gets another tail without being coded again."""

import numpy as np
import pytest

from studies.imaging.coding import decode_payload, encode, unpack_gzip, unpack_zstd
from studies.imaging.errors import BrokenFrame
from studies.imaging.refilling import bare

RANDOM = np.random.default_rng(3)
SHAPES = [((40, 30), 255), ((300, 300), 4095), ((500, 600), 65535)]  # the last is stored as it is
BLOCKS = [0, 1, 2, 5, 65535, 65540, 131071, 131072, 131075, 131078, 200_000]  # around a block and its header


def noise(shape: tuple[int, int], top: int) -> np.ndarray:
    return RANDOM.integers(0, top + 1, shape).astype(np.uint16)


@pytest.mark.parametrize(("shape", "top"), SHAPES)
def test_any_size_that_is_large_enough_is_met_to_the_byte(shape, top):
    values = noise(shape, top)
    coded = encode(values)
    frame = bare(coded.zstd, coded.gzip)
    for more in BLOCKS:
        zstd, gzip = frame.filled(*(size + more for size in frame.needed))
        assert (len(zstd), len(gzip)) == tuple(size + more for size in frame.needed)
        assert np.array_equal(decode_payload(unpack_zstd(zstd)), values)
        assert np.array_equal(decode_payload(unpack_gzip(gzip)), values)
        assert bare(zstd, gzip) == frame


def test_a_tail_is_random():
    coded = encode(noise((40, 30), 255))
    frame = bare(coded.zstd, coded.gzip)
    first, second = (frame.filled(70_000, 70_000) for _ in range(2))
    assert first[0] != second[0] and first[1] != second[1]


def test_a_size_below_what_is_needed_is_refused():
    coded = encode(noise((300, 300), 4095))
    frame = bare(coded.zstd, coded.gzip)
    with pytest.raises(BrokenFrame):
        frame.filled(frame.needed[0] - 1, frame.needed[1])


def test_a_tail_that_is_not_where_it_must_be_is_refused():
    coded = encode(noise((40, 30), 255))
    moved = coded.gzip[:2000] + b"\0" + coded.gzip[2000:]
    with pytest.raises(BrokenFrame):
        bare(coded.zstd, moved)
