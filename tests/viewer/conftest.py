"""An open study with planted identifiers, and a reader in its first session."""

import pytest

from studies.models import Study
from tests.viewer.reading import Browser, open_planted


@pytest.fixture
def study(db, tmp_path) -> Study:
    return open_planted(tmp_path / "study")


@pytest.fixture
def browser(study) -> Browser:
    return Browser(study.readers.first()).begin()
