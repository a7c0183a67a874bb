"""The readings that the records were computed from; read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from analysis import FreeResponseTable, ReadingTable, read_csv, read_free_response, with_calls_from_rating

_FOLDER = [Path(__file__).resolve().parents[2].parent / "shared" / "data" / "reference"]
POSITIVE = 3  # calls of the records are positive from this rating on
FILES = {
    "VanDyke": "VanDyke.csv",
    "dfMRMC_example": "imrmc_dfMRMC_example.csv",
    "testR1": "imrmc_testR1.csv",
    "testR3": "imrmc_testR3.csv",
    "case2": "VanDyke_cases_nested_in_readers.csv",
    "case3": "VanDyke_cases_nested_in_modalities.csv",
}


def folder() -> Path:
    return _FOLDER[0]


def use(reference: Path) -> None:
    """Take readings and records from this folder."""
    _FOLDER[0] = reference
    readings.cache_clear()
    marks.cache_clear()


@cache
def readings(dataset: str) -> ReadingTable:
    path = folder() / "data" / FILES.get(dataset, f"RJ_{dataset}.csv")
    return with_calls_from_rating(read_csv(path), at_least=POSITIVE)


@cache
def marks(dataset: str) -> FreeResponseTable:
    data = folder() / "data"
    return read_free_response(data / f"RJ_{dataset}_marks.csv", data / f"RJ_{dataset}_lesions.csv")
