"""Pure arithmetic: no file store and no static files; property tests draw the same examples in every run."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Stands in for the application's fixture of this name."""


@pytest.fixture(autouse=True)
def data_dir() -> None:
    """Stands in for the application's fixture of this name."""
