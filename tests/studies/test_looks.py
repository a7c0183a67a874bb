"""Opening waits until a person has looked at every image for burned-in text."""

import io
import json

import numpy as np
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from studies import audit, evidence, lifecycle, looks
from studies.export.folder import notice
from studies.filestore import FileStore
from studies.imaging.blackout import Rectangle
from studies.imaging.coding import decode_payload, unpack_zstd
from studies.ingest import load
from studies.management.command import FoundWanting
from studies.models import AuditEvent, Image, ImageLook, Study
from studies.refusals import NotReady
from tests.planted import write_folder
from tests.studies.builders import looked_at, make_study

pytestmark = pytest.mark.django_db
PERSON, REASON = "person:7", "Phantoms; nothing is written on them."
BOX = Rectangle(2, 3, 10, 5)


@pytest.fixture
def study(tmp_path):
    """Loaded from files; nobody looked yet."""
    load(write_folder(tmp_path / "study"), audit.OPERATOR)
    return Study.objects.get()


def states(study):
    return [found.state for found in looks.seen(study)]


def values_of(image):
    stored = FileStore(settings.DATA_DIR).read("derivatives", image.frames.get().sha256, ".zst")
    return decode_payload(unpack_zstd(stored))


def test_opening_is_refused_with_the_count_the_address_and_the_command(study):
    with pytest.raises(NotReady) as refused:
        lifecycle.open_study(study, audit.OPERATOR)
    (reason,) = [reason for reason in refused.value.reasons if "Burned-in text" in reason]
    assert "8 of 8 images" in reason and f"/admin/studies/study/{study.pk}/looks/" in reason
    assert "manage.py look_at planted --all --reason REASON" in reason


def test_it_opens_once_every_image_was_looked_at(study):
    for found in looks.seen(study):
        looks.look(found.image, "accept", PERSON)
    lifecycle.open_study(study, audit.OPERATOR)
    assert notice(study) == ""
    events = AuditEvent.objects.filter(action="image.looked_at")
    assert {event.actor for event in events} == {PERSON} and len(events) == 8
    assert "Secretcode" not in "".join(event.data + event.subject for event in events)


def test_one_override_opens_in_spite_of_all_that_may_be_overridden(study):
    lifecycle.open_study(study, audit.OPERATOR, REASON)
    study.refresh_from_db()
    assert study.leaks_override == ""  # too few cases to tell: nothing was overridden there
    assert f"8 OF 8 IMAGES ACCEPTED UNSEEN: {REASON}" in notice(study)
    assert AuditEvent.objects.get(action="images.accepted_unseen").reason == REASON
    assert not any(found.alone for found in looks.seen(study)) and evidence.verify_study(study) is None


def test_the_operator_accepts_the_rest_for_a_reason(study):
    looks.look(looks.seen(study)[0].image, "accept", PERSON)
    told = io.StringIO()
    call_command("look_at", "planted", everything=True, reason=REASON, as_json=True, stdout=told)
    assert json.loads(told.getvalue())["accepted_unseen"] == 7
    assert [found.alone for found in looks.seen(study)] == [True] + [False] * 7


def test_the_command_alone_counts_and_finds_wanting(study):
    with pytest.raises(FoundWanting):
        call_command("look_at", "planted", stdout=io.StringIO())
    assert not ImageLook.objects.exists()


def test_an_excluded_case_stops_opening_whatever_is_overridden(study):
    looks.look(looks.seen(study)[0].image, "exclude", PERSON)
    with pytest.raises(NotReady, match=r"Secretcode00; take their rows out of cases.csv"):
        lifecycle.open_study(study, audit.OPERATOR, REASON)


def test_an_exclusion_outlives_another_load_until_the_row_is_gone(study, tmp_path):
    looks.look(looks.seen(study)[0].image, "exclude", PERSON)
    table = tmp_path / "study" / "cases.csv"
    table.write_text(table.read_text().replace("Cough for 3 days", "Fever"))
    assert load(tmp_path / "study", audit.OPERATOR).outcome == "changed"
    assert states(study)[0] == "excluded"
    lines = table.read_text().splitlines(keepends=True)
    table.write_text("".join([lines[0], *lines[3:]]))
    load(tmp_path / "study", audit.OPERATOR)
    lifecycle.open_study(study, audit.OPERATOR, REASON)


def test_looks_outlive_another_load_of_the_same_pictures(study, tmp_path):
    looked_at(study)
    table = tmp_path / "study" / "cases.csv"
    table.write_text(table.read_text().replace("Cough for 3 days", "Fever"))
    assert load(tmp_path / "study", audit.OPERATOR).outcome == "changed"
    assert set(states(study)) == {"clear"}


def test_another_derivative_waits_for_another_look():
    study = make_study()
    Image.objects.filter(case__code="main-001").update(derivative_sha256="0" * 64)
    assert states(study) == ["waiting", "clear", "clear", "clear"]


def test_what_was_blacked_out_is_black_and_waits_for_a_look(study, data_dir):
    image = looks.seen(study)[0].image
    before, name = values_of(image), image.frames.get().sha256
    looks.look(image, "blackout", PERSON, [BOX])
    found = looks.of_image(Image.objects.get(pk=image.pk))
    after = values_of(found.image)
    changed = np.argwhere(after != before)
    assert (found.state, found.rectangles) == ("waiting", (BOX,))
    assert changed.min(axis=0).tolist() >= [3, 2] and changed.max(axis=0).tolist() <= [7, 11]
    assert len({int(value) for value in after[3:8, 2:12].flat}) == 1
    looks.look(found.image, "accept", PERSON)
    assert looks.of_image(found.image).state == "clear" and name != found.image.frames.get().sha256


def test_a_picture_whose_black_parts_are_gone_stops_opening(study):
    image = looks.seen(study)[0].image
    before = image.derivative_sha256
    looks.look(image, "blackout", PERSON, [BOX])
    looks.look(looks.of_image(image).image, "accept", PERSON)
    Image.objects.filter(pk=image.pk).update(derivative_sha256=before, masks=[])
    assert looks.of_image(image).state == "undone"
    with pytest.raises(NotReady, match="black them out again"):
        lifecycle.open_study(study, audit.OPERATOR, REASON)


def test_after_opening_only_accepting_is_left():
    image = make_study(opened=True).cases.first().images.get()
    looks.look(image, "accept", PERSON)
    with pytest.raises(NotReady, match="images are frozen"):
        looks.look(image, "exclude", PERSON)


@pytest.mark.parametrize(
    "statement", ["UPDATE studies_imagelook SET verdict = 'accept'", "DELETE FROM studies_imagelook"]
)
def test_the_database_keeps_looks(statement):
    make_study()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
