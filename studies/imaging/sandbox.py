"""Images are decoded in child processes with limits on memory, time, files and processes.

A file that breaks a decoder ends its child, not the import. These are limits, not a jail: a child that is
taken over still has its account's rights to read, so originals from strangers are imported as an account of
their own.

Small images are asked for several at a time: one by one, most of the time would go into asking. The limits
hold for what is asked at once. Where that ends the child, what it has not answered is asked again, image by
image, so that each is judged by itself.

Memory here stays bounded: the results of `workers` + 1 requests wait at any time, however many images there
are."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from queue import SimpleQueue
from typing import IO

from studies.imaging.errors import ProcessDied, Refused, TimedOut
from studies.imaging.limits import Limits
from studies.imaging.processed import PLAIN, ProcessedImage, Refusal, receive, refusal_of
from studies.imaging.provenance import Provenance, record
from studies.imaging.recipe import Derivation

ROOT = Path(__file__).resolve().parents[2]
TOO_SLOW = "Decoding must end in time; this file took longer than {} s. Export it smaller or again."
NO_SENSE = (
    *(EOFError, OSError, ValueError, LookupError, TypeError, AttributeError),
    *(ArithmeticError, AssertionError, RecursionError),
)
AT_ONCE, AT_ONCE_BYTES = 16, 3 * 1024 * 1024  # images, and bytes of their files, in one request
KEPT_BYTES = 128 * 1024 * 1024
Result = ProcessedImage | Refusal
Asked = tuple[Path, Derivation]


@dataclass(frozen=True)
class Confinement:
    """What one child may use for one request."""

    memory_bytes: int = 4 * 1024 * 1024 * 1024
    cpu_seconds: int = 120
    wall_seconds: float = 300.0
    limits: Limits = field(default_factory=Limits)


def process_images(
    paths: Iterable[Path],
    workers: int = 2,
    confinement: Confinement | None = None,
    derivations: Mapping[Path, Derivation] | None = None,
) -> Iterator[tuple[Path, Result]]:
    """Each path with its image or why it is refused, in the order given. A folder is one image: a stack.

    `derivations`: what is done to the decoded values of those paths that are not taken as they come."""
    children = [_Child(confinement or Confinement()) for _ in range(workers)]
    idle: SimpleQueue[_Child] = SimpleQueue()
    for child in children:
        idle.put(child)
    pool = ThreadPoolExecutor(workers, thread_name_prefix="imaging")
    waiting: deque[tuple[list[Path], Future[list[Result]]]] = deque()
    try:
        for some in _requests(paths):
            asked = [(path, (derivations or {}).get(path, PLAIN)) for path in some]
            waiting.append((some, pool.submit(_on_idle_child, idle, asked)))
            if len(waiting) > workers:
                yield from _done(*waiting.popleft())
        while waiting:
            yield from _done(*waiting.popleft())
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in children:
            child.stop()
        pool.shutdown()


def _requests(paths: Iterable[Path]) -> Iterator[list[Path]]:
    """Neighbours that are small together; whatever is large is alone."""
    some: list[Path] = []
    room = AT_ONCE_BYTES
    for path in paths:
        size = _size(path)
        if some and (size > room or len(some) == AT_ONCE):
            yield some
            some, room = [], AT_ONCE_BYTES
        some.append(path)
        room -= size
    if some:
        yield some


def _size(path: Path) -> int:
    try:
        facts = path.stat()
    except OSError:  # the child says so
        return AT_ONCE_BYTES
    return facts.st_size if stat.S_ISREG(facts.st_mode) else AT_ONCE_BYTES


def _done(paths: list[Path], future: Future[list[Result]]) -> Iterator[tuple[Path, Result]]:
    return zip(paths, future.result(), strict=True)


def _on_idle_child(idle: SimpleQueue[_Child], asked: list[Asked]) -> list[Result]:
    child = idle.get()
    try:
        return child.process(asked)
    finally:
        idle.put(child)


class _Child:
    """One process, started when it is first needed and again after it died."""

    def __init__(self, confinement: Confinement) -> None:
        self.confinement = confinement
        self.running: subprocess.Popen[bytes] | None = None
        self.overdue = False
        self.stopped = False
        self.lock = threading.Lock()

    def process(self, asked: list[Asked]) -> list[Result]:
        results = self._answers(asked)
        for one in asked[len(results) :]:
            results += self._answers([one])
        return results

    def _answers(self, asked: list[Asked]) -> list[Result]:
        """A result for each, or for those before the child ended; for one alone, why it did."""
        running = self._started()
        assert running.stdin is not None
        self.overdue = False
        watchdog = threading.Timer(self.confinement.wall_seconds, self._kill_overdue, [running])
        watchdog.start()
        results: list[Result] = []
        try:
            running.stdin.write(self._request(asked))
            running.stdin.flush()
            while len(results) < len(asked):
                results.append(self._answer(running))
        except NO_SENSE:
            cause = self._cause_of_death(running)
            if len(asked) == 1:
                results.append(refusal_of(cause))
        finally:
            watchdog.cancel()
        return results

    def _answer(self, running: subprocess.Popen[bytes]) -> Result:
        assert running.stdout is not None
        received = receive(running.stdout, self.confinement.limits)
        if isinstance(received, Refusal):
            return received
        return replace(received, provenance=self._provenance(running, running.stdout))

    def _provenance(self, running: subprocess.Popen[bytes], answers: IO[bytes]) -> Provenance:
        """What the file says of its origin; a file that ends the child over this is an image all the same."""
        try:
            return record.receive(answers)
        except NO_SENSE:
            return Provenance(failures=(f"Not read to its end: {self._cause_of_death(running)}",))

    def stop(self) -> None:
        with self.lock:
            self.stopped = True
            if self.running is not None:
                _end(self.running)

    def _started(self) -> subprocess.Popen[bytes]:
        with self.lock:
            if self.running is None or self.running.poll() is not None:
                if self.stopped:
                    raise RuntimeError("A stopped child is not started again.")
                self.running = subprocess.Popen(
                    [sys.executable, "-m", "studies.imaging.worker"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    cwd=ROOT,
                    env=_environment(),
                )
            return self.running

    def _request(self, asked: list[Asked]) -> bytes:
        allowed = self.confinement
        request = {
            "images": [
                {"path": str(path.absolute()), "derivation": derivation.to_json()}
                for path, derivation in asked
            ],
            "memory_bytes": allowed.memory_bytes,
            "cpu_seconds": allowed.cpu_seconds,
            "limits": asdict(allowed.limits),
        }
        return json.dumps(request).encode() + b"\n"

    def _kill_overdue(self, running: subprocess.Popen[bytes]) -> None:
        self.overdue = True
        running.kill()

    def _cause_of_death(self, running: subprocess.Popen[bytes]) -> Refused:
        """Ends a child that no longer speaks sense, and says in a sentence why."""
        try:
            code = running.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            code = 0
        _end(running)
        if self.overdue:
            return TimedOut(TOO_SLOW.format(f"{self.confinement.wall_seconds:g}"))
        if code == -signal.SIGXCPU:
            return TimedOut(TOO_SLOW.format(f"{self.confinement.cpu_seconds}"))
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return ProcessDied(
            f"Decoding must end with an answer; this file ended the process ({how}). Export it again, "
            "with another program if it can be."
        )


def _end(running: subprocess.Popen[bytes]) -> None:
    running.kill()
    running.wait()
    for stream in (running.stdin, running.stdout):
        if stream is not None and not stream.closed:
            try:
                stream.close()
            except OSError:  # what was still to be written has nowhere to go
                continue


def _environment() -> dict[str, str]:
    """No secret of this process; one thread, for the children share the cores among themselves; memory is
    kept from one image to the next, which else is fetched from the system anew for every array."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    alone = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    keeping = {"MALLOC_MMAP_THRESHOLD_": str(KEPT_BYTES), "MALLOC_TRIM_THRESHOLD_": str(KEPT_BYTES)}
    return {**kept, **alone, **keeping, "PYTHONPATH": str(ROOT)}
