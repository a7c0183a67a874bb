"""The protocol's viewer section."""

import json

import pytest

from studies.protocol import ViewerDefinition, digest, from_json, parse, to_json
from studies.protocol.viewing import CT_PRESETS
from studies.refusals import Refused
from tests.studies.builders import STUDY_YAML


def viewer(section: str) -> ViewerDefinition:
    return parse(f"{STUDY_YAML}viewer: {section}\n").viewer


def test_presets_are_read():
    (lung,) = viewer("{presets: [{label: Lung, center: -600, width: 1500}]}").presets
    assert (lung.label, lung.center, lung.width) == ("Lung", -600, 1500)


def test_the_set_for_ct_is_written_out_in_the_frozen_document():
    protocol = parse(f"{STUDY_YAML}viewer: {{presets: ct, overlays: true}}\n")
    written = json.loads(to_json(protocol))["viewer"]
    assert protocol.viewer.presets == CT_PRESETS and written["overlays"] is True
    assert written["presets"][0] == {"label": "Lung", "center": -600, "width": 1500}
    assert from_json(to_json(protocol)).viewer == protocol.viewer


def test_a_protocol_without_the_section_keeps_its_hash():
    assert '"viewer"' not in to_json(parse(STUDY_YAML))
    assert digest(to_json(parse(STUDY_YAML))) == digest(to_json(parse(STUDY_YAML + "viewer: {}\n")))


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("{presets: mr}", "not known here"),
        ("{presets: [{label: A, center: 1}]}", "lacks the key `width`"),
        ("{presets: [{label: A, center: 1, width: 0}]}", "number from 1"),
        ("{presets: [{label: A, center: 1, width: 2}, {label: A, center: 3, width: 4}]}", "each once"),
        ("{presets: [{label: A name that nobody would ever read, center: 1, width: 2}]}", "too long"),
        ("{presets: [{label: Present, center: 1, width: 2}]}", "present"),
        ("{overlay: true}", "Did you mean `overlays`"),
    ],
)
def test_mistakes_are_refused(section: str, said: str):
    with pytest.raises(Refused) as refused:
        viewer(section)
    assert said in str(refused.value)
