"""Reads multipart/related (RFC 2387) as a stream: a part is never in memory as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message

CHUNK = 64 * 1024
LONGEST_HEAD = 16 * 1024
LONGEST_BOUNDARY = 200


class Malformed(Exception):
    """The message is no multipart message."""


@dataclass(frozen=True)
class Part:
    """One part; `chunks` must be read before the next part is asked for, or is skipped."""

    headers: dict[str, str]
    chunks: Iterator[bytes]


def parameters(content_type: str) -> tuple[str, dict[str, str]]:
    """A media type in lower case, and its parameters."""
    message = Message()
    message["Content-Type"] = content_type
    said = message.get_params(failobj=[]) or []
    return message.get_content_type(), {name.lower(): value for name, value in said[1:]}


def parts(read: Callable[[int], bytes], boundary: str) -> Iterator[Part]:
    """The parts of a message in their order; Malformed where it breaks off or is none."""
    if not 0 < len(boundary) <= LONGEST_BOUNDARY or not boundary.isascii():
        raise Malformed("The boundary is missing or no boundary.")
    stream = _Stream(read, b"\r\n--" + boundary.encode())
    for _ in stream.until_boundary():
        continue  # what stands before the first part means nothing
    while not stream.is_last():
        part = Part(stream.headers(), stream.until_boundary())
        yield part
        for _ in part.chunks:
            continue


class _Stream:
    def __init__(self, read: Callable[[int], bytes], marker: bytes) -> None:
        self.read, self.marker = read, marker
        self.held = bytearray(b"\r\n")  # a first boundary may stand at the very start

    def _more(self) -> None:
        chunk = self.read(CHUNK)
        if not chunk:
            raise Malformed("The message ends before its last boundary.")
        self.held += chunk

    def _take(self, size: int) -> bytes:
        while len(self.held) < size:
            self._more()
        taken = bytes(self.held[:size])
        del self.held[:size]
        return taken

    def until_boundary(self) -> Iterator[bytes]:
        """Data up to the next boundary, which is consumed."""
        while (at := self.held.find(self.marker)) < 0:
            sure = len(self.held) - len(self.marker) + 1
            if sure > 0:
                yield self._take(sure)
            self._more()
        if at:
            yield self._take(at)
        self._take(len(self.marker))

    def is_last(self) -> bool:
        """Whether the boundary that was just read is the closing one."""
        after = self._take(2)
        while after not in (b"--", b"\r\n"):  # blanks may follow a boundary
            if after[:1] not in b" \t":
                raise Malformed("A boundary is followed by something else.")
            after = after[1:] + self._take(1)
        return after == b"--"

    def headers(self) -> dict[str, str]:
        """A part's headers, by their names in lower case."""
        self.held[:0] = b"\r\n"
        while (end := self.held.find(b"\r\n\r\n")) < 0:
            if len(self.held) > LONGEST_HEAD:
                raise Malformed("A part's headers are too long.")
            self._more()
        lines = self._take(end + 4).decode("latin-1").split("\r\n")
        pairs = (line.split(":", 1) for line in lines if ":" in line)
        return {name.strip().lower(): value.strip() for name, value in pairs}
