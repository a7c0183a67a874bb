"""Unpacks a zip from somebody else: whole or not at all, within limits, and never outside its folder."""

from __future__ import annotations

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from studies.refusals import Refusal, Refused

CHUNK = 1 << 20
END = b"PK\x05\x06"
END_SIZE, LONGEST_COMMENT = 22, 65_535
END64 = re.compile(rb"PK\x06\x06")
JUNK_FOLDERS = {"__macosx", ".git", ".svn"}
JUNK_FILES = {".ds_store", "thumbs.db", "desktop.ini", "dicomdir"}
ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")
ARCHIVE_STARTS = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
UTF8_NAME, ENCRYPTED = 0x800, 0x1
JUNK = Refusal("", "Such files belong to a computer or a disc, not to a study.", "Nothing needs to be done.")


@dataclass(frozen=True)
class Limits:
    """What one archive may hold."""

    files: int
    bytes: int
    ratio: int = 200  # of an entry of more than `free_bytes`
    free_bytes: int = 64 * 1024 * 1024
    longest_name: int = 255
    deepest: int = 20


@dataclass(frozen=True)
class Entry:
    """A file of the archive, under a name that is safe."""

    info: zipfile.ZipInfo
    name: PurePosixPath


def unpack(source: Path, to: Path, limits: Limits, tick: Callable[[int, int], None]) -> list[Refusal]:
    """Writes all files below `to` and answers those left out as junk; Refused names all that is wrong."""
    _check_directory(source, limits)
    try:
        with zipfile.ZipFile(source) as archive:
            entries, junk = _checked(archive, limits)
            for number, entry in enumerate(entries):
                tick(number, len(entries))
                _write(archive, entry, to)
            tick(len(entries), len(entries))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error) as error:
        raise _refused(f"It is no sound zip file ({error}).", "Make it again.") from error
    return junk


def _refused(rule: str, remedy: str, file: str = "the zip file") -> Refused:
    return Refused([Refusal(file, rule, remedy)])


def _check_directory(source: Path, limits: Limits) -> None:
    """The directory is read into memory as a whole: its size is looked at first."""
    size = source.stat().st_size
    with source.open("rb") as file:
        file.seek(max(0, size - END_SIZE - LONGEST_COMMENT - 20 - 56))
        tail = file.read()
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < END_SIZE:
        raise _refused("It is no sound zip file.", "Make it again; other archives are not taken.")
    entries, directory = struct.unpack_from("<HI", tail, at + 10)
    for found in END64.finditer(tail, 0, at):  # all: which of them counts is for the unpacker to say
        if len(tail) - found.start() >= 56:
            more, larger = struct.unpack_from("<QQ", tail, found.start() + 32)
            entries, directory = max(entries, more), max(directory, larger)
    if entries > limits.files or directory > 512 * limits.files:
        raise _refused(
            f"It holds {entries:,} files; {limits.files:,} is the limit.", "Split it, or leave files out."
        )


def _checked(archive: zipfile.ZipFile, limits: Limits) -> tuple[list[Entry], list[Refusal]]:
    refusals: list[Refusal] = []
    junk: list[Refusal] = []
    entries: list[Entry] = []
    for info in archive.infolist():
        fault, name = _name_of(info, limits)
        if name is not None and not fault and _is_junk(name):
            junk.append(Refusal(str(name), JUNK.rule, JUNK.remedy))
            continue
        fault = fault or _fault_of(info, limits)
        if fault:
            refusals.append(Refusal(_shown(info.orig_filename), *fault))
        elif name is not None and not info.is_dir():
            entries.append(Entry(info, name))
    refusals += _doubled(entries)
    total = sum(entry.info.file_size for entry in entries)
    if total > limits.bytes:
        rule = f"Its files have {total / 1e6:,.0f} MB unpacked; {limits.bytes / 1e6:,.0f} MB is the limit."
        refusals.append(Refusal("the zip file", rule, "Split it."))
    if len(entries) > limits.files:
        rule = f"It holds {len(entries):,} files; {limits.files:,} is the limit."
        refusals.append(Refusal("the zip file", rule, "Split it, or leave files out."))
    if refusals:
        raise Refused(refusals)
    return entries, junk


def _name_of(info: zipfile.ZipInfo, limits: Limits) -> tuple[tuple[str, str] | None, PurePosixPath | None]:
    """What is wrong with a name, or the name."""
    text = info.orig_filename
    if not info.flag_bits & UTF8_NAME:
        try:
            text = text.encode("cp437").decode("utf-8")
        except UnicodeError:
            return ("Its name is not in UTF-8.", "Rename it with plain letters and zip again."), None
    text = unicodedata.normalize("NFC", text)
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co"} for letter in text):
        return ("Its name has characters that cannot be seen.", "Rename it."), None
    parts = text.rstrip("/").split("/")
    outside = text.startswith("/") or "\\" in text or ":" in parts[0] or {"..", ".", ""} & set(parts)
    if outside:
        return ("Its name leads outside the archive, or is no plain path.", "Rename it."), None
    if len(parts) > limits.deepest or len(text) > limits.longest_name:
        return (
            f"Its path has more than {limits.longest_name} letters or lies too deep.",
            "Shorten it.",
        ), None
    if any(len(part.encode()) > 255 for part in parts):
        return ("Its name is too long.", "Shorten it."), None
    return None, PurePosixPath(text)


def _is_junk(name: PurePosixPath) -> bool:
    parts = [part.lower() for part in name.parts]
    return bool(JUNK_FOLDERS & set(parts)) or parts[-1] in JUNK_FILES or parts[-1].startswith("._")


def _fault_of(info: zipfile.ZipInfo, limits: Limits) -> tuple[str, str] | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if info.flag_bits & ENCRYPTED:
        return "It is encrypted.", "Zip it without a password."
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "It is a link or a device, not a file.", "Put the file itself into the archive."
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "It is packed by an unusual method.", "Zip it with the usual one (deflate)."
    if info.filename.lower().endswith(ARCHIVES):
        return "It is an archive within the archive.", "Unpack it first."
    if info.file_size > limits.free_bytes and info.file_size > limits.ratio * max(1, info.compress_size):
        return (
            f"It unpacks to more than {limits.ratio} times its size.",
            "Leave it out: it looks like a trap.",
        )
    return None


def _doubled(entries: list[Entry]) -> list[Refusal]:
    """Names that one file system or another takes for the same, and files where folders are needed."""
    seen: dict[str, PurePosixPath] = {}
    folders = {str(parent).casefold() for entry in entries for parent in entry.name.parents}
    refusals = []
    for entry in entries:
        key = str(entry.name).casefold()
        if key in seen:
            refusals.append(
                Refusal(str(entry.name), f"Its name is that of {seen[key]}.", "Rename one of them.")
            )
        elif key in folders:
            refusals.append(
                Refusal(str(entry.name), "It is a file and a folder at once.", "Rename one of them.")
            )
        seen.setdefault(key, entry.name)
    return refusals


def _write(archive: zipfile.ZipFile, entry: Entry, to: Path) -> None:
    target = to / entry.name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    left = entry.info.file_size
    with archive.open(entry.info) as packed, target.open("xb") as file:
        while chunk := packed.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise _refused("It unpacks to more than it says.", "Leave it out.", str(entry.name))
            file.write(chunk)
    with target.open("rb") as file:
        if file.read(4).startswith(ARCHIVE_STARTS):
            raise _refused("It is an archive within the archive.", "Unpack it first.", str(entry.name))


def _shown(name: str) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in name)[:200] or "(no name)"
