"""A study as a folder: study.yaml, cases.csv, truth.csv, readers.csv, checked together first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from studies.protocol import Protocol, parse
from studies.refusals import Refusal, Refused
from studies.tables import Table, read_table
from studies.truth import TruthEntry
from studies.truth_rows import read_truth

CASE_COLUMNS = ("case", "case_set", "image")
CASE_EXTRAS = ("truth", "patient", "region", "history", "diagnosis", "explanation", "view")
LONGEST = {"case": 100, "case_set": 64, "image": 255, "patient": 100, "region": 100, "view": 64}
LONGEST_OF_READER = {
    "name": 200,
    "email": 254,
    "specialty": 100,
    "institution": 200,
    "country": 100,
    "arm": 64,
}
# These belong to the case: every row of it must say the same.
OF_THE_CASE = ("case_set", "truth", "patient", "region", "history", "diagnosis", "explanation")
READER_COLUMNS = ("name", "email", "specialty", "years", "institution", "country", "arm")


@dataclass(frozen=True)
class ImageEntry:
    """One image of a case: a file, or a folder that is a stack."""

    path: Path
    name: str
    view: str


@dataclass(frozen=True)
class CaseEntry:
    """One case as cases.csv and truth.csv have it."""

    code: str
    case_set: str
    patient: str
    region: str
    history: str
    truth: TruthEntry
    images: tuple[ImageEntry, ...]


@dataclass(frozen=True)
class ReaderEntry:
    """One line of readers.csv."""

    name: str
    email: str
    specialty: str
    years: int | None
    institution: str
    country: str
    arm: str


@dataclass(frozen=True)
class StudyFolder:
    """Everything that a study's folder says, its pixels aside."""

    protocol: Protocol
    cases: tuple[CaseEntry, ...]
    readers: tuple[ReaderEntry, ...]
    warnings: tuple[str, ...]


def read_folder(folder: Path, study_sets: frozenset[str] = frozenset()) -> StudyFolder:
    """Reads and checks a folder; raises Refused with everything that is wrong.

    `study_sets`: the case sets of a study that the folder's cases join.
    """
    if not folder.is_dir():
        raise Refused(
            [Refusal(str(folder), "There is no such folder.", "Name a folder that holds study.yaml.")]
        )
    refusals: list[Refusal] = []
    warnings: list[str] = []
    protocol = parse(_text(folder, "study.yaml"))
    rows = read_table(_text(folder, "cases.csv"), "cases.csv", CASE_COLUMNS, CASE_EXTRAS, refusals, warnings)
    apart = _text(folder, "truth.csv") if (folder / "truth.csv").exists() else None
    truths = read_truth(protocol, rows, apart, refusals, warnings)
    cases = _cases(folder, rows, truths, refusals)
    readers = _readers(folder, protocol, refusals, warnings)
    _check_case_sets(protocol, cases, study_sets, refusals, warnings)
    _check_histories(protocol, cases, warnings)
    if refusals:
        raise Refused(refusals)
    return StudyFolder(protocol, cases, readers, tuple(warnings))


def unnamed(folder: Path, study: StudyFolder) -> list[str]:
    """Files of a folder that nothing in it names."""
    named = {image.path for case in study.cases for image in case.images}
    tables = {"study.yaml", "cases.csv", "truth.csv", study.protocol.readers}
    names = []
    for file in sorted(path for path in folder.resolve().rglob("*") if path.is_file()):
        name = file.relative_to(folder.resolve()).as_posix()
        if name not in tables and not named & {file, *file.parents}:
            names.append(name)
    return names


def _text(folder: Path, name: str) -> str:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise Refused([Refusal(name, "It lies outside the folder.", "Move the file inside.")])
    if not path.is_file():
        raise Refused([Refusal(name, f"{folder} does not hold it.", "Add the file.")])
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Refused([Refusal(name, "It is not UTF-8 text.", "Save it as UTF-8.")]) from None
    except OSError as error:
        raise Refused(
            [Refusal(name, f"It cannot be read: {error.strerror}.", "Mend its permissions.")]
        ) from None


def _cases(
    folder: Path, table: Table, truths: dict[str, TruthEntry], refusals: list[Refusal]
) -> tuple[CaseEntry, ...]:
    grouped: dict[str, list[int]] = {}
    for index, row in enumerate(table.rows):
        refusals += table.too_long(index, LONGEST)
        grouped.setdefault(row["case"], []).append(index)
    images = {index: _image(folder, table, index, refusals) for index in range(len(table.rows))}
    _check_files_once(table, images, refusals)
    cases = []
    for code, indices in grouped.items():
        first = table.rows[indices[0]]
        _check_agreement(table, indices, refusals)
        entries = tuple(image for index in indices if (image := images[index]))
        truth = truths.get(code)
        if truth is None:
            continue  # refused where truth was read
        cases.append(
            CaseEntry(
                code, first["case_set"], first["patient"], first["region"], first["history"], truth, entries
            )
        )
    return tuple(cases)


def _image(folder: Path, table: Table, index: int, refusals: list[Refusal]) -> ImageEntry | None:
    row = table.rows[index]
    path = (folder / row["image"]).resolve()
    if not path.is_relative_to(folder.resolve()):
        refusals.append(
            table.refusal(index, f"{row['image']} lies outside the folder.", "Move the image inside.")
        )
        return None
    if not path.exists():
        refusals.append(
            table.refusal(
                index, f"Case {row['case']} names {row['image']}, which is missing.", "Add the file."
            )
        )
        return None
    within = path.rglob("*") if path.is_dir() else ()
    if any(not file.resolve().is_relative_to(folder.resolve()) for file in within):
        refusals.append(table.refusal(index, f"{row['image']} links outside the folder.", "Copy the files."))
        return None
    return ImageEntry(path, row["image"], row["view"])


def _check_agreement(table: Table, indices: list[int], refusals: list[Refusal]) -> None:
    first = table.rows[indices[0]]
    for index in indices[1:]:
        for column in OF_THE_CASE:
            if table.rows[index][column] not in ("", first[column]):
                rule = f"Case {first['case']} has two values of {column}."
                refusals.append(
                    table.refusal(index, rule, "Rows of one case are its images: make them agree.")
                )


def _check_files_once(table: Table, images: dict[int, ImageEntry | None], refusals: list[Refusal]) -> None:
    seen: dict[Path, str] = {}
    for index, image in images.items():
        if image is None:
            continue
        code = table.rows[index]["case"]
        if image.path in seen:
            rule = f"{image.name} is already an image of case {seen[image.path]}."
            refusals.append(table.refusal(index, rule, "Name each file once: remove the duplicate row."))
        seen.setdefault(image.path, code)


def _readers(
    folder: Path, protocol: Protocol, refusals: list[Refusal], warnings: list[str]
) -> tuple[ReaderEntry, ...]:
    if not protocol.readers:
        return ()
    text, found = _text(folder, protocol.readers), []
    table = read_table(text, protocol.readers, ("name",), READER_COLUMNS[1:], refusals, warnings)
    for index, row in enumerate(table.rows):
        refusals += table.too_long(index, LONGEST_OF_READER)
        years = table.number(index, "years", refusals)
        if years is not None and not (0 <= years <= 80 and years == int(years)):
            refusals.append(
                table.refusal(index, f"{row['years']} years in practice.", "Write 0 to 80, whole.")
            )
        if row["email"] and "@" not in row["email"]:
            refusals.append(
                table.refusal(index, f"{row['email']!r} is no e-mail address.", "Mend or empty it.")
            )
        words = {column: row[column] for column in READER_COLUMNS if column != "years"}
        found.append(ReaderEntry(**words, years=None if years is None else int(years)))
    for column in ("name", "email"):
        twice = [value for value, n in Counter(getattr(r, column) for r in found).items() if value and n > 1]
        for value in twice:
            refusals.append(
                Refusal(protocol.readers, f"The {column} {value!r} stands twice.", "Keep one row.")
            )
    return tuple(found)


def _check_histories(protocol: Protocol, cases: tuple[CaseEntry, ...], warnings: list[str]) -> None:
    """A history is shown before the reveal as well."""
    for case in cases if protocol.revealing else ():
        for term in protocol.truth.named_in(case.history):
            warnings.append(
                f"cases.csv: the history of case {case.code} names “{term}”; readers will see it."
            )


def _check_case_sets(
    protocol: Protocol,
    cases: tuple[CaseEntry, ...],
    study_sets: frozenset[str],
    refusals: list[Refusal],
    warnings: list[str],
) -> None:
    there = {case.case_set for case in cases}
    named = {session.case_set for session in protocol.sessions}
    for missing in sorted(named - there - study_sets):
        refusals.append(
            Refusal(
                "cases.csv", f"The case set {missing!r} has no cases.", "Mend case_set here or in study.yaml."
            )
        )
    for unused in sorted(there - named):
        warnings.append(f"cases.csv: no session draws from the case set {unused!r}.")
