"""The demonstration study: whole, reproducible, neutral before the reveal, and no tell but the picture."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from studies import audit, truth
from studies.filestore import FRAME_SUFFIXES, FileStore
from studies.imaging.coding import bucket
from studies.imaging.refilling import bare
from studies.ingest.load import load
from studies.models import Image
from studies.phantoms import generate
from studies.phantoms.making import CASES, plan, render
from studies.phantoms.rendering import Grey12
from studies.protocol import Protocol, parse

SEED = 20260301
TELLING = re.compile(r"synthetic|authentic|generat|artificial|\bAI\b|gpt|fake|real", re.IGNORECASE)
Row = dict[str, str]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantoms")
    generate(folder, SEED)
    return folder


@pytest.fixture(scope="module")
def rows(study: Path) -> list[Row]:
    with (study / "cases.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.fixture(scope="module")
def headers(study: Path, rows: list[Row]) -> list[tuple[Row, Dataset]]:
    return [(row, dcmread(study / row["image"])) for row in rows]


@pytest.fixture(scope="module")
def protocol(study: Path) -> Protocol:
    return parse((study / "study.yaml").read_text(encoding="utf-8"))


def test_the_protocol_is_one_and_asks_every_kind_of_question(protocol: Protocol) -> None:
    assert (protocol.slug, protocol.demonstration, protocol.seed) == ("demo-phantoms", True, SEED)
    kinds = {question.kind for question in protocol.questions}
    assert kinds == {"choice", "scale", "multichoice", "text", "number", "slider", "mark"}
    assert [(one.condition, one.reveal, one.repeats) for one in protocol.sessions] == [
        ("blinded", False, 0.0),
        ("informed", True, 0.1),
    ]


def test_nothing_shown_before_the_reveal_tells(protocol: Protocol, rows: list[Row]) -> None:
    first = protocol.sessions[0]
    asked = [protocol.question(key) for key in (*first.questions, *first.exit_questions)]
    shown = [protocol.title, protocol.consent, first.title, first.briefing, *(row["history"] for row in rows)]
    shown += [question.label for question in asked]
    shown += [choice.label for question in asked for choice in question.choices]
    assert not [words for words in shown if TELLING.search(words)]


def test_both_truths_have_as_many_of_each_region_and_photometric(headers: list[tuple[Row, Dataset]]) -> None:
    kinds = Counter((row["truth"], row["region"], file.PhotometricInterpretation) for row, file in headers)
    assert len(headers) == CASES == 24
    for region in ("chest", "hand"):
        for photometric, count in (("MONOCHROME1", 1), ("MONOCHROME2", 5)):
            assert kinds["authentic", region, photometric] == kinds["synthetic", region, photometric] == count


def test_codes_run_on_and_their_order_does_not_tell(rows: list[Row]) -> None:
    assert [row["case"] for row in rows] == [f"C{number:03}" for number in range(1, 25)]
    truths = [row["truth"] for row in rows]
    changes = sum(one != other for one, other in zip(truths, truths[1:], strict=False))
    assert 6 <= changes <= 17


def test_every_case_is_of_a_patient_of_its_own_with_a_history(rows: list[Row]) -> None:
    assert len({row["patient"] for row in rows}) == 24
    assert all(re.fullmatch(r"\d\d years, (fe)?male\. [A-Z].+\.", row["history"]) for row in rows)


def test_headers_have_the_same_elements_and_names_to_be_hidden(headers: list[tuple[Row, Dataset]]) -> None:
    assert len({tuple(element.keyword for element in file) for _, file in headers}) == 1
    assert len({len((file.Rows, file.Columns)) for _, file in headers}) == 1
    assert {(file.Rows, file.Columns, file.BitsStored) for _, file in headers} == {(1280, 1024, 12)}
    assert all(file.PatientName and file.PatientID and file.PatientBirthDate for _, file in headers)
    assert not [row for row, file in headers if TELLING.search(file.to_json().split('"7FE00010"')[0])]


@pytest.mark.django_db
def test_both_truths_have_the_same_stored_sizes_at_hardly_any_cost(study: Path, data_dir: Path) -> None:
    """Buckets would hold 23 frames in one size and 1 in the next."""
    load(study, audit.OPERATOR)
    store, buckets = FileStore(data_dir), 0
    sizes: dict[int, set[tuple[int, ...]]] = defaultdict(set)
    for image in Image.objects.prefetch_related("frames"):
        stored = [store.read("derivatives", image.frames.get().sha256, suffix) for suffix in FRAME_SUFFIXES]
        sizes[truth.for_leak_audit(image.case.study)[image.case_id]].add(tuple(map(len, stored)))
        buckets += bucket(bare(stored[0], stored[1]).needed[0])
    assert sizes[0] == sizes[1] and len(sizes[0]) == 1
    assert CASES * min(sizes[0])[0] <= 1.01 * buckets


def test_readers_have_the_specialties_and_unreal_addresses(study: Path) -> None:
    with (study / "readers.csv").open(encoding="utf-8", newline="") as opened:
        readers = list(csv.DictReader(opened))
    wanted = {"musculoskeletal", "thoracic", "general", "neuroradiology", "abdominal"}
    assert len(readers) == 6 and {reader["specialty"] for reader in readers} == wanted
    assert all(reader["email"].endswith("@example.org") for reader in readers)


def test_the_same_seed_gives_the_same_study_and_another_another() -> None:
    first, second = (render("hand", "authentic", np.random.default_rng(5)) for _ in range(2))
    assert (first == second).all() and plan(1) == plan(1) != plan(2)


def test_a_file_is_made_again_byte_for_byte(study: Path, tmp_path: Path) -> None:
    from studies.phantoms.making import _make

    (tmp_path / "images").mkdir()
    _make(plan(SEED)[3], tmp_path, SEED)
    name = f"images/{plan(SEED)[3].code}.dcm"
    assert (tmp_path / name).read_bytes() == (study / name).read_bytes()


def unevenness(grey: Grey12) -> float:
    """How much stronger the grain is in the grainiest tenth of blocks than in the quietest."""
    fine = np.diff(np.diff(grey.astype(float), axis=0), axis=1)[: 39 * 32, : 31 * 32]
    blocks = np.abs(fine).reshape(39, 32, 31, 32)
    grain = np.median(blocks.swapaxes(1, 2).reshape(39 * 31, 32 * 32), axis=1)
    quiet, loud = np.percentile(grain[grain > 0], (10, 90))
    return float(loud / quiet)


@pytest.mark.parametrize("region", ["chest", "hand"])
def test_the_tell_that_readers_are_to_find_is_in_the_picture(region: str) -> None:
    """Counting noise follows the photons; drawn grain is the same everywhere."""
    authentic, synthetic = (
        unevenness(render(region, truth, np.random.default_rng(8))) for truth in ("authentic", "synthetic")
    )
    assert authentic > 1.5 > 1.25 > synthetic
