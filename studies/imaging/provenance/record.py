"""What a file says of its origin, as frozen records; and how it crosses from the child process.

Every record that comes back from a child is built anew with bounds on counts and lengths, for a hostile file
may have written it."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import IO, Any, Literal, TypeVar

from pydicom._private_dict import private_dictionaries

from studies.imaging.provenance.generators import known_generator

HEAD = struct.Struct("<I")
LONGEST = 4 * 1024 * 1024
MOST = 32  # of each kind of record in one image
LONGEST_TEXT = 300

# https://cv.iptc.org/newscodes/digitalsourcetype/, and (0008,001C) Synthetic Data of DICOM PS3.3 C.12.1
SYNTHETIC_DATA = "dicomSyntheticData"
GENERATED = {
    "trainedAlgorithmicMedia",
    "compositeWithTrainedAlgorithmicMedia",
    "compositeSynthetic",
    "algorithmicMedia",
    SYNTHETIC_DATA,
}
CAPTURED = {"digitalCapture", "computationalCapture", "negativeFilm", "positiveFilm", "print"}

# Where a program or a device stands. Any other text may name a person, as the keys of a PNG may.
OF_PROGRAMS = {
    *(f"{kind} {name}" for kind in ("EXIF", "TIFF") for name in ("Software", "Make", "Model")),
    *("XMP CreatorTool", "XMP DigitalSourceType", "XMP DigitalSourceFileType", "XMP AISystemUsed"),
    *("PNG Software", "DICOM ImageType", "DICOM ConversionType", "DICOM SyntheticData"),
    *(
        f"DICOM {of}{name}"
        for of in ("", "SecondaryCaptureDevice", "ContributingEquipment ")
        for name in ("Manufacturer", "ManufacturerModelName", "SoftwareVersions")
    ),
}
PNG_KEYS = {f"PNG {key}" for key in ("Comment", "Description", "parameters", "prompt", "workflow")}

SignatureState = Literal["verified", "broken", "not verifiable"]
WORST_FIRST: tuple[SignatureState, ...] = ("broken", "not verifiable", "verified")
Record = TypeVar("Record")


@dataclass(frozen=True)
class Action:
    """What a manifest says was done, by which software, and what kind of source came of it."""

    action: str
    source_type: str = ""
    agent: str = ""


@dataclass(frozen=True)
class Code:
    """One validation code. `kind`: success, informational or failure. `recorded` ones are the word of the
    signer who took an ingredient in; the others were found here."""

    kind: str
    code: str
    recorded: bool = False


@dataclass(frozen=True)
class Manifest:
    """One C2PA manifest, the active one or an ingredient's."""

    label: str
    active: bool
    generators: tuple[str, ...]
    actions: tuple[Action, ...]
    issuer: str = ""
    common_name: str = ""
    algorithm: str = ""
    signed_time: str = ""
    codes: tuple[Code, ...] = ()
    ingredients: tuple[str, ...] = ()


@dataclass(frozen=True)
class Text:
    """A text in the file that tells where it came from, and the known generator that it names."""

    place: str
    text: str
    generator: str = ""

    @classmethod
    def found(cls, place: str, text: str) -> Text:
        """From the whole text, of which only the beginning is kept."""
        return cls(place[:LONGEST_TEXT], text[:LONGEST_TEXT], known_generator(text) or "")

    @property
    def shown_place(self) -> str:
        """For pages: the place, without a key that the file's writer chose."""
        is_free = self.place.startswith("PNG ") and self.place not in OF_PROGRAMS | PNG_KEYS
        return "PNG text" if is_free else self.place

    @property
    def shown(self) -> str:
        """For pages: words of programs and devices; of any other text its length, for it may be a name."""
        if self.place in OF_PROGRAMS or self.text in private_dictionaries:
            return self.text
        named = f", names {self.generator}" if self.generator else ""
        return f"free text, {len(self.text)} characters{named}"


@dataclass(frozen=True)
class DicomSignature:
    """One item of (FFFA,FFFA) Digital Signatures Sequence."""

    state: SignatureState
    reason: str
    subject: str = ""
    algorithm: str = ""
    signed_time: str = ""
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Provenance:
    """All that one image says; `failures` are sentences about what could not be read, `left_out` counts
    records beyond the bounds."""

    manifests: tuple[Manifest, ...] = ()
    state: str = ""
    texts: tuple[Text, ...] = ()
    signatures: tuple[DicomSignature, ...] = ()
    failures: tuple[str, ...] = ()
    left_out: int = 0

    @property
    def source_types(self) -> tuple[str, ...]:
        """The last words of every digitalSourceType, in manifests and texts."""
        found = {action.source_type for each in self.manifests for action in each.actions}
        found |= {text.text for text in self.texts if text.place.endswith("DigitalSourceType")}
        found |= {SYNTHETIC_DATA for text in self.texts if text == SAYS_SYNTHETIC}
        return tuple(sorted({source.rstrip("/").rsplit("/", 1)[-1] for source in found if source}))

    @property
    def generators(self) -> tuple[str, ...]:
        """Known generators that are named anywhere."""
        said: list[str] = []
        for each in self.manifests:
            said += [*each.generators, *(action.agent for action in each.actions), each.issuer]
        names = {known_generator(text) or "" for text in said} | {text.generator for text in self.texts}
        return tuple(sorted(names - {""}))

    @property
    def says_generated(self) -> tuple[str, ...]:
        """What in the file says that it was generated."""
        kinds = [f"its source type is {kind}" for kind in self.source_types if kind in GENERATED]
        return (*kinds, *(f"it names {name}" for name in self.generators))

    @property
    def says_captured(self) -> tuple[str, ...]:
        """What in the file says that a device took it."""
        kinds = [f"its source type is {kind}" for kind in self.source_types if kind in CAPTURED]
        signed = dict.fromkeys(s.subject for s in self.signatures if s.state == "verified")
        return (*kinds, *(f"its DICOM signature by {subject} holds" for subject in signed))

    @property
    def signature_state(self) -> str:
        """Of the DICOM signatures together: the worst one's, or absent."""
        states = {signature.state for signature in self.signatures}
        return next(
            (state for state in ("broken", "not verifiable", "verified") if state in states), "absent"
        )

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Provenance:
        """From plain values, bounded; TypeError, KeyError or ValueError where they are none of a record."""
        return cls(
            manifests=_each(said["manifests"], _manifest),
            state=_text(said["state"]),
            texts=_each(said["texts"], lambda row: Text(**{name: _text(row[name]) for name in TEXT_FIELDS})),
            signatures=_each(said["signatures"], _signature),
            failures=_each(said["failures"], _text),
            left_out=max(0, min(int(said["left_out"]), 10**9)),
        )


TEXT_FIELDS = ("place", "text", "generator")
SAYS_SYNTHETIC = Text("DICOM SyntheticData", "YES")


def merged(found: Iterable[Provenance]) -> Provenance:
    """Of all files of a stack: what they say alike is kept once; what tells most comes before the bounds."""
    each = list(found)
    manifests = dict.fromkeys(row for one in each for row in one.manifests)
    texts = dict.fromkeys(row for one in each for row in one.texts)
    signatures = dict.fromkeys(row for one in each for row in one.signatures)
    failures = dict.fromkeys(row for one in each for row in one.failures)
    telling = sorted(texts, key=lambda text: not Provenance(texts=(text,)).says_generated)
    worst = sorted(signatures, key=lambda one: WORST_FIRST.index(one.state))
    counts = [len(manifests), len(texts), len(signatures), len(failures)]
    return Provenance(
        manifests=tuple(manifests)[:MOST],
        state=", ".join(sorted({one.state for one in each if one.state})),
        texts=tuple(telling[:MOST]),
        signatures=tuple(worst[:MOST]),
        failures=tuple(failures)[:MOST],
        left_out=sum(max(0, count - MOST) for count in counts) + sum(one.left_out for one in each),
    )


def send(provenance: Provenance, stream: IO[bytes]) -> None:
    """From the child."""
    bounded = Provenance.from_json(provenance.to_json())
    plain = json.dumps(bounded.to_json()).encode()
    stream.write(HEAD.pack(len(plain)) + plain)
    stream.flush()


def receive(stream: IO[bytes]) -> Provenance:
    """In the parent: EOFError if the child ended; ValueError, TypeError or KeyError if it sent nonsense."""
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        raise EOFError
    (length,) = HEAD.unpack(head)
    if length > LONGEST:
        raise ValueError("too long a record")
    plain = stream.read(length)
    if len(plain) < length:
        raise EOFError
    return Provenance.from_json(json.loads(plain))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is missing")
    return "".join(c if c.isprintable() else " " for c in value[:LONGEST_TEXT]).strip()


def _each(rows: Any, made: Callable[[Any], Record]) -> tuple[Record, ...]:
    if not isinstance(rows, list | tuple):
        raise TypeError("a list is missing")
    return tuple(made(row) for row in rows[:MOST])


def _manifest(row: Mapping[str, Any]) -> Manifest:
    plain = ("label", "issuer", "common_name", "algorithm", "signed_time")
    return Manifest(
        **{name: _text(row[name]) for name in plain},
        active=bool(row["active"]),
        generators=_each(row["generators"], _text),
        actions=_each(
            row["actions"],
            lambda one: Action(_text(one["action"]), _text(one["source_type"]), _text(one["agent"])),
        ),
        codes=_each(
            row["codes"], lambda one: Code(_text(one["kind"]), _text(one["code"]), bool(one["recorded"]))
        ),
        ingredients=_each(row["ingredients"], _text),
    )


def _signature(row: Mapping[str, Any]) -> DicomSignature:
    state = row["state"]
    if state not in {"verified", "broken", "not verifiable"}:
        raise ValueError("no state of a signature")
    plain = ("reason", "subject", "algorithm", "signed_time")
    return DicomSignature(
        state=state,
        **{name: _text(row[name]) for name in plain},
        tags=_each(row["tags"], _text),
        notes=_each(row["notes"], _text),
    )
