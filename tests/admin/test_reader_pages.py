"""Readers: contact data, own words and links."""

import json
import re

import pytest
from django.test import Client

from studies import enrolment, lifecycle, participation
from studies.models import AuditEvent, Invitation, Reader, Study
from studies.roles import COORDINATORS
from tests.admin.conftest import As
from tests.studies.builders import answer_next, invite, make_reader

LIST = "/admin/studies/reader/"


def _make_links(client: Client, *readers: Reader) -> tuple[str, dict[str, str]]:
    """The address of the page that asks, and its ticket."""
    address = f"{LIST}invite/?" + "&".join(f"reader={reader.pk}" for reader in readers)
    return address, {"ticket": client.get(address).context["ticket"]}


def _secrets(page: str) -> list[str]:
    return re.findall(r'value="http://127\.0\.0\.1:8000/read/([\w-]+)/"', page)


def test_a_new_link_is_shown_and_opens_the_study(as_: As, study: Study) -> None:
    client, reader = as_(COORDINATORS), study.readers.get(code="R01")
    response = client.post(*_make_links(client, reader))
    [secret] = _secrets(response.content.decode())
    assert enrolment.find_invitation(secret).reader == reader
    assert "no-store" in response["Cache-Control"]


def test_a_link_is_shown_once_and_stored_nowhere(as_: As, study: Study) -> None:
    client, reader = as_(COORDINATORS), study.readers.get(code="R01")
    address, ticket = _make_links(client, reader)
    [secret] = _secrets(client.post(address, ticket).content.decode())
    again = client.post(address, ticket, follow=True)
    assert "shown already" in again.content.decode()
    assert Invitation.objects.filter(reader=reader).count() == 1
    for page in (
        LIST,
        f"{LIST}{reader.pk}/change/",
        "/admin/studies/invitation/",
        "/admin/studies/auditevent/",
    ):
        assert secret not in client.get(page).content.decode()


def test_a_new_link_revokes_the_older_one(as_: As, study: Study) -> None:
    reader = study.readers.get(code="R02")
    older, client = reader.invitations.get(), as_(COORDINATORS)
    [secret] = _secrets(client.post(*_make_links(client, reader)).content.decode())
    older.refresh_from_db()
    assert older.revoked_utc is not None
    assert enrolment.find_invitation(secret).revoked_utc is None
    assert AuditEvent.objects.get(action="invitation.revoked").reason == "Replaced by a new link."


def test_links_are_made_for_a_selection(as_: As, study: Study) -> None:
    client, readers = as_(COORDINATORS), list(study.readers.all())
    asked = client.post(LIST, {"action": "invite_selected", "_selected_action": [r.pk for r in readers]})
    assert asked["Location"] == _make_links(client, *readers)[0]
    page = client.post(*_make_links(client, *readers)).content.decode()
    assert len(_secrets(page)) == 2


def test_a_refused_link_says_why_and_leaves_the_older_one(as_: As, study: Study) -> None:
    reader, client = study.readers.get(code="R02"), as_(COORDINATORS)
    Study.objects.update(simulated=True)
    page = client.post(*_make_links(client, reader)).content.decode()
    assert "R02: Study quality was read by simulated readers" in page
    assert reader.invitations.get().revoked_utc is None


def test_a_link_is_revoked_with_a_reason(as_: As, study: Study) -> None:
    reader = study.readers.get(code="R02")
    as_(COORDINATORS).post(f"{LIST}revoke/?reader={reader.pk}", {"reason": "Sent to a wrong address."})
    event = AuditEvent.objects.get(action="invitation.revoked")
    assert reader.invitations.get().revoked_utc is not None
    assert event.reason == "Sent to a wrong address."


def test_no_link_is_revoked_without_a_reason(as_: As, study: Study) -> None:
    reader = study.readers.get(code="R02")
    page = as_(COORDINATORS).post(f"{LIST}revoke/?reader={reader.pk}", {"reason": ""})
    assert "This field is required." in page.content.decode()
    assert reader.invitations.get().revoked_utc is None


@pytest.mark.parametrize("page", ["invite", "revoke"])
def test_a_choice_of_nobody_goes_back_to_the_list(as_: As, study: Study, page: str) -> None:
    assert as_(COORDINATORS).get(f"{LIST}{page}/?reader=x")["Location"] == LIST


def test_a_changed_address_is_in_the_audit_by_its_field_alone(as_: As, study: Study) -> None:
    reader = study.readers.get(code="R01")
    sent = {"name": reader.name, "email": "new.address@example.org"}
    as_(COORDINATORS).post(f"{LIST}{reader.pk}/change/", sent)
    event = AuditEvent.objects.get(action="reader.changed")
    reader.refresh_from_db()
    assert reader.email == "new.address@example.org"
    assert json.loads(event.data) == {"fields": ["email"]}


def test_saving_without_a_change_records_nothing(as_: As, study: Study) -> None:
    reader = study.readers.get(code="R01")
    as_(COORDINATORS).post(f"{LIST}{reader.pk}/change/", {"name": reader.name, "email": reader.email})
    assert not AuditEvent.objects.filter(action="reader.changed").exists()


def test_only_name_and_address_can_be_changed(as_: As, study: Study) -> None:
    reader = study.readers.get(code="R01")
    sent = {"name": "Ada", "email": "", "code": "X", "kind": "algorithm", "arm": "b", "specialty": "none"}
    as_(COORDINATORS).post(f"{LIST}{reader.pk}/change/", sent)
    changed = Reader.objects.get(pk=reader.pk)
    assert (changed.name, changed.email) == ("Ada", "")
    assert [changed.code, changed.kind, changed.arm, changed.specialty] == [
        "R01",
        "radiologist",
        "",
        "thoracic",
    ]


def test_a_reader_is_added_and_the_audit_says_so(as_: As, study: Study) -> None:
    sent = {"study": study.pk, "code": "R99", "name": "Ada", "email": "ada@example.org"}
    as_(COORDINATORS).post(f"{LIST}add/", sent)
    event = AuditEvent.objects.get(action="reader.added")
    assert event.subject == f"reader:{Reader.objects.get(code='R99').pk}"
    assert "ada" not in event.data


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"code": "R01", "email": "new@example.org"}, "a reader of that code"),
        ({"code": "R03", "email": "r01@example.org"}, "Another reader of this study has that address"),
    ],
)
def test_a_second_of_its_kind_is_refused_in_words(
    as_: As, study: Study, sent: dict[str, str], said: str
) -> None:
    page = as_(COORDINATORS).post(f"{LIST}add/", {"study": study.pk, **sent})
    assert said in page.content.decode()


def test_an_address_that_another_has_is_refused_on_change(as_: As, study: Study) -> None:
    reader = study.readers.get(code="R02")
    page = as_(COORDINATORS).post(f"{LIST}{reader.pk}/change/", {"name": "", "email": "r01@example.org"})
    assert "Another reader of this study has that address" in page.content.decode()


def test_no_reader_is_added_to_a_closed_study(as_: As, study: Study) -> None:
    lifecycle.close_study(study, "operator", "Done.")
    as_(COORDINATORS).post(f"{LIST}add/", {"study": study.pk, "code": "R99"})
    assert not Reader.objects.filter(code="R99").exists()


def test_own_words_are_marked_where_they_differ(as_: As, study: Study) -> None:
    reader = make_reader(study, "R03", specialty="abdominal", years=9)
    invite(reader)
    answer_next(reader)
    participation.keep_profile(reader, {"specialty": "thoracic", "years": 9})
    client = as_(COORDINATORS)
    page = client.get(f"{LIST}{reader.pk}/change/")
    assert "≠ specialty thoracic" in client.get(LIST).content.decode()
    assert [fact.name for fact in page.context["facts"] if fact.differs] == ["specialty"]
    assert "the reader’s own words win" in page.content.decode()


def test_no_mark_where_readers_csv_is_right(as_: As, study: Study) -> None:
    page = as_(COORDINATORS).get(f"{LIST}{study.readers.get(code='R01').pk}/change/")
    assert "own words win" not in page.content.decode()
