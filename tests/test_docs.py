"""The docs keep up with the code."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from django.core.management import get_commands

from analysis.__main__ import COMMANDS
from studies import folder, truth_rows
from studies.protocol import definition

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def said(name: str) -> str:
    return (ROOT / name).read_text()


def test_every_setting_is_documented():
    names = set(re.findall(r'"(READERSTUDY_\w+|DATABASE_URL)"', said("readerstudy/settings.py")))
    assert len(names) > 8
    assert not [name for name in names if f"`{name}`" not in said("docs/deployment.md")]


@pytest.mark.parametrize(
    "shape",
    [
        "Protocol",
        "SessionDefinition",
        "AnalysisPlan",
        "TruthTerms",
        "Question",
        "ViewerDefinition",
        "NormaliseRecipe",
        "DisplayDefinition",
    ],
)
def test_every_key_of_a_protocol_is_documented(shape):
    keys = [field.name for field in fields(getattr(definition, shape))]
    assert not [key for key in keys if f"`{key}`" not in said("docs/study-format.md")]


def test_every_column_of_the_tables_is_documented():
    columns = {*folder.CASE_COLUMNS, *folder.CASE_EXTRAS, *truth_rows.TRUTH_EXTRAS, *folder.READER_COLUMNS}
    assert not [column for column in columns if f"`{column}`" not in said("docs/study-format.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    targets = [link for link in re.findall(r"\]\(([^)#]+)\)", page.read_text()) if "://" not in link]
    assert not [link for link in targets if not (page.parent / link).exists()]


def test_every_file_that_is_named_is_there():
    """Paths in backticks, in the pages that guide through the code."""
    for name in ("CONTRIBUTING.md", "docs/architecture.md"):
        paths = re.findall(
            r"`((?:studies|viewer|analysis|readerstudy|static|docs|tests)/[\w./]+)`", said(name)
        )
        assert len(paths) > 5
        assert not [path for path in paths if not (ROOT / path).exists()]


def test_every_package_has_its_reason():
    packages = re.findall(r"^([a-z][\w-]*)", said("requirements.in"), re.M)
    assert not [name for name in packages if name.lower() not in said("README.md").lower()]


def test_every_command_of_the_analysis_is_documented():
    names = {each.__name__.rpartition(".")[2] for each in COMMANDS}
    for page in ("README.md", "docs/statistics.md"):
        assert set(re.findall(r"^    python -m analysis (\w+)", said(page), re.M)) == names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_management_command_that_is_named_is_there(page):
    assert set(re.findall(r"manage\.py ([a-z_]+)", page.read_text())) <= set(get_commands())


def test_the_index_of_the_statistics_names_every_section():
    page = said("docs/statistics.md")
    headings = [heading.lower() for heading in re.findall(r"^## (.+)$", page, re.M)]
    anchors = [re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in headings]
    assert re.findall(r"\]\(#([\w-]+)\)", page)[: len(anchors)] == anchors
