"""Images from a real DICOMweb server, as it keeps them; and servers that misbehave."""

import gzip
import hashlib
import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests
from django.core.management import CommandError, call_command

from studies import audit
from studies.imaging.limits import Limits
from studies.imports import dicomweb, door, transport
from studies.imports.dicomweb import Server, fetch
from studies.ingest import load
from studies.models import Study
from studies.refusals import Refused
from tests import orthanc
from tests.planted import write_folder
from tests.studies.staged import ACTOR, filling, slices, work


def silent(done: int, total: int) -> None:
    pass


@pytest.fixture(scope="module")
def pacs(tmp_path_factory) -> Iterator[Server]:
    """Orthanc with a CT of 6 slices and an MR of another patient."""
    if orthanc.program() is None:
        pytest.skip(orthanc.HINT)
    folder = tmp_path_factory.mktemp("pacs")
    with orthanc.running(folder / "orthanc") as address:
        slices(folder / "pictures", 6, RescaleSlope=1)
        mr = {"StudyInstanceUID": "1.8", "SeriesInstanceUID": "1.8.1", "PatientID": "other", "Modality": "MR"}
        slices(folder / "mr", 2, **mr)
        for path in sorted(folder.glob("*/*.dcm")):
            sent = requests.post(f"{address}/instances", path.read_bytes(), auth=orthanc.LOG_IN, timeout=20)
            assert sent.ok, sent.text
        yield Server("pacs", f"{address}/dicom-web", orthanc.BASIC)


def hashes(folder: Path) -> set[str]:
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.dcm")}


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"StudyInstanceUID": "1.2"}, 6),
        ({"PatientID": "other"}, 2),
        ({"StudyInstanceUID": "1.2", "Modality": "CT"}, 6),
        ({"StudyInstanceUID": "1.8", "SeriesInstanceUID": "1.8.1"}, 2),
    ],
)
def test_what_is_asked_for_is_fetched(pacs, tmp_path, query, count):
    assert fetch(pacs, query, tmp_path / "to", silent) == count
    assert len(hashes(tmp_path / "to")) == count


def test_files_are_as_the_server_keeps_them(pacs, tmp_path):
    fetch(pacs, {"StudyInstanceUID": "1.2"}, tmp_path / "to", silent)
    address, log_in = pacs.url.removesuffix("/dicom-web"), orthanc.LOG_IN
    kept = set()
    for name in requests.get(f"{address}/instances", auth=log_in, timeout=20).json():
        file = requests.get(f"{address}/instances/{name}/file", auth=log_in, timeout=20).content
        kept.add(hashlib.sha256(file).hexdigest())
    assert hashes(tmp_path / "to") < kept


def test_what_is_there_is_not_asked_for_again(pacs, tmp_path):
    fetch(pacs, {"StudyInstanceUID": "1.2"}, tmp_path / "to", silent)
    kept, lost = sorted((tmp_path / "to").rglob("*.dcm"))[:2]
    kept.write_bytes(b"from an earlier attempt")
    lost.unlink()
    fetch(pacs, {"StudyInstanceUID": "1.2"}, tmp_path / "to", silent)
    assert kept.read_bytes() == b"from an earlier attempt" and lost.stat().st_size > 100


def test_a_wrong_log_in_is_told(pacs, tmp_path):
    with pytest.raises(Refused, match="HTTP status 401"):
        fetch(Server("pacs", pacs.url, "Basic d3Jvbmc6d3Jvbmc="), {"PatientID": "other"}, tmp_path, silent)


def test_nothing_found_is_told(pacs, tmp_path):
    with pytest.raises(Refused, match="no image that fits"):
        fetch(pacs, {"PatientID": "nobody"}, tmp_path, silent)


def test_the_command_leaves_a_folder_to_complete(pacs, tmp_path, settings, capsys):
    settings.DICOMWEB = {"pacs": {"url": pacs.url, "authorization": orthanc.BASIC}}
    call_command("fetch_dicomweb", "pacs", "--study", "1.2", "--to", str(tmp_path / "new"), "--json")
    assert json.loads(capsys.readouterr().out)["files"] == 6
    names = sorted(path.name for path in (tmp_path / "new" / "images" / "S0001").iterdir())
    assert names == [f"{number:05}.dcm" for number in range(1, 7)]
    assert (
        (tmp_path / "new" / "cases.csv").read_text().splitlines()[1].startswith("C0001,,,images/S0001,P0001")
    )
    with pytest.raises(CommandError, match="there already"):
        call_command("fetch_dicomweb", "pacs", "--study", "1.2", "--to", str(tmp_path / "new"))


@pytest.mark.django_db
def test_an_import_asks_a_server_in_the_background(pacs, tmp_path, settings):
    settings.DICOMWEB = {"pacs": {"url": pacs.url, "authorization": orthanc.BASIC}}
    load(write_folder(tmp_path / "study"), audit.OPERATOR)
    study = Study.objects.get()
    imported = work(door.from_server("pacs", {"StudyInstanceUID": "1.2"}, study, ACTOR))
    assert (imported.state, len(imported.preview["proposal"])) == ("staged", 1)
    assert "6 files" in imported.preview["proposal"][0]["found"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "at least a study"),
        ({"Modality": "CT"}, "at least a study"),
        ({"SeriesInstanceUID": "1.2"}, "at least a study"),
        ({"PatientName": "x"}, "at least a study"),
        ({"StudyInstanceUID": "../x"}, "is no UID"),
    ],
)
def test_a_query_for_everything_is_refused(tmp_path, query, said):
    with pytest.raises(Refused, match=said):
        fetch(Server("pacs", "http://127.0.0.1:9"), query, tmp_path, silent)


def test_only_named_servers_are_asked(settings):
    settings.DICOMWEB = {}
    with pytest.raises(Refused, match="No DICOMweb server has the name"):
        dicomweb.server("http://169.254.169.254/")


class Odd(BaseHTTPRequestHandler):
    """Answers as `replies` says: by the beginning of a path, in turn."""

    replies: dict[str, list[tuple[int, dict[str, str], bytes]]] = {}
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        key = max((key for key in self.replies if self.path.startswith(key)), key=len)
        queue = self.replies[key]
        status, headers, body = queue.pop(0) if len(queue) > 1 else queue[0]
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


JSON = {"Content-Type": "application/dicom+json"}


def rows(tag: str, *uids: str) -> bytes:
    return json.dumps([{tag: {"vr": "UI", "Value": [uid]}} for uid in uids]).encode()


@pytest.fixture
def odd() -> Iterator[Server]:
    """One study of one series; tests say what its instances are and how they come."""
    Odd.asked = []
    Odd.replies = {
        "/studies": [(200, JSON, rows("0020000D", "1.2"))],
        "/studies/1.2/series": [(200, JSON, rows("0020000E", "1.2.3"))],
        "/studies/1.2/series/1.2.3/instances": [(200, JSON, rows("00080018", "1.2.3.4"))],
        "/studies/1.2/series/1.2.3/instances/": [(200, {"Content-Type": "application/dicom"}, b"whole")],
    }
    server = HTTPServer(("127.0.0.1", 0), Odd)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Server("odd", f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


def fetched(odd: Server, to: Path) -> list[bytes]:
    fetch(odd, {"StudyInstanceUID": "1.2"}, to, silent)
    return [path.read_bytes() for path in to.rglob("*.dcm")]


def instance(*replies: tuple[int, dict[str, str], bytes]) -> None:
    Odd.replies["/studies/1.2/series/1.2.3/instances/"] = list(replies)


MULTIPART = {"Content-Type": 'multipart/related; type="application/dicom"; boundary=b'}


def test_a_reply_may_be_one_file_or_multipart(odd, tmp_path):
    assert fetched(odd, tmp_path / "a") == [b"whole"]
    instance((200, MULTIPART, b"--b\r\nContent-Type: application/dicom\r\n\r\nwhole\r\n--b--"))
    assert fetched(odd, tmp_path / "b") == [b"whole"]


def test_a_server_that_is_busy_or_breaks_off_is_asked_again(odd, tmp_path):
    whole = (200, MULTIPART, b"--b\r\n\r\nwhole\r\n--b--")
    instance((503, {}, b""), (200, MULTIPART, b"--b\r\n\r\nwho"), whole)
    assert fetched(odd, tmp_path / "a") == [b"whole"]


def test_what_cannot_be_had_is_named_and_nothing_half_stays(odd, tmp_path):
    instance((200, MULTIPART, b"--b\r\n\r\nwho"))
    with pytest.raises(Refused, match="1.2.3.4: It could not be retrieved"):
        fetched(odd, tmp_path / "a")
    assert not [path for path in (tmp_path / "a").rglob("*") if path.is_file()]


def test_no_redirect_is_followed(odd, tmp_path):
    Odd.replies["/studies"] = [(302, {"Location": f"{odd.url}/elsewhere"}, b"")]
    with pytest.raises(Refused, match="did not answer as a DICOMweb server"):
        fetched(odd, tmp_path / "a")
    assert not [path for path in Odd.asked if path.startswith("/elsewhere")]


def test_a_uid_from_a_server_never_becomes_a_path(odd, tmp_path):
    Odd.replies["/studies/1.2/series/1.2.3/instances"] = [(200, JSON, rows("00080018", "../../x", "/etc/x"))]
    with pytest.raises(Refused, match="no image that fits"):
        fetched(odd, tmp_path / "a")


def test_a_server_that_never_ends_is_not_asked_for_ever(odd, tmp_path):
    """It takes no notice of offset."""
    assert fetched(odd, tmp_path / "a") == [b"whole"]
    assert len([path for path in Odd.asked if "/studies?" in path]) == 2


@pytest.mark.parametrize("status", [200, 302, 400, 503])
def test_an_answer_without_end_is_refused_and_not_read(odd, tmp_path, status, monkeypatch):
    """It is 40 GB by its own word; the server notices that nobody reads on."""
    monkeypatch.setattr(transport, "WAITS", (0.0,))
    monkeypatch.setattr(transport, "LARGEST_REPLY", 2_000_000)
    Odd.replies["/studies"] = [(status, JSON | {"Content-Length": "40000000000"}, b"[" * 9_000_000)]
    with pytest.raises(Refused, match=r"odd: It sent a reply of more than 2 MB. Ask for one study"):
        fetched(odd, tmp_path / "a")


def test_a_packed_answer_counts_as_it_unpacks(odd, tmp_path):
    packed = gzip.compress(b" " * (transport.LARGEST_REPLY + 1))
    Odd.replies["/studies"] = [(200, JSON | {"Content-Encoding": "gzip"}, packed)]
    with pytest.raises(Refused, match="more than 16 MB"):
        fetched(odd, tmp_path / "a")


@pytest.mark.parametrize("answer", [b"5", b'"rows"', b"[" * 100_000])
def test_an_answer_of_another_shape_is_told(odd, tmp_path, answer):
    Odd.replies["/studies"] = [(200, JSON, answer)]
    with pytest.raises(Refused, match="did not answer as a DICOMweb server"):
        fetched(odd, tmp_path / "a")


def test_rows_of_another_shape_are_left_where_they_are(odd, tmp_path):
    strange = [5, "x", [], {"0020000D": 7}, {"0020000D": {"Value": 1}}, {"0020000D": {"Value": ["1.2"]}}]
    Odd.replies["/studies"] = [(200, JSON, json.dumps(strange).encode())]
    assert fetched(odd, tmp_path / "a") == [b"whole"]


@pytest.mark.parametrize(
    "reply",
    [
        (200, {"Content-Type": "application/dicom"}, bytes(30_000)),
        (200, MULTIPART, b"--b\r\n\r\n" + bytes(30_000) + b"\r\n--b--"),
        (200, MULTIPART, bytes(60_000) + b"\r\n--b\r\n\r\nwhole\r\n--b--"),
    ],
)
def test_a_file_has_as_many_bytes_as_one_may_and_is_not_asked_for_again(odd, tmp_path, reply, monkeypatch):
    monkeypatch.setattr(dicomweb, "Limits", lambda: Limits(bytes_of_file=20_000))
    instance(reply)
    with pytest.raises(Refused, match=r"1.2.3.4: .*more than \d+,\d+ bytes.*Ask for series without it"):
        fetched(odd, tmp_path / "a")
    assert len([path for path in Odd.asked if path.endswith("/1.2.3.4")]) == 1
    assert not [path for path in (tmp_path / "a").rglob("*") if path.is_file()]


def test_the_disk_is_looked_at_while_a_file_is_written(odd, tmp_path, monkeypatch):
    instance((200, {"Content-Type": "application/dicom"}, bytes(500_000)))
    with pytest.raises(Refused, match="must stay free"), filling(monkeypatch, after=3):
        fetched(odd, tmp_path / "a")
    assert not [path for path in (tmp_path / "a").rglob("*") if path.is_file()]


def test_a_page_that_is_no_dicomweb_is_told(odd, tmp_path):
    Odd.replies["/studies"] = [(200, {"Content-Type": "text/html"}, b"<html>")]
    with pytest.raises(Refused, match="did not answer as a DICOMweb server"):
        fetched(odd, tmp_path / "a")


def test_the_command_says_what_is_wrong(capsys, settings):
    settings.DICOMWEB = {}
    with pytest.raises(CommandError, match="known: none"):
        call_command("fetch_dicomweb", "pacs", "--study", "1.2", "--to", "x", stderr=io.StringIO())
