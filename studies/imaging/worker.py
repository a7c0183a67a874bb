"""The child process that decodes. Started by sandbox.py as `python -m studies.imaging.worker`.

One JSON line on standard input asks for one or more images; an answer for each goes out as processed.py says,
in their order. The process has no secrets in its environment, may write no bytes to a file, start no process,
and is killed at its limits."""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, TypeVar

from studies.imaging import provenance
from studies.imaging.coding import VERIFIED_TOGETHER
from studies.imaging.errors import OutOfMemory, Refused, Unexpected
from studies.imaging.limits import Limits
from studies.imaging.processed import Opened, ProcessedImage, Refusal, coded, opened, refusal_of, send
from studies.imaging.provenance import record
from studies.imaging.recipe import Derivation

OPEN_FILES = 64
Made = TypeVar("Made")


def main() -> None:
    answers = _private_output()
    logging.disable()
    warnings.simplefilter("ignore")
    for line in sys.stdin.buffer:
        request = json.loads(line)
        _confine(int(request["memory_bytes"]), int(request["cpu_seconds"]))
        limits = Limits(**request["limits"])
        waiting: list[tuple[Path, Opened | Refusal]] = []
        for asked in request["images"]:
            path, derivation = Path(asked["path"]), Derivation.from_json(asked["derivation"])
            waiting.append((path, _tried(partial(opened, path, limits, derivation))))
            if sum(one.values for _, one in waiting if isinstance(one, Opened)) >= VERIFIED_TOGETHER:
                _answer(waiting, limits, answers)
                waiting.clear()
        _answer(waiting, limits, answers)


def _answer(waiting: list[tuple[Path, Opened | Refusal]], limits: Limits, answers: IO[bytes]) -> None:
    done = iter(_coded([one for _, one in waiting if isinstance(one, Opened)]))
    for path, one in waiting:
        answer = one if isinstance(one, Refusal) else next(done)
        send(answer, answers)
        if isinstance(answer, ProcessedImage):  # apart: what fails here must not cost the image
            record.send(provenance.read(path, limits), answers)


def _coded(images: list[Opened]) -> list[ProcessedImage | Refusal]:
    """Together; where that fails, each by itself, so that each has its own reason."""
    together = _tried(partial(coded, images))
    if not isinstance(together, Refusal):
        return [*together]
    return [together] if len(images) == 1 else [answer for one in images for answer in _coded([one])]


def _tried(work: Callable[[], Made]) -> Made | Refusal:
    try:
        return work()
    except Refused as refused:
        return refusal_of(refused)
    except MemoryError:
        return refusal_of(OutOfMemory("Decoding must fit its memory; this needs more. Export it smaller."))
    except OSError as error:
        return refusal_of(Unexpected(f"A file must be readable: {error.strerror}. Look at its permissions."))
    except Exception as error:
        rule = f"An image must decode without fault; this one met {type(error).__name__}."
        return refusal_of(Unexpected(f"{rule} Export it again, and report the file if that does not help."))


def _private_output() -> IO[bytes]:
    """Standard output for answers alone: decoding libraries print, and must not print into them."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return answers


def _confine(memory_bytes: int, cpu_seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu_limit = int(used.ru_utime + used.ru_stime) + 1 + cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_limit, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    for nothing in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC):
        resource.setrlimit(nothing, (0, 0))


if __name__ == "__main__":
    main()
