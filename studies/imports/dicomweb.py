"""Fetches images from a DICOMweb server: QIDO-RS finds them, WADO-RS retrieves them, each to a file.

Only servers that the operator has named are asked, and no redirect is followed: what a coordinator writes
never becomes an address."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from dicomweb_client import DICOMwebClient
from django.conf import settings

from studies.imaging.limits import Limits
from studies.imports import area
from studies.imports.multipart import CHUNK, LONGEST_HEAD, Malformed, parameters, parts
from studies.imports.transport import TooLong, session_of
from studies.refusals import Refusal, Refused

ACCEPT = 'multipart/related; type="application/dicom"; transfer-syntax=*'
TIMEOUT = (10, 60)  # seconds to connect, and between bytes
ATTEMPTS = 3
PAGE = 1_000
UID = re.compile(r"[0-9]+(\.[0-9]+){1,31}")
KEYS = ("StudyInstanceUID", "SeriesInstanceUID", "PatientID", "AccessionNumber", "StudyDate", "Modality")
OF_SERIES = ("SeriesInstanceUID", "Modality")
STUDY, SERIES, INSTANCE = "0020000D", "0020000E", "00080018"


class TooLarge(Malformed):
    """A reply holds more than a file may have: asking again would not help."""


@dataclass(frozen=True)
class Server:
    """A DICOMweb service, and what it wants in Authorization."""

    name: str
    url: str
    authorization: str = ""


@dataclass(frozen=True)
class Instance:
    """Where one file is."""

    study: str
    series: str
    uid: str


def server(name: str) -> Server:
    """A server of READERSTUDY_DICOMWEB."""
    said = settings.DICOMWEB.get(name)
    if said is None:
        known = ", ".join(settings.DICOMWEB) or "none"
        rule = f"No DICOMweb server has the name {name!r}; known: {known}."
        raise Refused([Refusal("READERSTUDY_DICOMWEB", rule, "Have the operator name it there.")])
    return Server(name, said["url"].rstrip("/"), said.get("authorization", ""))


def check_query(query: dict[str, str]) -> None:
    """Refuses what would ask for everything, or for nothing that a server knows."""
    unknown = [key for key in query if key not in KEYS]
    if unknown or not any(query.get(key) for key in ("StudyInstanceUID", "PatientID", "AccessionNumber")):
        rule = "A query names at least a study, a patient or an accession number."
        raise Refused([Refusal("the query", rule, f"Keys: {', '.join(KEYS)}.")])
    for key in ("StudyInstanceUID", "SeriesInstanceUID"):
        if query.get(key) and not UID.fullmatch(query[key]):
            raise Refused([Refusal("the query", f"{key} {query[key]!r} is no UID.", "Digits and dots.")])


def fetch(at: Server, query: dict[str, str], to: Path, tick: Callable[[int, int], None]) -> int:
    """Retrieves all instances that a query finds, as <study>/<series>/<uid>.dcm; answers how many there are.

    What is there already is not asked for again. Refused names each that could not be had.
    """
    check_query(query)
    session = session_of(at)
    try:
        found = _instances(at, session, {key: value for key, value in query.items() if value})
        area.check_size(len(found), 0)
        if not found:
            raise Refused([Refusal(at.name, "It has no image that fits.", "Ask for something else.")])
        return _fetched(at, session, found, to, tick)
    except TooLong as error:
        remedy = "Ask for one study or series alone, or have the server answer in pages (limit, offset)."
        raise Refused([Refusal(at.name, f"It sent {error}.", remedy)]) from error
    except (requests.RequestException, RecursionError) as error:
        rule = f"It did not answer as a DICOMweb server does ({kind_of(error)})."
        raise Refused([Refusal(at.name, rule, "Try again, or look at the server.")]) from error
    finally:
        session.close()


def _fetched(
    at: Server, session: requests.Session, found: list[Instance], to: Path, tick: Callable[[int, int], None]
) -> int:
    refusals, size = [], 0
    for number, instance in enumerate(found):
        tick(number, len(found))
        path = to / instance.study / instance.series / f"{instance.uid}.dcm"
        if not path.exists():
            area.check_room()
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            refusal = _retrieve(at, session, instance, path)
            if refusal:
                refusals.append(refusal)
                continue
        size += path.stat().st_size
        area.check_size(number + 1, size)
    tick(len(found), len(found))
    if refusals:
        raise Refused(refusals)
    return len(found)


def client_of(at: Server, session: requests.Session) -> DICOMwebClient:
    """For questions; the session asks again where that helps."""
    client = DICOMwebClient(url=at.url, session=session, timeout=TIMEOUT)
    client.set_http_retry_params(retry=False)
    return client


def _instances(at: Server, session: requests.Session, query: dict[str, str]) -> list[Instance]:
    """By study and series, so that no answer holds thousands of studies' instances at once."""
    client = client_of(at, session)
    of_study = {key: value for key, value in query.items() if key not in OF_SERIES}
    if query.get("Modality"):
        of_study["ModalitiesInStudy"] = query["Modality"]
    of_series = {key: query[key] for key in OF_SERIES if query.get(key)}
    found = []
    for study in all_uids(partial(client.search_for_studies, search_filters=of_study), STUDY):
        series = partial(client.search_for_series, study, search_filters=of_series)
        for uid in all_uids(series, SERIES):
            files = all_uids(partial(client.search_for_instances, study, uid), INSTANCE)
            found += [Instance(study, uid, instance) for instance in files]
            area.check_size(len(found), 0)
    return found


def all_uids(search: Callable[..., list[dict[str, Any]]], tag: str) -> list[str]:
    """UIDs of all pages; a server that answers the same again, or for ever, is not asked on.

    UIDs become names of files: what is none is left where it is.
    """
    found: dict[str, None] = {}
    rows, offset = search(limit=PAGE), 0
    while rows:
        if not isinstance(rows, list):
            raise requests.exceptions.InvalidJSONError
        values = [_uid(row, tag) for row in rows]
        fresh = [value for value in values if value and value not in found]
        found.update(dict.fromkeys(fresh))
        area.check_size(len(found), 0)
        offset += len(rows)
        rows = search(limit=PAGE, offset=offset) if fresh else []
    return list(found)


def _uid(row: Any, tag: str) -> str:
    try:
        value = str(row[tag]["Value"][0])
    except (LookupError, TypeError):
        return ""
    return value if len(value) <= 64 and UID.fullmatch(value) else ""


def _retrieve(at: Server, session: requests.Session, instance: Instance, path: Path) -> Refusal | None:
    """What went wrong, or nothing; the file is whole or not there."""
    said, remedy = "", "Try again: what is there stays."
    for attempt in range(ATTEMPTS):
        time.sleep(attempt * 0.5)
        part = path.with_suffix(".part")
        try:
            with _asked(at, session, instance) as response:
                response.raise_for_status()
                _write(response, part)
            part.rename(path)
            return None
        except TooLarge as error:
            said, remedy = str(error), "Ask for series without it."
            break
        except (requests.RequestException, Malformed) as error:
            said = kind_of(error)
        finally:
            part.unlink(missing_ok=True)
    return Refusal(instance.uid, f"It could not be retrieved ({said}).", remedy)


def _asked(at: Server, session: requests.Session, instance: Instance) -> requests.Response:
    uids = {"studies": instance.study, "series": instance.series, "instances": instance.uid}
    address = at.url + "".join(f"/{name}/{quote(uid)}" for name, uid in uids.items())
    return session.get(address, headers={"Accept": ACCEPT}, stream=True, timeout=TIMEOUT)


def _write(response: requests.Response, path: Path) -> None:
    with path.open("wb") as file:
        for chunk in _within(_chunks(response), Limits().bytes_of_file):
            area.check_room(len(chunk))
            file.write(chunk)


def _within(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    left = most
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise TooLarge(f"more than {most:,} bytes")
        yield chunk


def _chunks(response: requests.Response) -> Iterator[bytes]:
    """The bytes of the one instance, as the server keeps them."""
    kind, said = parameters(response.headers.get("Content-Type", ""))
    if kind == "application/dicom":
        yield from response.iter_content(CHUNK)
        return
    # Also of what stands around the part there is an end.
    source = _Reader(_within(response.iter_content(CHUNK), Limits().bytes_of_file + LONGEST_HEAD))
    for number, part in enumerate(parts(source.read, said.get("boundary", ""))):
        if number:
            raise Malformed("more than one instance")
        yield from part.chunks


class _Reader(io.RawIOBase):
    """Chunks of a reply as something to read from."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks = chunks

    def read(self, size: int = -1) -> bytes:
        """The next chunk, of whatever size."""
        return next(self.chunks, b"")


def kind_of(error: Exception) -> str:
    """What went wrong, in few words and without an address."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"HTTP status {response.status_code}"
    return str(error) if isinstance(error, Malformed | TooLong) else type(error).__name__
