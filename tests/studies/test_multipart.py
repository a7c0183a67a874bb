"""Multipart messages, in pieces of any size."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.imports.multipart import Malformed, parameters, parts

HEAD = b"Content-Type: application/dicom\r\n\r\n"


def message(*bodies: bytes, preamble: bytes = b"", head: bytes = HEAD) -> bytes:
    return preamble + b"".join(b"\r\n--edge\r\n" + head + body for body in bodies) + b"\r\n--edge--\r\n"


def read(data: bytes, step: int = 7) -> list[tuple[dict[str, str], bytes]]:
    stream = io.BytesIO(data)
    found = parts(lambda size: stream.read(min(size, step)), "edge")
    return [(part.headers, b"".join(part.chunks)) for part in found]


@given(st.lists(st.binary(max_size=60) | st.sampled_from([b"\r\n--edg", b"\r\n--", b"--edge", b"\r\n\r\n"])))
def test_bodies_come_back_whatever_the_pieces(bodies):
    for step in (1, 5, 10_000):
        assert [body for _, body in read(message(b"", *bodies), step)] == [b"", *bodies]


def test_headers_are_read_and_a_preamble_is_not():
    assert read(message(b"x", preamble=b"hello")) == [({"content-type": "application/dicom"}, b"x")]
    assert read(message(b"x", head=b"\r\n")) == [({}, b"x")]
    assert read(b"--edge  \r\n\r\nx\r\n--edge--") == [({}, b"x")]


def test_a_part_that_is_not_read_is_skipped():
    stream = io.BytesIO(message(b"one", b"two"))
    assert [part.headers for part in parts(stream.read, "edge")] == [
        {"content-type": "application/dicom"}
    ] * 2


@pytest.mark.parametrize(
    "data", [b"", b"no edge", message(b"x")[:-8], b"--edge\r\n" + b"a" * 20_000, b"--edgeX\r\n\r\n"]
)
def test_what_breaks_off_or_is_none_is_malformed(data):
    with pytest.raises(Malformed):
        read(data, 1000)


def test_parameters_of_a_media_type():
    kind, said = parameters('Multipart/Related; type="application/dicom"; boundary="a;b"')
    assert (kind, said) == ("multipart/related", {"type": "application/dicom", "boundary": "a;b"})
