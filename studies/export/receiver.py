"""A DICOMweb server that copies are sent to: QIDO-RS says what it has, STOW-RS stores, one file a message."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple

import requests

from studies.imports.dicomweb import INSTANCE, Instance, Server, all_uids, client_of, kind_of

TIMEOUT = (10, 300)  # seconds to connect, and for an answer: it may come once all is stored
OF_THE_FILE = {400, 409, 413, 415, 422}  # any other status is about the server, and the next file gets it too
STORED, FAILED = "00081199", "00081198"
NAMED, FAILURE, WARNING = "00081155", "00081197", "00081196"
DUPLICATE = 0x0111
Fate = Literal["sent", "with_warning", "there_already"]
LOG = "Look into the server's log, then run this again."
# By the first hexadecimal digits of a failure reason (PS3.18 table I.2-2), longest first.
REASONS = {
    "C122": ("It does not take Explicit VR Little Endian", "Have it accept that transfer syntax."),
    "0122": ("It does not take this SOP class", "Have it accept the class, or leave the case out there."),
    "0124": ("It does not let this log-in store", "Ask its operator for that right."),
    "0110": ("It failed in processing the file", LOG),
    "A7": ("It has no room or memory left", "Make room there, then run this again."),
    "A9": ("It finds that the file does not fit its SOP class", "Have it check less; originals lack things."),
    "C": ("It does not understand the file", LOG),
    "": ("It did not keep the file", "See what the reason means in its conformance statement."),
}  # fmt: skip


class Unavailable(Exception):
    """The server as a whole takes nothing now."""


class Fault(NamedTuple):
    """Why one file was not kept: a failure reason in hexadecimal or an HTTP status, the rule, the remedy."""

    reason: str
    rule: str
    remedy: str


@dataclass
class Receiver:
    """One server, over one session; what it has is asked for by series, and one series is remembered."""

    at: Server
    session: requests.Session
    series: tuple[str, str] = ("", "")
    known: frozenset[str] = frozenset()

    def holds(self, one: Instance) -> bool:
        """Whether it says that it has the file. One that answers no questions gets everything again."""
        if self.series != (one.study, one.series):
            search = partial(client_of(self.at, self.session).search_for_instances, one.study, one.series)
            try:
                self.known = frozenset(all_uids(search, INSTANCE))
            except (requests.HTTPError, requests.exceptions.InvalidJSONError, RecursionError):
                self.known = frozenset()
            except requests.RequestException as error:
                raise Unavailable(kind_of(error)) from error
            self.series = (one.study, one.series)
        return one.uid in self.known

    def take(self, one: Instance, data: bytes) -> Fault | Fate:
        """Sends a file, and answers what became of it."""
        boundary = secrets.token_hex(16)
        head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
        headers = {
            "Content-Type": f'multipart/related; type="application/dicom"; boundary={boundary}',
            "Accept": "application/dicom+json",
        }
        body = b"".join([head, data, f"\r\n--{boundary}--\r\n".encode()])
        try:
            reply = self.session.post(f"{self.at.url}/studies", body, headers=headers, timeout=TIMEOUT)
        except requests.RequestException as error:
            raise Unavailable(kind_of(error)) from error
        if not reply.ok and reply.status_code not in OF_THE_FILE:
            raise Unavailable(f"HTTP status {reply.status_code}")
        return _said(reply, one.uid)


def _said(reply: requests.Response, uid: str) -> Fault | Fate:
    """A server's words on the one file of a message (PS3.18 I.2); silence is no yes."""
    try:
        document = reply.json()
        for item in _items(document, FAILED):
            return _fault(int(_value(item, FAILURE)))
        for item in _items(document, STORED):
            if _value(item, NAMED) == uid:
                return "with_warning" if _value(item, WARNING) else "sent"
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        pass
    status = f"HTTP {reply.status_code}"
    if reply.status_code == 413:
        return Fault(status, "The file is larger than it takes", "Raise its limit, or that of its proxy.")
    return Fault(status, "It did not say that it kept the file", LOG)


def _items(document: dict[str, Any], tag: str) -> list[dict[str, Any]]:
    return list(document.get(tag, {}).get("Value", []))


def _value(item: dict[str, Any], tag: str) -> Any:
    return (item.get(tag, {}).get("Value") or [0])[0]


def _fault(code: int) -> Fault | Fate:
    """A duplicate is there: UIDs are made of a secret, so it can only be an earlier copy of the same file."""
    if code == DUPLICATE:
        return "there_already"
    reason = f"{code:04X}"
    rule, remedy = next(said for prefix, said in REASONS.items() if reason.startswith(prefix))
    return Fault(reason, rule, remedy)
