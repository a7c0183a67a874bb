from __future__ import annotations

import gzip
import io
import struct
from pathlib import Path

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from studies.imaging import coding
from studies.imaging.coding import bucket, decode_payload, encode, encode_all, sha256_of_values
from studies.imaging.errors import BrokenFrame
from studies.imaging.types import Grey

RANDOM = np.random.default_rng(7)


def noise(rows: int, columns: int, levels: int) -> Grey:
    return RANDOM.integers(0, levels, (rows, columns)).astype(np.uint16)


def seeded(size: int) -> bytes:
    return np.random.default_rng(size).bytes(size)


@settings(max_examples=60, deadline=None)
@given(arrays(np.uint16, array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.integers(0, 65535)))
def test_any_values_come_back(values: Grey) -> None:
    frame = encode(values)
    assert (decode_payload(gzip.decompress(frame.gzip)) == values).all()
    assert (decode_payload(coding.unpack_zstd(frame.zstd)) == values).all()


def test_the_payload_is_laid_out_as_documented() -> None:
    # Foretold 0, 5; then (4*5 + 3*5 + 2*3 - 0 + 4) >> 3 = 5, (4*65535 + 3*3 + 2*3 - 5 + 4) >> 3 = 32769
    values = np.array([[5, 3], [65535, 0]], np.uint16)  # differences 5, -2; -6, 32767
    payload = gzip.decompress(encode(values).gzip)
    assert payload[:16] == b"RSF2" + struct.pack("<III", 2, 2, 8)
    assert payload[16:24] == bytes([10, 3, 11, 254, 0, 0, 0, 255])


def test_frames_of_the_former_coding_can_still_be_read() -> None:
    body = bytes([10, 3, 1, 2, 0, 0, 0, 0])  # left differences 5, -2; -1, +1
    payload = b"RSF1" + struct.pack("<III", 2, 2, 8) + body
    assert decode_payload(payload).tolist() == [[5, 3], [65535, 0]]


@pytest.mark.parametrize("levels", [1, 2, 300, 65536])
@pytest.mark.parametrize("size", [(1, 1), (181, 181), (256, 517)])
def test_stored_sizes_are_exactly_buckets(size: tuple[int, int], levels: int) -> None:
    frame = encode(noise(*size, levels))
    assert len(frame.zstd) == bucket(len(frame.zstd))
    assert len(frame.gzip) == bucket(len(frame.gzip))


def test_every_room_is_filled_exactly() -> None:
    for header, longest in ((3, 131072), (5, 65535)):
        for room in (*range(header, 40), *range(longest - 9, longest + 20), 3 * longest, 3 * longest + 17):
            lengths = coding.block_lengths(room, header, longest)
            assert sum(lengths) + header * len(lengths) == room
            assert all(0 <= length <= longest for length in lengths)


def test_four_buckets_make_a_doubling() -> None:
    sizes = [65536, 77936, 92682, 110218, 131072, 155872]
    assert [bucket(size) for size in sizes] == sizes
    assert [bucket(size + 1) for size in sizes[:-1]] == sizes[1:]
    assert bucket(1) == 65536


def test_standard_streaming_readers_agree() -> None:
    values = noise(700, 500, 4096)
    frame = encode(values)
    with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(frame.zstd)) as reader:
        assert (decode_payload(reader.read()) == values).all()
    with gzip.open(io.BytesIO(frame.gzip)) as opened:
        assert (decode_payload(opened.read()) == values).all()


def test_no_stream_carries_a_size_a_checksum_a_name_or_a_time() -> None:
    frame = encode(noise(64, 64, 4096))
    about = zstandard.get_frame_parameters(frame.zstd)
    assert about.content_size == zstandard.CONTENTSIZE_UNKNOWN and not about.has_checksum
    assert frame.gzip[:10] == b"\x1f\x8b\x08" + bytes(6) + b"\xff"


def test_the_window_is_one_that_browsers_accept() -> None:
    frame = encode(noise(2048, 1200, 4096))
    assert zstandard.get_frame_parameters(frame.zstd).window_size <= 8 * 1024 * 1024  # RFC 9659


def test_the_tail_is_random_unless_seeded() -> None:
    values = noise(64, 64, 4096)
    assert encode(values).zstd != encode(values).zstd
    assert encode(values, seeded) == encode(values, seeded)


def test_the_hash_is_of_the_values_alone() -> None:
    values = noise(64, 64, 4096)
    assert encode(values).sha256_of_values == encode(values).sha256_of_values == sha256_of_values(values)


def test_a_frame_can_be_brought_to_a_larger_size() -> None:
    values = noise(64, 64, 4096)
    frame = encode(values, at_least=200_000)
    assert len(frame.zstd) == len(frame.gzip) == bucket(200_000)
    assert frame.sha256_of_values == sha256_of_values(values)


@pytest.mark.parametrize(
    "payload", [b"", b"RSF3" + bytes(12), b"RSF2" + struct.pack("<III", 2, 2, 8) + bytes(7)]
)
def test_a_broken_payload_is_refused(payload: bytes) -> None:
    with pytest.raises(BrokenFrame, match="Import the image again"):
        decode_payload(payload)


def test_a_difference_between_the_codings_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(coding, "unpack_gzip", lambda stored: bytes(len(gzip.decompress(stored))))
    with pytest.raises(BrokenFrame, match="Report this file"):
        encode(noise(8, 8, 9))


SHAPES = [(30, 20), (700, 5), (30, 20), (1, 9), (30, 20), (9, 1), (1, 9)]


def test_frames_coded_together_are_coded_as_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding.os, "urandom", seeded)
    frames = [noise(*shape, 65536) for shape in SHAPES]
    assert encode_all(frames) == [encode(values, seeded) for values in frames]


def test_one_wrong_value_among_frames_coded_together_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [noise(30, 20, 4096) for _ in range(5)]
    wrong = frames[3].copy()
    wrong[29, 19] += 1
    coded = [encode(values) for values in (*frames[:3], wrong, frames[4])]
    monkeypatch.setattr(coding, "_coded", lambda values, *how: coded.pop(0))
    with pytest.raises(BrokenFrame, match="decode to the same values"):
        encode_all(frames)
