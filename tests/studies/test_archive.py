"""Zips from somebody else: taken whole or refused with every reason, and never outside their folder."""

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from studies.imports.archive import Limits, unpack
from studies.refusals import Refusal, Refused

LIMITS = Limits(files=20, bytes=10_000_000, free_bytes=100_000)


@pytest.fixture
def to(tmp_path: Path) -> Path:
    folder = tmp_path / "deep" / "files"
    folder.mkdir(parents=True)
    return folder


def zipped(tmp_path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    path = tmp_path / "upload.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


def unpacked(path: Path, to: Path, limits: Limits = LIMITS) -> list[Refusal]:
    return unpack(path, to, limits, lambda done, total: None)


def refused(path: Path, to: Path, limits: Limits = LIMITS) -> str:
    with pytest.raises(Refused) as reasons:
        unpacked(path, to, limits)
    outside = [file for file in to.parents[1].rglob("*") if file.is_file() and to not in file.parents]
    assert outside == [path]
    return str(reasons.value)


def entry(name: str, mode: int = 0, flags: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr, info.flag_bits, info.create_system = mode << 16, flags, 3
    return info


def test_a_plain_zip_is_unpacked(tmp_path, to):
    path = zipped(tmp_path, ("a/b.txt", b"1"), ("Köln.txt", b"2"), ("a/", b""))
    assert unpacked(path, to) == []
    assert {file.name: file.read_bytes() for file in to.rglob("*.txt")} == {"b.txt": b"1", "Köln.txt": b"2"}


@pytest.mark.parametrize("name", ["../out", "/etc/x", "a/../../out", "C:/x", "a\\..\\x", "a//b", "./a", ""])
def test_a_path_that_leads_outside_is_refused(tmp_path, to, name):
    assert "leads outside" in refused(zipped(tmp_path, (entry(name), b"x")), to)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(tmp_path, to, kind):
    assert "not a file" in refused(zipped(tmp_path, (entry("x", kind | 0o777), b"/etc/passwd")), to)


def test_a_bomb_is_refused_by_its_ratio(tmp_path, to):
    assert "200 times" in refused(zipped(tmp_path, ("bomb", b"\0" * 1_000_000)), to)


def test_many_megabytes_are_refused_before_any_is_written(tmp_path, to):
    path = zipped(tmp_path, *((f"{n}", bytes([n]) * 90_000) for n in range(4)))
    assert "MB is the limit" in refused(path, to, Limits(20, 200_000))
    assert not list(to.iterdir())


def test_a_size_that_lies_is_found(tmp_path, to):
    path = zipped(tmp_path, ("x", b"abc" * 30_000))
    data = path.read_bytes()
    path.write_bytes(data.replace((90_000).to_bytes(4, "little"), (9).to_bytes(4, "little")))
    assert "no sound zip" in refused(path, to)


def test_too_many_files_are_refused_by_the_directory_alone(tmp_path, to):
    path = zipped(tmp_path, *((f"{n}", b"") for n in range(21)))
    assert "It holds 21 files; 20 is the limit" in refused(path, to)


def test_a_directory_that_lies_about_its_count_is_found(tmp_path, to):
    path = zipped(tmp_path, *((f"{n}", b"") for n in range(21)))
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x05\x06")
    data[at + 8 : at + 12] = (1).to_bytes(2, "little") * 2
    path.write_bytes(data)
    assert "20 is the limit" in refused(path, to)


@pytest.mark.parametrize("name", ["inner.zip", "inner.bin"])
def test_an_archive_within_is_refused(tmp_path, to, name):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x", b"y")
    assert "archive within" in refused(zipped(tmp_path, (name, inner.getvalue())), to)


def test_an_encrypted_entry_is_refused(tmp_path, to):
    path = zipped(tmp_path, ("x", b"abc"))
    data = bytearray(path.read_bytes())
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert "It is encrypted" in refused(path, to)


@pytest.mark.parametrize("names", [("a.png", "A.PNG"), ("é.png", "e\u0301.png"), ("a", "a/b")])
def test_names_that_a_disk_may_take_for_one_are_refused(tmp_path, to, names):
    said = refused(zipped(tmp_path, *((name, b"x") for name in names)), to)
    assert "Rename one of them" in said


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused(tmp_path, to):
    assert "Its name is that of x" in refused(zipped(tmp_path, ("x", b"1"), ("x", b"2")), to)


@pytest.mark.parametrize("name", ["a\u202egnp.exe", "a\x01b", "x" * 300, "d/" * 30 + "x"])
def test_odd_names_are_refused(tmp_path, to, name):
    assert refused(zipped(tmp_path, (name, b"x")), to)


def test_a_name_in_another_encoding_is_refused_and_utf_8_without_its_flag_is_taken(tmp_path, to):
    path = zipped(tmp_path, ("MMMM.txt", b"x"))
    plain = path.read_bytes()
    path.write_bytes(plain.replace(b"MMMM", "Köö"[:2].encode() + b"l"))
    assert unpacked(path, to) == [] and (to / "Köl.txt").exists()
    path.write_bytes(plain.replace(b"MMMM", b"K\xf6ln"))
    assert "not in UTF-8" in refused(path, to)


def test_what_belongs_to_a_computer_is_left_out_with_a_reason(tmp_path, to):
    names = ["__MACOSX/a/._b.dcm", "a/.DS_Store", "Thumbs.db", "DICOMDIR", "a/b.dcm"]
    left_out = unpacked(zipped(tmp_path, *((name, b"x") for name in names)), to)
    assert [refusal.file for refusal in left_out] == names[:4] and all(refusal.rule for refusal in left_out)
    assert [file.name for file in to.rglob("*") if file.is_file()] == ["b.dcm"]


def test_a_second_end_of_the_directory_does_not_hide_the_first(tmp_path, to):
    path = zipped(tmp_path, ("a", b"1"))
    data, at = path.read_bytes(), path.read_bytes().rfind(b"PK\x05\x06")
    end64 = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 10**6, 10**6, 10**9, 0)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, int.from_bytes(b"PK\6\6", "little"), 1)  # looks like an end
    path.write_bytes(data[:at] + end64 + locator + data[at:-2] + struct.pack("<H", 60) + bytes(60))
    assert "1,000,000 files" in refused(path, to)


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x05\x06"])
def test_what_is_no_zip_is_refused(tmp_path, to, data):
    path = tmp_path / "upload.zip"
    path.write_bytes(data)
    assert "no sound zip" in refused(path, to)


def test_a_damaged_zip_is_refused(tmp_path, to):
    path = zipped(tmp_path, ("x", bytes(range(256)) * 100))
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)
    assert "no sound zip" in refused(path, to)


def test_every_fault_is_told_at_once(tmp_path, to):
    said = refused(zipped(tmp_path, ("../x", b"1"), ("y.zip", b"2"), (entry("z", stat.S_IFLNK), b"3")), to)
    assert [part in said for part in ("leads outside", "archive within", "a link")] == [True] * 3
