"""study.yaml <-> dataclasses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.protocol import digest, from_json, parse, to_json, to_yaml
from studies.refusals import Refused
from tests.planted import STUDY_YAML

PROTOCOL = parse(STUDY_YAML)


def refusal(old: str, new: str) -> str:
    assert old in STUDY_YAML
    with pytest.raises(Refused) as refused:
        parse(STUDY_YAML.replace(old, new, 1))
    return str(refused.value)


def test_it_survives_the_way_through_yaml_and_json():
    assert parse(to_yaml(PROTOCOL)) == PROTOCOL == from_json(to_json(PROTOCOL))


def test_the_example_survives_as_well(deepfake_folder):
    protocol = parse((deepfake_folder / "study.yaml").read_text())
    assert parse(to_yaml(protocol)) == protocol
    assert [session.key for session in protocol.sessions] == ["quality", "detection"]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1).filter(str.strip))
def test_any_wording_survives(wording):
    from dataclasses import replace

    protocol = replace(PROTOCOL, debrief=wording.strip())
    assert from_json(to_json(protocol)) == protocol == parse(to_yaml(protocol))


def test_the_hash_is_of_the_content_not_of_the_layout():
    relaid = parse("# a comment\n" + STUDY_YAML.replace("seed: 11", "seed:   11"))
    assert digest(to_json(relaid)) == digest(to_json(PROTOCOL))
    assert digest(to_json(parse(STUDY_YAML.replace("seed: 11", "seed: 12")))) != digest(to_json(PROTOCOL))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("seed: 11", "sead: 11", "line 25: The key `sead` is not known in `study`. Did you mean `seed`?"),
        ("seed: 11", "seed: 11\nseed: 12", "stands twice"),
        ("seed: 11", "seed: -1", "`seed` must be a number from 0"),
        ("seed: 11", "seed: [", "This is not YAML"),
        ("kind: text", "kind: essay", "`kind: essay` is not known here. Use one of choice"),
        ("3: Good}}", "4: Good}}", "must run 1, 2, 3"),
        ("role: call", "role: confidence", "has the role confidence"),
        ("{authentic: Authentic, synthetic", "{real: Authentic, synthetic", "a choice of truth's two values"),
        ('{no: "No", yes: "Yes"}', '{no: "No", maybe: "Yes"}', "Use a choice of yes and no."),
        ("repeats: 0.25", "repeats: 25", "`repeats` must be a number from 0 to 1"),
        ("key: detection", "key: blind", "Two sessions have the key `blind`"),
        (
            "title: Radiograph quality",
            "title: Synthetic radiographs",
            "would see the word “synthetic” (title)",
        ),
        ("label: Technical quality", "label: SYNTHETIC_2", "the word “synthetic”"),
        ("coordinator@", "synthetic-images@", "the word “synthetic” (contact)"),
        ("negative: authentic", "negative: synthetic", "Truth's two values are the same word"),
    ],
)
def test_a_refusal_names_the_place_the_rule_and_the_remedy(old, new, said):
    assert said in refusal(old, new)
