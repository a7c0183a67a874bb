"""The protocol's section `normalise`."""

import pytest

from studies.protocol import NormaliseRecipe, digest, from_json, parse, to_json, to_yaml
from studies.protocol.normalising import Canvas
from studies.refusals import Refused
from tests.studies.builders import STUDY_YAML


def recipe(section: str) -> NormaliseRecipe | None:
    return parse(f"{STUDY_YAML}normalise: {section}\n").normalise


def test_a_recipe_is_read_and_written():
    said = "{canvas: {rows: 1536, columns: 1024}, bits: 10, crop_borders: true, match: histogram}"
    wanted = NormaliseRecipe(Canvas(1536, 1024), None, 10, True, "histogram")
    protocol = parse(f"{STUDY_YAML}normalise: {said}\n")
    assert recipe(said) == wanted
    assert from_json(to_json(protocol)) == parse(to_yaml(protocol)) == protocol


def test_eight_bits_are_the_default_and_written_out():
    assert recipe("{longest_side: 1024}") == NormaliseRecipe(longest_side=1024)
    assert '"normalise":{"bits":8}' in to_json(parse(f"{STUDY_YAML}normalise: {{}}\n"))


def test_a_protocol_without_the_section_keeps_its_document():
    assert "normalise" not in to_json(parse(STUDY_YAML)) and parse(STUDY_YAML).normalise is None
    assert digest(to_json(parse(STUDY_YAML))) != digest(to_json(parse(STUDY_YAML + "normalise: {}\n")))


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("{canvas: {rows: 1536}}", "lacks the key `columns`"),
        ("{canvas: 1536}", "`canvas` must be a mapping"),
        ("{canvas: {rows: 1536, columns: 8}}", "`columns` must be a number from 64 to 4096"),
        ("{canvas: {rows: 100, columns: 100}, longest_side: 100}", "Keep one"),
        ("{longest_side: 1e9}", "`longest_side` must be a number from 64 to 4096"),
        ("{bits: 16}", "`bits` must be a number from 8 to 15"),
        ("{crop_borders: maybe}", "neither true nor false"),
        ("{match: median}", "Use one of none, percentiles, histogram"),
        ("{border: true}", "The key `border` is not known in `normalise`"),
    ],
)
def test_mistakes_are_refused(section, said):
    with pytest.raises(Refused) as refused:
        recipe(section)
    assert said in str(refused.value)


def test_presets_have_no_units_left():
    with pytest.raises(Refused, match="modality units"):
        parse(f"{STUDY_YAML}viewer: {{presets: ct}}\nnormalise: {{bits: 8}}\n")
