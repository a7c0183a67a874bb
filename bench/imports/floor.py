"""The least that an import must do to one file: the same library calls, nothing kept, in one process.

python -m bench.imports.floor WHAT PLUG_IN FILE ...: CPU time for each file, as JSON. The process is given the
environment of the importer's own children, so that neither side has the better memory allocator."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import zstandard
from pydicom import dcmread
from pydicom.pixels.decoders.base import get_decoder

from studies.imaging import coding, sandbox
from studies.imaging.types import Grey
from studies.sealing import KEY_BYTES, pieces, seal

Work = Callable[[bytes, str], None]


def measured(what: str, paths: list[Path], plug_in: str) -> float:
    """CPU seconds for each file, of a process of its own."""
    command = [sys.executable, "-m", "bench.imports.floor", what, plug_in, *map(str, paths)]
    environment = sandbox._environment()
    done = subprocess.run(command, cwd=sandbox.ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return float(json.loads(done.stdout))


def with_our_coding(data: bytes, plug_in: str) -> None:
    """Both codings as they are kept, both undone and compared, the values' hash and the file's."""
    hashlib.sha256(data).hexdigest()
    coding.encode(_decoded(data, plug_in))


def with_plain_coding(data: bytes, plug_in: str) -> None:
    """The least that fills our container: differences to the left, two planes, each library called once."""
    hashlib.sha256(data).hexdigest()
    values = _decoded(data, plug_in)
    delta = np.diff(values, axis=1, prepend=np.uint16(0)).view(np.int16)
    zigzag = ((delta << 1) ^ (delta >> 15)).view(np.uint16)
    planes = np.stack([zigzag.astype(np.uint8), (zigzag >> 8).astype(np.uint8)])
    zstd = zstandard.ZstdCompressor(level=1).compress(planes.data)
    gzip = b"".join(_deflated(plane.data, level) for plane, level in zip(planes, (0, 1), strict=True))
    low, high = np.frombuffer(zstandard.ZstdDecompressor().decompress(zstd), np.uint8).reshape(planes.shape)
    again = low.astype(np.uint16) | high.astype(np.uint16) << 8
    again = np.cumsum((again >> 1) ^ -(again & 1), axis=1, dtype=np.uint16)
    if not np.array_equal(again, values) or not zlib.decompressobj(-15).decompress(gzip):
        raise AssertionError("the floor's coding is broken")
    hashlib.sha256(values.data).hexdigest()


def sealing(data: bytes, plug_in: str) -> None:
    """What encrypting originals adds: it is in no floor, but every import must do it."""
    for _ in seal(pieces(io.BytesIO(data)), "0" * 64, [bytes(KEY_BYTES)]):
        pass


WORKS: dict[str, Work] = {"ours": with_our_coding, "plain": with_plain_coding, "sealing": sealing}


def _deflated(data: memoryview, level: int) -> bytes:
    coder = zlib.compressobj(level, zlib.DEFLATED, -15, 9, zlib.Z_RLE)
    return coder.compress(data) + coder.flush(zlib.Z_SYNC_FLUSH)


def _decoded(data: bytes, plug_in: str) -> Grey:
    image = dcmread(io.BytesIO(data))
    syntax = image.file_meta.TransferSyntaxUID
    values, _ = get_decoder(syntax).as_array(image, raw=True, decoding_plugin=plug_in)
    return np.ascontiguousarray(values, np.uint16)


def main() -> None:
    what, plug_in, *paths = sys.argv[1:]
    work = WORKS[what]
    work(Path(paths[0]).read_bytes(), plug_in)  # as the importer's start, which is not counted either
    start = time.process_time()
    for path in paths:
        work(Path(path).read_bytes(), plug_in)
    print(json.dumps((time.process_time() - start) / len(paths)))


if __name__ == "__main__":
    main()
