"""Display self-checks in the admin: to look at, nothing to change."""

import pytest

from studies import participation
from studies.models import DisplayCheck
from studies.roles import MONITORS
from tests.studies.builders import DISPLAY_SEEN, STUDY_YAML, make_study, read_until

PAGE = "/admin/studies/displaycheck/"


@pytest.fixture
def check(db) -> DisplayCheck:
    study = make_study(
        "checked", opened=True, text=STUDY_YAML.replace("seed: 7", "seed: 7\ndisplay: {check: true}")
    )
    reader = study.readers.first()
    read_until(reader, "display")
    return participation.keep_display_check(reader, 1, DISPLAY_SEEN, {"pixel_ratio": 1.5})


def test_attempts_are_listed_with_what_was_seen(as_, check):
    said = as_(MONITORS).get(PAGE).content.decode()
    assert all(word in said for word in ("R01", "first", "Dim", "Medical display", "Near black"))


def test_an_attempt_has_a_page(as_, check):
    said = as_(MONITORS).get(f"{PAGE}{check.pk}/change/").content.decode()
    assert f"Display check 1 of {check.assignment.reader}" in said and check.shown["grey"] in said


def test_an_attempt_is_not_edited(as_, check):
    assert as_("superuser").post(f"{PAGE}{check.pk}/change/", {"number": 9}).status_code == 403
