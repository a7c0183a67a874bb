"""The leak audit's page: who sees which way a rule points, and the plots and numbers beside it."""

import json
import re

import pytest

from studies import audit, lifecycle, roles
from studies.leaks import audit as leaks
from studies.models import Image, Study
from tests.leaks.test_gate import REASON, leaky
from tests.studies.builders import make_study

WAY = "rows up to 80: absent; above: present"


@pytest.fixture
def study(db: None) -> Study:
    """A leaky draft with an audit of everything."""
    study = leaky()
    leaks.make(study, audit.OPERATOR)
    return study


def _page(study: Study, end: str = "") -> str:
    return f"/admin/studies/study/{study.pk}/leaks/{end}"


@pytest.mark.parametrize(
    ("role", "knows"), [(roles.TRUTH_KEEPERS, True), ("superuser", True), (roles.COORDINATORS, False)]
)
def test_who_may_see_truth_sees_which_way_a_rule_points(as_, study, role, knows):
    client = as_(role)
    page = client.get(_page(study)).content.decode()
    numbers = client.get(_page(study, "audit.json")).json()
    rules = numbers["targets"][0]["families"][0]["rules"]
    assert "20 of 20" in page and rules[0]["feature"] == "rows" and numbers["refuses"]
    assert (WAY in page, WAY in json.dumps(numbers)) == (knows, knows)


def test_after_the_lock_coordinators_see_it_too(as_, study):
    lifecycle.open_study(study, audit.OPERATOR, REASON)
    lifecycle.close_study(study, audit.OPERATOR)
    lifecycle.lock_study(study, audit.OPERATOR)
    page = as_(roles.COORDINATORS).get(_page(study)).content.decode()
    assert WAY in page and REASON in page


def test_the_page_says_the_level_and_the_gates_verdict(as_, study):
    client = as_(roles.COORDINATORS)
    assert "for each kind and all targets, is at most 5 %" in client.get(_page(study)).content.decode()
    leaks.make(study, audit.OPERATOR, alpha=0.01)
    page = client.get(_page(study)).content.decode()
    assert "together, is at most 1 %" in page and "The files that readers get tell." in page


def test_files_that_are_all_alike_have_no_empty_table(as_, db):
    study = make_study(cases=10)
    leaks.make(study, audit.OPERATOR)
    page = as_(roles.COORDINATORS).get(_page(study)).content.decode()
    assert "<h3>File that readers get</h3>" in page
    assert not re.search(r"<tbody>\s*</tbody>", page)


@pytest.mark.parametrize("role", [roles.STATISTICIANS, roles.MONITORS, "staff"])
@pytest.mark.parametrize("end", ["", "audit.json", "0-derivative.svg"])
def test_others_see_none_of_it(as_, study, role, end):
    assert as_(role).get(_page(study, end)).status_code == 403


def test_a_plot_is_an_image_of_its_own(as_, study):
    client = as_(roles.COORDINATORS)
    assert _page(study, "0-derivative.svg") in client.get(_page(study)).content.decode()
    answer = client.get(_page(study, "0-derivative.svg"))
    assert answer["Content-Type"] == "image/svg+xml" and b"</svg>" in answer.content
    assert client.get(_page(study, "7-derivative.svg")).status_code == 404


def test_a_stale_audit_says_so(as_, study):
    assert "other files than now" not in as_(roles.TRUTH_KEEPERS).get(_page(study)).content.decode()
    Image.objects.filter(case__study=study).update(rows=64)
    page = as_("superuser").get(_page(study)).content.decode()
    assert "other files than now" in page and "tell nothing" in page


def test_the_study_page_leads_there_and_says_what_stands_in_the_way(as_, study):
    page = as_(roles.COORDINATORS).get(f"/admin/studies/study/{study.pk}/change/").content.decode()
    assert _page(study) in page and "truth is told by rows in 20 of 20 cases" in page
    assert (
        _page(study)
        not in as_(roles.MONITORS).get(f"/admin/studies/study/{study.pk}/change/").content.decode()
    )
