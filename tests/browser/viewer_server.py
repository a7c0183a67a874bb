"""A study in memory behind a real HTTP server, for tests that drive the reading page in a browser."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from django.template import Context, Engine
from django.test import override_settings

from readerstudy.static import small
from studies.imaging.coding import encode
from studies.imaging.types import Grey
from studies.keys import key_help

ROOT = Path(__file__).resolve().parents[2]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PLAIN_STATIC = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
LINEAR = {"shape": "linear", "low": 0.0, "high": 65535.0, "lut": None, "lut_first": 0}

Json = dict[str, Any]


@dataclass
class StudyCase:
    """`values` of rows x columns, or frames x rows x columns; `beside` are the case's further images.
    `more`: of what the page says of every image; `layer`: drawn over every frame."""

    values: Grey
    display: Json = field(default_factory=dict)
    history: str | None = None
    beside: list[Grey] = field(default_factory=list)
    spacing: Json | None = None
    more: Json = field(default_factory=dict)
    layer: Grey | None = None

    @property
    def stacks(self) -> list[Grey]:
        return [values.reshape(-1, *values.shape[-2:]) for values in (self.values, *self.beside)]


@dataclass
class ViewerStudy:
    """What the server knows; tests set `faults` (statuses to answer next, 0: hang up) and read `kept`."""

    cases: list[StudyCase]
    questions: list[Json]
    kept: dict[str, Json] = field(default_factory=dict)
    received: list[Json] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)
    frame_faults: list[int] = field(default_factory=list)
    refusal: Json | None = None
    preferences: Json | None = None
    preferences_answer: int = 200
    demonstration: bool = False
    length: bool = False
    minimum_window: Json | None = None
    missing_frames: set[int] = field(default_factory=set)
    frame_seconds: float = 0.0
    frames_under_way: int = 0
    most_under_way: int = 0

    def __post_init__(self) -> None:
        self.layers = [None if case.layer is None else encode(case.layer).zstd for case in self.cases]
        self.stored = [[[encode(one).zstd for one in stack] for stack in case.stacks] for case in self.cases]

    def current(self) -> int:
        return len(self.kept)

    def images(self, at: int) -> list[Json]:
        display = {**LINEAR, "invert": False, "padding": None, **self.cases[at].display}
        base = f"/api/v1/readings/case{at}/images"
        return [
            {
                "rows": stack.shape[1],
                "columns": stack.shape[2],
                "frames": [f"{base}/{image}/frames/{frame}" for frame in range(len(stack))],
                "display": display,
                "spacing": self.cases[at].spacing,
                "aspect": 1,
                "windows": [],
                "frame_displays": {},
                "presets": [],
                "overlays": [f"{base}/{image}/frames/{frame}/overlay" for frame in range(len(stack))]
                if self.layers[at]
                else [],
                **self.cases[at].more,
            }
            for image, stack in enumerate(self.cases[at].stacks)
        ]

    def page(self) -> Json | None:
        at = self.current()
        if at >= len(self.cases):
            return None
        ahead = range(at + 1, min(at + 3, len(self.cases)))
        return {
            "reading": f"case{at}",
            "position": at + 1,
            "total": len(self.cases),
            "history": self.cases[at].history,
            "images": self.images(at),
            "questions": self.questions,
            "length": self.length,
            "ahead": [{"reading": f"case{i}", "images": self.images(i)} for i in ahead],
        }

    def submit(self, reading: str, body: Json) -> tuple[int, Json]:
        self.received.append(body)
        if self.faults:
            return self.faults.pop(0), {"error": "Try again."}
        if self.refusal:
            refusal, self.refusal = self.refusal, None
            return 400, refusal
        if self.kept.setdefault(reading, body) != body:
            return 409, {"error": "This reading is kept already.", "code": "already_kept"}
        return 200, {"kept": True, "next": self.page()}


@override_settings(STORAGES=PLAIN_STATIC, STATIC_URL="/static/")
def reading_page(study: ViewerStudy, renderer: str) -> str:
    engine = Engine(dirs=[str(ROOT / "templates")], libraries={"static": "django.templatetags.static"})
    template = engine.get_template("viewer/cases.html")
    kept = study.preferences or {"keys": {}, "left_handed": False}
    preferences = {"keys": key_help(kept["keys"]), "left_handed": kept["left_handed"]}
    page = template.render(Context({"csrf_token": "token", "study": study, **preferences}))
    return page.replace('data-renderer="webgl2"', f'data-renderer="{renderer}"')


class Handler(BaseHTTPRequestHandler):
    study: ViewerStudy
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        return

    def reply(self, status: int, body: bytes = b"", kind: str = "text/plain", **headers: str) -> None:
        self.send_response(status)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        base = {"Content-Type": kind, "Content-Length": str(len(body)), "Content-Security-Policy": POLICY}
        for name, value in {**base, **named}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def reply_json(self, status: int, content: Json) -> None:
        self.reply(status, json.dumps(content).encode(), "application/json", Cache_Control="no-store")

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path in ("/", "/plain/"):
            page = reading_page(self.study, "webgl2" if path == "/" else "2d")
            self.reply(200, page.encode(), "text/html; charset=utf-8")
        elif path == "/blank/":
            self.reply(200, b"<!doctype html><title>Blank</title>", "text/html; charset=utf-8")
        elif path == "/api/v1/readings/next/":
            content = self.study.page()
            self.reply_json(200, content) if content else self.reply(204)
        elif path.startswith("/api/v1/readings/case"):
            parts = path.split("/")
            case = int(parts[4].removeprefix("case"))
            layer = self.study.layers[case] if parts[-1] == "overlay" else None
            if layer:
                self.reply(200, layer, "application/octet-stream", Content_Encoding="zstd")
            else:
                self.frame(case, int(parts[6]), int(parts[8]))
        elif path.startswith("/static/"):
            self.file(ROOT / "static" / path.removeprefix("/static/"))
        elif path == "/reading/":
            self.reply(200, b"<!doctype html><title>Done</title><p>Done", "text/html; charset=utf-8")
        else:
            self.reply(404)

    def frame(self, at: int, image: int, frame: int) -> None:
        study = self.study
        study.frames_under_way += 1
        study.most_under_way = max(study.most_under_way, study.frames_under_way)
        time.sleep(study.frame_seconds)
        study.frames_under_way -= 1
        if study.frame_faults and at == study.current():
            self.reply(study.frame_faults.pop(0))
            return
        if frame in study.missing_frames:
            self.reply(404)
            return
        kind = "application/octet-stream"
        cache = "private, max-age=86400, immutable"
        self.reply(
            200, self.study.stored[at][image][frame], kind, Content_Encoding="zstd", Cache_Control=cache
        )

    def file(self, path: Path) -> None:
        if path.is_file():
            content = small(path.read_text()).encode() if path.suffix == ".js" else path.read_bytes()
            self.reply(200, content, guess_type(path.name)[0] or "text/plain", Cache_Control="no-cache")
        else:
            self.reply(404)

    def do_PUT(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["X-CSRFToken"] == "token" and self.path == "/api/v1/preferences/"
        if self.study.preferences_answer == 0:
            self.close_connection = True
            return
        if self.study.preferences_answer == 200:
            self.study.preferences = body
        self.reply_json(self.study.preferences_answer, body)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["X-CSRFToken"] == "token"
        status, content = self.study.submit(self.path.split("/")[4], body)
        if status == 0:
            self.close_connection = True
        else:
            self.reply_json(status, content)


@contextmanager
def serving(study: ViewerStudy, port: int = 0) -> Iterator[str]:
    handler = type("StudyHandler", (Handler,), {"study": study})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
