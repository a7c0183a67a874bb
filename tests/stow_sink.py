"""A DICOMweb server of a few lines: it keeps what is sent, says what it has, and fails as it is told to."""

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from pydicom import Dataset, dcmread

from studies.imports.multipart import parameters, parts


class Sink(HTTPServer):
    """`answers` are given to the next messages in place of its own: (status, reason or None for no words)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.kept: dict[str, bytes] = {}
        self.messages = 0
        self.answers: list[tuple[int, int | None]] = []
        self.tells, self.warning = True, 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def servers(self) -> dict[str, dict[str, str]]:
        """As READERSTUDY_DICOMWEB names it."""
        return {"pacs": {"url": self.url}}

    def read(self) -> dict[str, Dataset]:
        return {uid: dcmread(io.BytesIO(data)) for uid, data in self.kept.items()}


class _Door(BaseHTTPRequestHandler):
    server: Sink
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """QIDO-RS for the instances of one series."""
        if not self.server.tells:
            return self._reply(404, b"")
        _, _, study, _, series, *_ = self.path.split("/")
        found = [
            {"00080018": {"vr": "UI", "Value": [uid]}}
            for uid, dataset in self.server.read().items()
            if (dataset.StudyInstanceUID, dataset.SeriesInstanceUID) == (study, series)
        ]
        self._reply(200, json.dumps([] if "offset" in self.path else found).encode())

    def do_POST(self) -> None:
        """STOW-RS of one file."""
        self.server.messages += 1
        body = io.BytesIO(self.rfile.read(int(self.headers["Content-Length"])))
        _, said = parameters(self.headers["Content-Type"])
        data = b"".join(chunk for part in parts(body.read, said["boundary"]) for chunk in part.chunks)
        uid = str(dcmread(io.BytesIO(data), stop_before_pixels=True).SOPInstanceUID)
        if self.server.answers:
            status, reason = self.server.answers.pop(0)
            return self._reply(status, _words("00081198", uid, {"00081197": reason}) if reason else b"")
        if uid in self.server.kept:
            return self._reply(409, _words("00081198", uid, {"00081197": 0x0111}))
        self.server.kept[uid] = data
        self._reply(200, _words("00081199", uid, {"00081196": self.server.warning}))

    def _reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/dicom+json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if 300 <= status < 400:
            self.send_header("Location", f"{self.server.url}/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def _words(sequence: str, uid: str, reasons: dict[str, int]) -> bytes:
    item: dict[str, Any] = {"00081155": {"vr": "UI", "Value": [uid]}}
    item |= {tag: {"vr": "US", "Value": [reason]} for tag, reason in reasons.items() if reason}
    return json.dumps({sequence: {"vr": "SQ", "Value": [item]}}).encode()


@contextmanager
def running() -> Iterator[Sink]:
    """It ends with the block."""
    sink = Sink()
    thread = threading.Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        sink.shutdown()
        sink.server_close()
