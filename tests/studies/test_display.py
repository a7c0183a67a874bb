"""The protocol's display section."""

import json

import pytest

from studies.protocol import DisplayDefinition, WindowSize, digest, from_json, parse, to_json, to_yaml
from studies.refusals import Refused
from tests.studies.builders import STUDY_YAML


def display(section: str) -> DisplayDefinition:
    return parse(f"{STUDY_YAML}display: {section}\n").display


def test_the_smallest_window_and_the_check_are_read():
    read = display("{minimum: {width: 1024, height: 700}, check: true}")
    assert read == DisplayDefinition(WindowSize(1024, 700), check=True)


@pytest.mark.parametrize("section", ["{minimum: {width: 1024, height: 700}}", "{check: true}"])
def test_what_is_written_reads_the_same(section: str):
    protocol = parse(f"{STUDY_YAML}display: {section}\n")
    assert from_json(to_json(protocol)).display == parse(to_yaml(protocol)).display == protocol.display
    assert len(json.loads(to_json(protocol))["display"]) == 1


def test_a_protocol_without_the_section_keeps_its_hash():
    assert '"display"' not in to_json(parse(STUDY_YAML))
    plain = parse(STUDY_YAML + "display: {check: false}\n")
    assert digest(to_json(parse(STUDY_YAML))) == digest(to_json(plain))


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("{minimum: {width: 1024}}", "lacks the key `height`"),
        ("{minimum: {width: 0, height: 700}}", "from 1 to 16384"),
        ("{minimum: {width: .inf, height: 700}}", "from 1 to 16384"),
        ("{minimum: {width: 1024.5, height: 700}}", "whole number"),
        ("{minimum: {width: 1024, height: 700, depth: 3}}", "not known in `minimum`"),
        ("{minimum: large}", "must be a mapping"),
        ("{check: often}", "neither true nor false"),
        ("{checks: true}", "Did you mean `check`"),
    ],
)
def test_mistakes_are_refused(section: str, said: str):
    with pytest.raises(Refused) as refused:
        display(section)
    assert said in str(refused.value)
