"""Pure arithmetic: no file store and no static files; property tests draw the same examples in every run."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings

from analysis.__main__ import main

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Stands in for the application's fixture of this name."""


@pytest.fixture(autouse=True)
def data_dir() -> None:
    """Stands in for the application's fixture of this name."""


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What a command prints, asked in this process."""

    def ask(*arguments: str) -> str:
        assert main(arguments) == 0
        return capsys.readouterr().out

    return ask


@pytest.fixture
def parsed(printed: Callable[..., str]) -> Callable[..., Any]:
    """The JSON that a command prints."""
    return lambda *arguments: json.loads(printed(*arguments, "--json"))
