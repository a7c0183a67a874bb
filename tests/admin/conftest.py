"""People with roles, and what they look at."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from studies import roles
from studies.models import Import, Study
from tests.studies.builders import invite, make_study, read_until

As = Callable[[str], Client]


@pytest.fixture
def as_(db: None) -> As:
    """A browser of a person with that role; roles here include nobody, person, staff and superuser."""

    def browser(role: str) -> Client:
        client = Client()
        if role == "superuser":
            client.force_login(User.objects.create_superuser("root"))
        elif role != "nobody":
            person = User.objects.create_user(role.replace(" ", "-"), is_staff=role == "staff")
            if role in roles.PERMISSIONS:
                roles.grant(person, role)
            client.force_login(person)
        return client

    return browser


@pytest.fixture
def study(db: None) -> Study:
    """An open study: one reader finished, one invited."""
    study = make_study(opened=True)
    first, second = study.readers.all()
    read_until(first, "done")
    invite(second)
    Import.objects.create(
        key="0" * 16, source="zip", origin="images.zip", state="refused", created_by="person:1"
    )
    return study
