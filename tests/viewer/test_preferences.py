"""A reader's own keys and side: kept, refused in words, and nobody else's."""

import pytest
from django.test import Client

from studies.keys import ACTIONS, faults, key_rows
from studies.models import ReaderPreferences
from tests.viewer.reading import Browser

PATH = "/api/v1/preferences/"


def put(browser, keys, left_handed=False):
    message = {"keys": keys, "left_handed": left_handed}
    return browser.client.put(PATH, message, content_type="application/json")


def test_every_action_has_a_key_of_its_own():
    assert len({action.id for action in ACTIONS}) == len({action.key for action in ACTIONS}) == len(ACTIONS)
    assert faults({action.id: action.key for action in ACTIONS}) == {}


def test_own_keys_and_side_stand_in_the_page(browser):
    assert put(browser, {"invert": "q"}, True).status_code == 200
    page = browser.get("/reading/").content.decode()
    assert 'class="viewing left"' in page and '<kbd data-cap="invert">Q</kbd>' in page
    assert browser.get(PATH).json() == {"keys": {"invert": "q"}, "left_handed": True}


def test_a_put_takes_the_place_of_the_one_before(browser):
    put(browser, {"invert": "q", "fit": "i"}, True)
    assert put(browser, {}).json() == {"keys": {}, "left_handed": False}
    assert ReaderPreferences.objects.count() == 1


@pytest.mark.parametrize(
    ("keys", "action"),
    [
        ({"launch": "q"}, "launch"),
        ({"invert": "f"}, "invert"),
        ({"invert": "q", "fit": "q"}, "fit"),
        *[
            ({"invert": key}, "invert")
            for key in ["1", "٣", " ", "?", "/", "Enter", "Escape", "Tab", "ArrowUp", "F5", "Q", "qq"]
        ],
    ],
)
def test_a_key_that_cannot_be_is_refused_at_its_action(browser, keys, action):
    put(browser, {"fit": "j"}, True)
    reply = put(browser, keys)
    assert reply.status_code == 400 and action in reply.json()["fields"]
    assert browser.get(PATH).json() == {"keys": {"fit": "j"}, "left_handed": True}


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"keys": [], "left_handed": 3}', '{"keys": {"fit": {}}}'])
def test_a_hostile_body_is_refused(browser, body):
    assert browser.client.put(PATH, body, content_type="application/json").status_code == 400
    assert not ReaderPreferences.objects.exists()


def test_preferences_are_the_readers_own(browser, study):
    put(browser, {"invert": "q"})
    other = Browser(study.readers.last()).begin()
    assert other.get(PATH).json()["keys"] == {}
    assert Client().get(PATH).status_code == Client().put(PATH).status_code == 403


def test_a_put_without_the_token_is_refused(browser):
    client = Client(enforce_csrf_checks=True)
    client.cookies = browser.client.cookies
    assert (
        client.put(PATH, {"keys": {}, "left_handed": True}, content_type="application/json").status_code
        == 403
    )


def test_a_standard_key_gives_way_to_an_own_one():
    """As when an action joins the table later."""
    rows = {row.action.id: row.key for row in key_rows({"invert": "f"})}
    assert rows["invert"] == "f" and rows["fit"] == ""
