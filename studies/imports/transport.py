"""How a DICOMweb server is asked: again where it is busy, and no reply beyond what memory should hold."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from studies.imports.multipart import CHUNK

if TYPE_CHECKING:
    from studies.imports.dicomweb import Server

MB = 1_000_000
LARGEST_REPLY = 16 * MB  # a page of a thousand instances has 1 to 5; files come as streams
WAITS = (0.5, 1.0, 2.0)  # seconds; no server says how long
BUSY = {429, 502, 503, 504}


class TooLong(requests.RequestException):
    """A reply to a question is longer than any should be."""


class Bounded(HTTPAdapter):
    """Reads all replies but streams of files itself, up to LARGEST_REPLY; also those that nobody looks at."""

    def __init__(self) -> None:
        # Retries of urllib3 would read a busy server's whole reply, and wait as long as it says.
        again = Retry(len(WAITS), 0, redirect=False, allowed_methods=None, respect_retry_after_header=False)
        super().__init__(max_retries=again)

    def send(
        self, request: requests.PreparedRequest, stream: bool = False, *args: Any, **kwargs: Any
    ) -> requests.Response:
        for wait in (*WAITS, None):
            response = super().send(request, True, *args, **kwargs)
            if wait is None or response.status_code not in BUSY:
                break
            response.close()
            time.sleep(wait)
        if not stream or response.status_code != requests.codes.ok:
            response._content = _read(response)
        return response


def _read(response: requests.Response) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(CHUNK):
        content += chunk
        if len(content) > LARGEST_REPLY:
            response.close()
            raise TooLong(f"a reply of more than {LARGEST_REPLY // MB} MB")
    return bytes(content)


def session_of(at: Server) -> requests.Session:
    """All that is asked or sent may be twice. No redirect is followed."""
    session = requests.Session()
    session.max_redirects = 0
    session.trust_env = False  # neither a proxy nor a log-in of the machine's account
    for scheme in ("http://", "https://"):
        session.mount(scheme, Bounded())
    if at.authorization:
        session.headers["Authorization"] = at.authorization
    return session
