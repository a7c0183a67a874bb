"""A load's files are on disk before a row names them, and one that dies leaves nothing to trust wrongly."""

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from readerstudy import env
from studies import audit, filestore
from studies.filestore import FileStore
from studies.imaging.coding import decode_payload, sha256_of_values, unpack_gzip, unpack_zstd
from studies.ingest import Way, load
from studies.ingest.staging import Staging
from studies.models import Image
from tests.planted import write_folder

ROOT = Path(__file__).resolve().parents[2]


def load_apart(folder: Path, data: Path, dying: str) -> int:
    environment = {
        **os.environ,
        "READERSTUDY_DATA": str(data),
        "READERSTUDY_PLAIN_HTTP": "1",
        "DJANGO_SETTINGS_MODULE": "readerstudy.settings",
    }
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "tests.dying", str(folder), dying]
    return subprocess.run(command, cwd=ROOT, env=environment).returncode


def rows(data: Path, query: str) -> list[tuple]:
    with sqlite3.connect(data / "readerstudy.sqlite3") as database:
        return database.execute(query).fetchall()


def kept(data: Path) -> list[Path]:
    folders = (data / kind for kind in filestore.KINDS)
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def is_frame(data: Path, digest: str) -> bool:
    """Whether both codings hold the very values that the name says."""
    undo = zip(filestore.FRAME_SUFFIXES, (unpack_zstd, unpack_gzip), strict=True)
    both = [decode_payload(u(FileStore(data).read("derivatives", digest, suffix))) for suffix, u in undo]
    said = {f"{v.shape[0]} x {v.shape[1]}\n{sha256_of_values(v)}" for v in both}
    return {hashlib.sha256(one.encode()).hexdigest() for one in said} == {digest}


@pytest.mark.parametrize("dying", ["taking", "committing"])
def test_a_load_killed_on_its_way_leaves_nothing_to_trust_wrongly(dying, tmp_path, settings):
    folder, data = write_folder(tmp_path / "study"), tmp_path / "data"
    assert load_apart(folder, data, dying) == -signal.SIGKILL
    assert rows(data, "SELECT * FROM studies_image") == []
    whole = [path for path in kept(data) if not path.name.startswith(filestore.TEMPORARY)]
    assert bool(whole) is (dying == "committing") and kept(data)
    assert load_apart(folder, data, "never") == 0
    assert all(is_frame(data, digest) for (digest,) in rows(data, "SELECT sha256 FROM studies_frame"))
    settings.VAULT_KEYS = env.keys("NO_SUCH_KEYS", 32, data / "vault-key")
    for (digest,) in rows(data, "SELECT original_sha256 FROM studies_image"):
        assert hashlib.sha256(FileStore(data).read("vault", digest)).hexdigest() == digest


@pytest.mark.django_db
def test_files_are_on_disk_before_they_are_named_and_names_before_rows(tmp_path, data_dir, monkeypatch):
    synced: dict[int, int] = {}  # inode: when it was last brought to disk
    named: dict[Path, int] = {}
    clock = iter(range(10**9))
    fsync, replace = os.fsync, os.replace

    def note_sync(descriptor):
        fsync(descriptor)
        synced[os.fstat(descriptor).st_ino] = next(clock)

    def note_name(source, target):
        if Path(target).is_relative_to(data_dir):
            assert os.stat(source).st_ino in synced
            named[Path(target)] = next(clock)
        replace(source, target)

    def look():
        assert len(named) > Image.objects.count() > 0
        assert all(synced[path.parent.stat().st_ino] > when for path, when in named.items())

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(os, "replace", note_name)
    load(write_folder(tmp_path / "study"), audit.OPERATOR, Way(closing=look))


def test_names_that_another_load_left_are_brought_to_disk_before_they_are_trusted(data_dir, monkeypatch):
    store, synced, fsync = FileStore(data_dir), set(), os.fsync
    digest = store.keep("derivatives", b"grey values", ".gz")

    def note(descriptor):
        fsync(descriptor)
        synced.add(os.fstat(descriptor).st_ino)

    monkeypatch.setattr(os, "fsync", note)
    staged = Staging(store)
    staged.keep("derivatives", b"grey values", ".gz", digest)
    staged.settle()
    assert store.path("derivatives", digest).parent.stat().st_ino in synced


def test_no_file_is_taken_for_another_original_that_is_vaulted(data_dir, tmp_path):
    victim, hostile = FileStore(data_dir).keep("vault", b"another's original"), tmp_path / "a.png"
    hostile.write_bytes(b"of a child that was taken over")
    with pytest.raises(OSError, match=r"a\.png changed"):
        Staging(FileStore(data_dir)).keep_original(hostile, victim)


@pytest.mark.django_db
def test_what_was_written_aside_long_ago_is_swept(tmp_path, data_dir):
    target = FileStore(data_dir).path("vault", "0" * 64)
    long_ago, lately = (filestore.write_aside(target, [b"half a file"]) for _ in range(2))
    os.utime(long_ago, times=(time.time() - 2 * filestore.DAY,) * 2)
    load(write_folder(tmp_path / "study"), audit.OPERATOR)
    assert lately.exists() and not long_ago.exists()


@pytest.mark.django_db
def test_a_load_that_fails_while_it_names_its_files_leaves_none(tmp_path, data_dir, monkeypatch):
    replace, left = os.replace, iter(range(5))

    def full(source, target):
        if Path(target).is_relative_to(data_dir) and next(left, None) is None:
            raise OSError("No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        load(write_folder(tmp_path / "study"), audit.OPERATOR)
    assert kept(data_dir) == []
