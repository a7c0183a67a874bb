"""A real DICOMweb server for tests: Debian's Orthanc with its plug-in, on free loopback ports."""

import base64
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

PLUGINS = [Path("/usr/share/orthanc/plugins"), Path("/usr/lib/orthanc")]
NAME = "libOrthancDicomWeb.so"
HINT = (
    "Orthanc is not installed. As root: apt-get install -y --no-install-recommends orthanc orthanc-dicomweb"
)
LOG_IN = ("tester", "kept-in-a-test")
BASIC = "Basic " + base64.b64encode(":".join(LOG_IN).encode()).decode()


def program() -> str | None:
    """Where Orthanc is, if its plug-in is there as well."""
    found = shutil.which("Orthanc") or shutil.which("Orthanc", path="/usr/sbin")
    return found if found and plugin() else None


def plugin() -> Path | None:
    return next((path for folder in PLUGINS for path in folder.glob(f"{NAME}*")), None)


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Its address, without a trailing slash; it ends with the block."""
    folder.mkdir()
    http, dicom = _free_port(), _free_port()
    said = {
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "Plugins": [str(plugin())],
        "HttpPort": http,
        "DicomPort": dicom,
        "DicomServerEnabled": False,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": True,
        "RegisteredUsers": dict([LOG_IN]),
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }
    (folder / "orthanc.json").write_text(json.dumps(said))
    command = [str(program()), str(folder / "orthanc.json")]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            _wait(f"http://127.0.0.1:{http}/system")
            yield f"http://127.0.0.1:{http}"
        finally:
            process.terminate()


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            if requests.get(address, auth=LOG_IN, timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("Orthanc does not answer.")


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
