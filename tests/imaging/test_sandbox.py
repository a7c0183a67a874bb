from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studies.imaging import errors, sandbox
from studies.imaging.coding import decode_payload, unpack_zstd
from studies.imaging.processed import HEAD, ProcessedImage, Refusal, receive, send
from studies.imaging.sandbox import Confinement, process_images
from tests.imaging.builders import dicom, picture, ramp, saved

SQUARE = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)


def one(path: Path, confinement: Confinement | None = None) -> ProcessedImage | Refusal:
    return next(process_images([path], workers=1, confinement=confinement))[1]


@pytest.fixture
def deadly_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A root whose worker does to itself what a decoder taken over might do, by the file's name."""
    package = tmp_path / "root" / "studies" / "imaging"
    package.mkdir(parents=True)
    (package / "worker.py").write_text(
        "import json, os, signal, sys, time\n"
        "for line in sys.stdin:\n"
        "    name = os.path.basename(json.loads(line)['images'][0]['path'])\n"
        "    if name == 'crash': os.kill(os.getpid(), signal.SIGSEGV)\n"
        "    if name == 'sleep': time.sleep(60)\n"
        "    if name == 'lie': sys.stdout.buffer.write(b'\\x08\\0\\0\\0' + b'nonsense'); sys.stdout.flush()\n"
    )
    monkeypatch.setattr(sandbox, "ROOT", tmp_path / "root")
    yield tmp_path


def test_an_image_crosses_whole(tmp_path: Path) -> None:
    path = saved(dicom(ramp(12, signed=True), WindowCenter=0, WindowWidth=100), tmp_path / "a.dcm")
    image = one(path)
    assert isinstance(image, ProcessedImage)
    assert (decode_payload(unpack_zstd(image.frames[0].zstd)) == ramp(12) % 4096).all()
    assert (image.rows, image.columns, image.bits, image.frame_count, image.format) == (
        64,
        64,
        12,
        1,
        "dicom",
    )
    assert image.sha256_of_original == hashlib.sha256(path.read_bytes()).hexdigest()
    assert image.size_of_original == path.stat().st_size


def test_results_come_in_the_order_asked_for(tmp_path: Path) -> None:
    sizes = (900, 8, 500, 16, 32)
    paths = [picture(tmp_path / f"{size}.png", np.zeros((size, size), np.uint8)) for size in sizes]
    results = list(process_images(paths))
    assert [path for path, _ in results] == paths
    assert [image.rows for _, image in results if isinstance(image, ProcessedImage)] == list(sizes)


def test_a_refusal_crosses_with_its_name_and_the_others_go_on(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("a letter")
    good = picture(tmp_path / "b.png", SQUARE)
    refused, taken = (result for _, result in process_images([tmp_path / "a.png", good]))
    assert isinstance(refused, Refusal) and refused.kind == "UnreadableImage"
    assert errors.BY_NAME[refused.kind] is errors.UnreadableImage
    assert isinstance(taken, ProcessedImage)


def test_a_missing_file_is_a_refusal(tmp_path: Path) -> None:
    result = one(tmp_path / "none.png")
    assert isinstance(result, Refusal) and "readable" in result.message


def test_the_hash_of_a_derivative_is_of_its_values_and_shape(tmp_path: Path) -> None:
    same = [picture(tmp_path / "a.png", SQUARE), picture(tmp_path / "b.tif", SQUARE)]
    other = picture(tmp_path / "c.png", SQUARE.reshape(32, 128))
    hashes = [
        r.sha256_of_derivative for _, r in process_images([*same, other]) if isinstance(r, ProcessedImage)
    ]
    assert hashes[0] == hashes[1] != hashes[2]


def test_the_thumbnail_is_small_8_bit_and_keeps_its_shape(tmp_path: Path) -> None:
    image = one(picture(tmp_path / "a.png", np.zeros((1000, 500), np.uint8)))
    assert isinstance(image, ProcessedImage)
    shown = Image.open(io.BytesIO(image.thumbnail))
    assert (shown.size, shown.mode, shown.format) == ((64, 128), "L", "PNG")


def test_too_little_memory_is_a_refusal_and_the_next_file_is_read(tmp_path: Path) -> None:
    large = picture(tmp_path / "a.png", np.zeros((9000, 9000), np.uint8))
    small = picture(tmp_path / "b.png", SQUARE)
    tight = Confinement(memory_bytes=700 * 1024 * 1024)
    refused, taken = (result for _, result in process_images([large, small], 1, tight))
    assert isinstance(refused, Refusal) and refused.kind in ("OutOfMemory", "ProcessDied")
    assert isinstance(taken, ProcessedImage)


def test_too_much_cpu_is_a_refusal(tmp_path: Path) -> None:
    black = picture(tmp_path / "0.png", np.zeros((3000, 3000), np.uint8)).read_bytes()
    for number in range(1, 80):
        (tmp_path / f"{number}.png").write_bytes(black)
    result = one(tmp_path, Confinement(cpu_seconds=1))
    assert isinstance(result, Refusal) and result.kind == "TimedOut"


@pytest.mark.parametrize(
    ("name", "kind"), [("crash", "ProcessDied"), ("sleep", "TimedOut"), ("lie", "ProcessDied")]
)
def test_a_child_gone_wrong_is_a_refusal(name: str, kind: str, deadly_worker: Path) -> None:
    result = one(deadly_worker / name, Confinement(wall_seconds=1.5))
    assert isinstance(result, Refusal) and result.kind == kind


def test_a_file_that_ends_the_child_costs_none_of_those_asked_for_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touchy = tmp_path / "studies" / "imaging" / "worker.py"
    touchy.parent.mkdir(parents=True)
    touchy.write_text(
        f"import os, sys; sys.path.insert(0, {str(sandbox.ROOT)!r}); del sys.modules['studies.imaging']\n"
        "del sys.modules['studies']\n"
        "from studies.imaging import worker\n"
        "opened = worker.opened\n"
        "worker.opened = lambda path, *how: os.abort() if path.name == '2.png' else opened(path, *how)\n"
        "worker.main()\n"
    )
    monkeypatch.setattr(sandbox, "ROOT", tmp_path)
    paths = [picture(tmp_path / f"{number}.png", SQUARE + number) for number in range(5)]
    results = [result for _, result in process_images(paths, workers=1)]
    assert [isinstance(one, Refusal) for one in results] == [False, False, True, False, False]
    assert len({one.sha256_of_original for one in results if isinstance(one, ProcessedImage)}) == 4


def test_small_files_are_asked_for_together_and_large_ones_alone(tmp_path: Path) -> None:
    sizes = [10] * 20 + [sandbox.AT_ONCE_BYTES, 10, 10]
    paths = [tmp_path / f"{number}" for number in range(len(sizes))]
    for path, size in zip(paths, sizes, strict=True):
        path.write_bytes(bytes(size))
    requests = list(sandbox._requests([*paths, tmp_path / "none"]))
    assert [len(some) for some in requests] == [16, 4, 1, 2, 1]
    assert sum(requests, []) == [*paths, tmp_path / "none"]


def test_a_child_knows_no_secret_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hush")
    assert "SECRET_KEY" not in sandbox._environment()


def test_leaving_early_leaves_no_child_behind(tmp_path: Path) -> None:
    paths = [picture(tmp_path / f"{number}.png", SQUARE) for number in range(6)]
    images = process_images(paths)
    next(images)
    assert workers_of(os.getpid())
    images.close()  # type: ignore[attr-defined]
    assert not workers_of(os.getpid())


def workers_of(parent: int) -> list[str]:
    """Decoding processes among the children of a process; a browser of other tests is none."""
    children = Path(f"/proc/{parent}/task").glob("*/children")
    numbers = [number for file in children for number in file.read_text().split()]
    lines = [Path(f"/proc/{number}/cmdline") for number in numbers]
    return [
        line.read_text() for line in lines if line.exists() and "studies.imaging.worker" in line.read_text()
    ]


def test_what_is_sent_is_received() -> None:
    stream, refusal = io.BytesIO(), Refusal("TooLarge", "words")
    send(refusal, stream)
    stream.seek(0)
    assert receive(stream, Confinement().limits) == refusal


@pytest.mark.parametrize("name", ["../../../out", "A" * 64, 7])
@pytest.mark.parametrize("place", ["sha256", "frames"])
def test_no_digest_from_a_child_becomes_a_path(place: str, name: object, tmp_path: Path) -> None:
    head, blobs = sent(tmp_path)
    (head[place] if place == "sha256" else head[place][0])[0 if place == "sha256" else 2] = name
    with pytest.raises(ValueError, match="no digest"):
        receive(packed(head, blobs), Confinement().limits)


def test_the_hash_of_a_derivative_is_not_the_childs_to_choose(tmp_path: Path) -> None:
    head, blobs = sent(tmp_path)
    honest, head["sha256"][1] = head["sha256"][1], "../../../out"
    received = receive(packed(head, blobs), Confinement().limits)
    assert isinstance(received, ProcessedImage) and received.sha256_of_derivative == honest


@pytest.mark.parametrize(("place", "lie"), [("facts", []), ("size", [float("inf")] * 4)])
def test_any_nonsense_of_a_child_is_a_refusal(place: str, lie: object, tmp_path: Path) -> None:
    head, blobs = sent(tmp_path)
    with pytest.raises(sandbox.NO_SENSE):
        receive(packed(head | {place: lie}, blobs), Confinement().limits)


def sent(folder: Path) -> tuple[dict[str, Any], bytes]:
    """An image's head and what follows, as a child sends them."""
    stream, image = io.BytesIO(), one(picture(folder / "a.png", SQUARE))
    send(image, stream)
    (length,) = HEAD.unpack(stream.getvalue()[: HEAD.size])
    return json.loads(stream.getvalue()[HEAD.size :][:length]), stream.getvalue()[HEAD.size + length :]


def packed(head: dict[str, Any], blobs: bytes) -> io.BytesIO:
    plain = json.dumps(head).encode()
    return io.BytesIO(HEAD.pack(len(plain)) + plain + blobs)


def test_the_package_needs_no_framework() -> None:
    code = (
        "import sys, studies.imaging.sandbox, studies.imaging.worker, studies.phantoms; print(*sys.modules)"
    )
    listed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=sandbox.ROOT)
    loaded = set(listed.stdout.decode().split())
    assert not {
        name for name in loaded if name.split(".")[0] in ("django", "viewer", "readerstudy", "analysis")
    }
