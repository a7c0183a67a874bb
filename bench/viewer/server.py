"""One origin per contestant: its page, its scripts, its cases."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path

from bench.viewer import peers, pictures

PAGES = peers.HERE / "pages"
CASES = 100  # addresses; behind them stand the few pictures in turn


@dataclass(frozen=True)
class Contestant:
    name: str
    script: str
    cases: list[bytes]
    kind: str = "application/octet-stream"
    coding: str = ""
    windowed: bool = True


class Handler(BaseHTTPRequestHandler):
    contestant: Contestant
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        return

    def reply(self, status: int, body: bytes, kind: str, coding: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        if coding:
            self.send_header("Content-Encoding", coding)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        path, us = self.path.split("?")[0], self.contestant
        if path == "/":
            page = (PAGES / "index.html").read_text().replace("SCRIPT", f"/{us.script}")
            self.reply(200, page.encode(), "text/html; charset=utf-8")
        elif path == "/facts":
            window = {"low": pictures.LOW, "high": pictures.HIGH}
            facts = {"rows": pictures.ROWS, "columns": pictures.COLUMNS, "count": CASES, "window": window}
            self.reply(200, json.dumps(facts).encode(), "application/json")
        elif path.startswith("/cases/"):
            at = int(path.removeprefix("/cases/"))
            self.reply(200, us.cases[at % len(us.cases)], us.kind, us.coding)
        else:
            self.file(path.lstrip("/"))

    def file(self, path: str) -> None:
        if path.endswith("codec-openjph/wasm"):
            found = peers.OPENJPH_WASM
        else:
            roots = (peers.BUILD, PAGES, peers.HERE.parents[1])
            found = next((root / path for root in roots if (root / path).is_file()), Path())
        if found.is_file():
            self.reply(200, found.read_bytes(), guess_type(found.name)[0] or "application/octet-stream")
        else:
            self.reply(404, b"", "text/plain")


@contextmanager
def serving(contestant: Contestant) -> Iterator[str]:
    handler = type("ContestantHandler", (Handler,), {"contestant": contestant})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
