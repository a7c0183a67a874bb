"""The queue: jobs are claimed by one worker, show a heartbeat, and go to another when theirs is dead."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from studies.models import Import, Job
from studies.refusals import Refusal, Refused

ATTEMPTS = 3
SECONDS_BETWEEN_TICKS = 0.5
GAVE_UP = f"Its worker ended {ATTEMPTS} times before it was done."
logger = logging.getLogger(__name__)


class Lost(Exception):
    """The job is no longer this worker's: it was cancelled, or given to another."""


class Hold:
    """A claimed job. Every write says who holds it: a worker that was taken for dead changes nothing."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.lost = False
        self.told = 0.0

    def _update(self, **values: object) -> None:
        mine = Job.objects.filter(
            pk=self.job.pk, state=Job.State.RUNNING, worker=self.job.worker, attempts=self.job.attempts
        )
        if self.lost or not mine.update(**values):
            self.lost = True
            raise Lost

    def beat(self) -> None:
        """Says that the worker lives."""
        self._update(heartbeat_utc=timezone.now())

    def tick(self, doing: str) -> Callable[[int, int], None]:
        """A function that says how far a step is; it also beats."""

        def told(done: int, total: int) -> None:
            if self.lost:
                raise Lost
            now = time.monotonic()
            if done in (0, total) or now - self.told >= SECONDS_BETWEEN_TICKS:
                self.told = now
                self._update(heartbeat_utc=timezone.now(), doing=doing, done=done, total=total)

        return told

    def finish(self) -> None:
        """Within the transaction that holds the result."""
        self._update(state=Job.State.DONE, finished_utc=timezone.now())

    def fail(self, failure: str) -> None:
        """Ends the job without a result."""
        self._update(state=Job.State.FAILED, finished_utc=timezone.now(), failure=failure)


def add(imported: Import, kind: str, actor: str) -> Job:
    """Queues a job; one import has one at a time."""
    return Job.objects.create(of=imported, kind=kind, created_by=actor)


def claim(worker: str) -> Hold | None:
    """The oldest waiting job, now this worker's."""
    for job in Job.objects.filter(state=Job.State.WAITING).order_by("created_utc", "pk")[:20]:
        now = timezone.now()
        claimed = Job.objects.filter(pk=job.pk, state=Job.State.WAITING).update(
            state=Job.State.RUNNING,
            worker=worker,
            heartbeat_utc=now,
            started_utc=job.started_utc or now,
            attempts=F("attempts") + 1,
        )
        if claimed:
            return Hold(Job.objects.select_related("of__study").get(pk=job.pk))
    return None


def reap() -> int:
    """Gives jobs of dead workers back to the queue; after some attempts they fail."""
    silent = timezone.now() - timedelta(seconds=settings.JOB_TIMEOUT)
    dead = Job.objects.filter(Q(heartbeat_utc__lt=silent), state=Job.State.RUNNING)
    freed = dead.filter(attempts__lt=ATTEMPTS).update(state=Job.State.WAITING)
    for job in dead.filter(attempts__gte=ATTEMPTS).select_related("of"):
        with transaction.atomic():
            if Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, heartbeat_utc__lt=silent).update(
                state=Job.State.FAILED, finished_utc=timezone.now(), failure=GAVE_UP
            ):
                refuse(
                    job.of, [Refusal("the server", GAVE_UP, "Look into the worker's log, then try again.")]
                )
    return freed


def refuse(imported: Import, refusals: list[Refusal]) -> None:
    """Keeps why an import was not taken."""
    Import.objects.filter(pk=imported.pk).exclude(state__in=["loaded", "discarded"]).update(
        state=Import.State.REFUSED, preview={}, reasons=as_rows(refusals)
    )


def as_rows(refusals: list[Refusal]) -> list[dict[str, object]]:
    """Reasons as they are kept with an import."""
    return [
        {"file": said.file, "line": said.line, "rule": said.rule, "remedy": said.remedy} for said in refusals
    ]


def run_next(worker: str, step: Callable[[Hold], None], beating: bool = False) -> bool:
    """Runs one job if one waits. With `beating` a thread shows the heartbeat while the step is busy."""
    reap()
    hold = claim(worker)
    if hold is None:
        return False
    try:
        with _heart(hold) if beating else _no_heart():
            step(hold)
    except Lost:
        logger.warning("Job %s is no longer this worker's.", hold.job.pk)
    except Refused as refused:
        _end(hold, refused.refusals, "refused")
    except Exception as error:
        logger.exception("Job %s", hold.job.pk)
        rule = f"The job met {type(error).__name__}."
        _end(hold, [Refusal("the server", rule, "Try again; the worker's log says more.")], rule)
    return True


def _end(hold: Hold, refusals: list[Refusal], failure: str) -> None:
    try:
        with transaction.atomic():
            hold.fail(failure)
            refuse(hold.job.of, refusals)
    except Lost:
        logger.warning("Job %s is no longer this worker's.", hold.job.pk)


@contextmanager
def _no_heart() -> Iterator[None]:
    yield


@contextmanager
def _heart(hold: Hold) -> Iterator[None]:
    over = threading.Event()

    def beat() -> None:
        while not over.wait(settings.JOB_TIMEOUT / 4):
            try:
                hold.beat()
            except Lost:
                break
            except DatabaseError:  # busy just now; the next beat is soon
                logger.info("A heartbeat of job %s was not written.", hold.job.pk)
        connection.close()

    thread = threading.Thread(target=beat, name="heart", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
