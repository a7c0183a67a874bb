"""Who may see and do what: role by page and action."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from studies import roles
from studies.models import AuditEvent, Case, Import, Invitation, Reader, Reading, Study
from studies.roles import COORDINATORS, MONITORS, STATISTICIANS, TRUTH_KEEPERS

LOGIN, SEES, REFUSED = 302, 200, 403
ALL_ROLES = [COORDINATORS, TRUTH_KEEPERS, STATISTICIANS, MONITORS]
WATCHERS = {COORDINATORS, STATISTICIANS, MONITORS}
PAGES: dict[str, set[str]] = {
    "": {*ALL_ROLES, "staff"},
    "studies/study/": set(ALL_ROLES),
    "studies/study/{study}/change/": set(ALL_ROLES),
    "studies/study/{study}/leaks/": {COORDINATORS, TRUTH_KEEPERS},
    "studies/study/{study}/looks/": {COORDINATORS},
    "studies/study/{study}/open/": {COORDINATORS},
    "studies/study/{study}/close/": {COORDINATORS},
    "studies/study/{study}/lock/": {COORDINATORS},
    "studies/import/": {COORDINATORS},
    "studies/import/add/": {COORDINATORS},
    "studies/import/{import_}/change/": {COORDINATORS},
    "studies/import/{import_}/not-taken.csv": {COORDINATORS},
    "studies/importtoken/": {COORDINATORS},
    "studies/importtoken/add/": {COORDINATORS},
    "studies/case/": {COORDINATORS, TRUTH_KEEPERS},
    "studies/case/{case}/change/": {COORDINATORS, TRUTH_KEEPERS},
    "studies/reader/": {COORDINATORS},
    "studies/reader/add/": {COORDINATORS},
    "studies/reader/{reader}/change/": {COORDINATORS},
    "studies/reader/invite/?reader={reader}": {COORDINATORS},
    "studies/reader/revoke/?reader={reader}": {COORDINATORS},
    "studies/invitation/": {COORDINATORS},
    "studies/reading/": WATCHERS,
    "studies/reading/{reading}/change/": WATCHERS,
    "studies/displaycheck/": WATCHERS,
    "studies/auditevent/": WATCHERS,
    "auth/user/": set(),
    "auth/group/": set(),
}
# Nobody may write here, superusers included.
CLOSED = [
    "studies/study/add/",
    "studies/import/{import_}/delete/",
    "studies/case/add/",
    "studies/invitation/add/",
    "studies/reading/add/",
    "studies/displaycheck/add/",
    "studies/auditevent/add/",
    "studies/study/{study}/delete/",
    "studies/case/{case}/delete/",
    "studies/reader/{reader}/delete/",
    "studies/reading/{reading}/delete/",
]
ACTIONS = ["close", "invite", "revoke", "change", "discard"]


def _address(page: str, study: Study) -> str:
    return "/admin/" + page.format(
        study=study.pk,
        case=Case.objects.filter(study=study)[0].pk,
        reader=study.readers.all()[0].pk,
        import_=Import.objects.get().pk,
        reading=Reading.objects.filter(assignment__session__study=study)[0].pk,
    )


def _act(client: Client, action: str, study: Study) -> Any:
    reader = study.readers.all()[0]
    if action == "discard":
        return client.post(f"/admin/studies/import/{Import.objects.get().pk}/discard/")
    if action == "close":
        return client.post(f"/admin/studies/study/{study.pk}/close/", {"reason": "All done."})
    if action == "change":
        return client.post(
            f"/admin/studies/reader/{reader.pk}/change/", {"name": "Other", "email": "o@x.org"}
        )
    return client.post(f"/admin/studies/reader/{action}/?reader={reader.pk}", {"reason": "Lost."})


def _everything() -> list[list[dict[str, Any]]]:
    return [list(model.objects.values()) for model in (Study, Reader, Invitation, AuditEvent, Import)]


def _statuses(client: Client, study: Study) -> dict[str, int]:
    return {page: client.get(_address(page, study)).status_code for page in PAGES}


@pytest.mark.parametrize("role", [*ALL_ROLES, "staff"])
def test_a_role_sees_its_pages_and_no_others(as_: Callable[[str], Client], study: Study, role: str) -> None:
    expected = {page: SEES if role in roles_ else REFUSED for page, roles_ in PAGES.items()}
    assert _statuses(as_(role), study) == expected


@pytest.mark.parametrize("role", ["nobody", "person"])
def test_whoever_is_not_staff_is_asked_to_log_in(
    as_: Callable[[str], Client], study: Study, role: str
) -> None:
    client = as_(role)
    assert _statuses(client, study) == dict.fromkeys(PAGES, LOGIN)
    assert client.get(_address("studies/study/", study))["Location"].startswith("/admin/login/")


def test_a_superuser_sees_every_page(as_: Callable[[str], Client], study: Study) -> None:
    assert _statuses(as_("superuser"), study) == dict.fromkeys(PAGES, SEES)


@pytest.mark.parametrize("role", [*ALL_ROLES, "superuser"])
def test_nobody_adds_or_deletes(as_: Callable[[str], Client], study: Study, role: str) -> None:
    client = as_(role)
    statuses = {page: client.post(_address(page, study), {"post": "yes"}).status_code for page in CLOSED}
    assert statuses == dict.fromkeys(CLOSED, REFUSED)


@pytest.mark.parametrize("page", ["study/{study}", "case/{case}", "reading/{reading}"])
def test_design_and_readings_are_not_edited(as_: Callable[[str], Client], study: Study, page: str) -> None:
    address = _address(f"studies/{page}/change/", study)
    assert as_("superuser").post(address, {"title": "Another", "code": "other"}).status_code == REFUSED


@pytest.mark.parametrize("role", [TRUTH_KEEPERS, STATISTICIANS, MONITORS, "staff"])
def test_only_coordinators_act(as_: Callable[[str], Client], study: Study, role: str) -> None:
    before, client = _everything(), as_(role)
    statuses = {action: _act(client, action, study).status_code for action in ACTIONS}
    assert statuses == dict.fromkeys(ACTIONS, REFUSED)
    assert _everything() == before


@pytest.mark.parametrize("action", ["close", "revoke", "change", "discard"])
@pytest.mark.parametrize("role", [COORDINATORS, "superuser"])
def test_coordinators_act(as_: Callable[[str], Client], study: Study, role: str, action: str) -> None:
    response = _act(as_(role), action, study)
    assert response.status_code == 302
    assert not response["Location"].startswith("/admin/login/")


@pytest.mark.django_db
def test_migrating_makes_the_groups() -> None:
    assert set(Group.objects.values_list("name", flat=True)) == set(roles.PERMISSIONS)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ALL_ROLES)
def test_a_group_has_exactly_its_permissions(role: str) -> None:
    group = Group.objects.get(name=role)
    group.permissions.clear()
    roles.ensure_groups()
    held = group.permissions.values_list("codename", flat=True)
    assert sorted(held) == sorted(roles.PERMISSIONS[role])


@pytest.mark.django_db
def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(roles.UnknownRole, match="janitors"):
        roles.grant(User.objects.create_user("ada"), "janitors")


@pytest.mark.django_db
def test_a_permission_alone_opens_no_account(as_: Callable[[str], Client]) -> None:
    client = as_(MONITORS)
    Group.objects.get(name=MONITORS).permissions.add(Permission.objects.get(codename="change_user"))
    assert client.get("/admin/auth/user/").status_code == REFUSED
