"""Marks of every shape: what the door takes, and what the audit's digest covers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from studies.admin.reading import _mark as _mark_said
from studies.answers import Extent, InvalidAnswers, checked
from studies.digests import _mark
from studies.models import Mark
from studies.protocol import Question, from_json, parse, to_json, to_yaml
from tests.planted import STUDY_YAML

FINDING = Question("finding", "mark", "Where?", shapes=("point", "box", "ellipse"))
LABELLED = replace(FINDING, labels=("nodule", "mass"))
EXTENT = Extent(rows=40, columns=30, frames=2)
BOX = {"image": 0, "frame": 1, "kind": "box", "x": 2.5, "y": 3, "width": 10, "height": 4.5}


def kept(mark: dict[str, Any], question: Question = FINDING) -> dict[str, Any]:
    (only,) = checked([question], {"finding": [mark]}, [EXTENT])["finding"]
    return dict(only)


def refusal(mark: dict[str, Any], question: Question = FINDING) -> str:
    with pytest.raises(InvalidAnswers) as refused:
        kept(mark, question)
    return refused.value.fields["finding"]


def test_a_point_is_kept_as_before_there_were_other_shapes():
    assert kept({"x": 1, "y": 2, "width": 5}) == {"image": 0, "frame": 0, "kind": "point", "x": 1.0, "y": 2.0}


@pytest.mark.parametrize("kind", ["box", "ellipse"])
def test_a_box_is_kept_with_left_and_top_edge_and_size(kind):
    assert kept({**BOX, "kind": kind}) == {**BOX, "kind": kind}


def test_a_box_may_reach_every_edge():
    assert kept({**BOX, "x": 0, "y": 0, "width": 30, "height": 40})["height"] == 40
    assert kept({**BOX, "x": 12.3, "width": 17.7})["width"] == 17.7  # their sum is above 30 by one rounding


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"width": 0}, "has a width and a height"),
        ({"height": -4}, "has a width and a height"),
        ({"width": None}, "give a number"),
        ({"x": 20.1}, "outside the image"),
        ({"y": -0.1}, "outside the image"),
        ({"height": float("inf")}, "give a number"),
        ({"kind": "circle"}, "a mark is a point or a box or an ellipse"),
        ({"frame": 2}, "a frame that the image does not have"),
    ],
)
def test_a_box_that_does_not_fit_is_refused(wrong, said):
    assert said in refusal({**BOX, **wrong})


def test_only_the_protocols_shapes_are_taken():
    assert "a mark is a point." in refusal(BOX, replace(FINDING, shapes=("point",)))


def test_a_label_is_one_of_the_protocols():
    assert kept({**BOX, "label": "mass"}, LABELLED)["label"] == "mass"
    for label in ("cyst", "", None, ["mass"]):
        assert "nodule, mass" in refusal({**BOX, "label": label}, LABELLED)
    assert "label" not in kept({**BOX, "label": "mass"})


def test_the_digest_of_a_mark_covers_size_and_label_and_old_marks_keep_theirs():
    old = Mark(number=1, image_id=7, frame_number=0, kind="point", x=1.0, y=2.0)
    assert _mark(old) == [1, 7, 0, "point", 1.0, 2.0, None, None]
    box = Mark(
        number=1, image_id=7, frame_number=0, kind="box", x=1.0, y=2.0, width=3.0, height=4.0, label="mass"
    )
    assert _mark(box) == [1, 7, 0, "box", 1.0, 2.0, 3.0, 4.0, "mass"]


def with_marks(said: str) -> str:
    return STUDY_YAML.replace('label: "Where?",', f'label: "Where?", {said},')


def test_shapes_and_labels_survive_and_their_defaults_leave_the_document_as_it_was():
    protocol = parse(with_marks("shapes: [box, ellipse], labels: [nodule, mass]"))
    assert protocol == parse(to_yaml(protocol)) == from_json(to_json(protocol))
    assert protocol.question("region").shapes == ("box", "ellipse")
    assert to_json(parse(with_marks("shapes: [point]"))) == to_json(parse(STUDY_YAML))
    assert "shapes" not in to_json(parse(STUDY_YAML)) and "viewer" not in to_json(parse(STUDY_YAML))
    measured = parse(STUDY_YAML + "viewer: {length: true}\n")
    assert measured.viewer.length and from_json(to_json(measured)) == measured == parse(to_yaml(measured))


def test_the_admin_says_marks_as_a_person_would():
    assert _mark_said({**BOX, "label": "mass"}) == "box at (2.5, 3), 10 x 4.5, image 1, frame 2 “mass”"
    assert _mark_said({"image": 0, "frame": 0, "kind": "point", "x": 1.0, "y": 2.0}) == (
        "point at (1, 2), image 1, frame 1"
    )
