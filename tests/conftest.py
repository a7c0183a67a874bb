"""What all tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from studies import triggers

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Hashed static files, as they are served."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, settings) -> Path:
    """Every test has a file store of its own."""
    folder = tmp_path / "store"
    folder.mkdir()
    settings.DATA_DIR = folder
    return folder


@pytest.fixture
def transactional_db(transactional_db: None) -> Iterator[None]:
    """Tests that commit are cleaned by emptying the tables, which the guards would rightly refuse."""
    yield
    triggers.remove(connection)


@pytest.fixture(scope="session")
def deepfake_folder() -> Path:
    """A real study's folder; it is not part of the project."""
    folder = SHARED / "studies" / "deepfake-xray"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not on this machine")
    return folder
