"""DICOM copies go to a named server, each once, and what is not kept there is told."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from studies import audit, lifecycle
from studies.export import export
from studies.export.sending import Sent, send
from studies.filestore import FileStore
from studies.imports import dicomweb
from studies.management.command import FoundWanting
from studies.models import AuditEvent, Image, Study
from studies.refusals import NotReady, Refused
from tests import stow_sink
from tests.imaging.builders import dicom
from tests.studies.builders import looked_at, make_study
from tests.studies.reading_study import locked

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings) -> Iterator[stow_sink.Sink]:
    with stow_sink.running() as sink:
        settings.DICOMWEB = sink.servers
        yield sink


def open_study(kind: str = "dicom") -> Study:
    """Three files of one DICOM study, cases of their own, and one that is no DICOM."""
    study = make_study()
    for number, image in enumerate(Image.objects.filter(case__study=study)[:3]):
        values = np.full((8, 8), number, np.uint16)
        stream = io.BytesIO()
        dicom(values, StudyInstanceUID="1.2", SeriesInstanceUID="1.2.3", Modality="CT").save_as(
            stream, enforce_file_format=True
        )
        sha256 = FileStore(settings.DATA_DIR).keep("vault", stream.getvalue())
        Image.objects.filter(pk=image.pk).update(original_sha256=sha256, original_format=kind)
    lifecycle.open_study(looked_at(study), audit.OPERATOR)
    return Study.objects.get()


@pytest.fixture
def study(db: None) -> Study:
    return locked(open_study())


def sent(study: Study) -> Sent:
    return send(study, dicomweb.server("pacs"), audit.OPERATOR, lambda done, total: None)


def events() -> list[tuple[str, dict[str, object]]]:
    rows = AuditEvent.objects.filter(action__startswith="dicom.").order_by("number")
    return [(event.action, json.loads(event.data)) for event in rows]


def test_the_server_gets_what_an_export_writes(study, sink, tmp_path):
    made = sent(study)
    export(study, tmp_path / "out", audit.OPERATOR, dicom=True)
    files = sorted(path.read_bytes() for path in Path(tmp_path / "out" / "images").rglob("*.dcm"))
    assert sorted(sink.kept.values()) == files and len(files) == 3
    assert (made.sent, made.there_already, made.failures, made.is_whole) == (3, 0, (), True)


def test_no_two_cases_share_a_study(study, sink):
    sent(study)
    found = list(sink.read().values())
    assert len({dataset.StudyInstanceUID for dataset in found}) == len({one.PatientID for one in found}) == 3


def test_it_has_events_before_and_after_with_the_servers_name_alone(study, sink):
    sent(study)
    assert events() == [
        ("dicom.sending", {"server": "pacs", "copies": 3}),
        (
            "dicom.sent",
            {"server": "pacs", "copies": 3, "sent": 3, "with_warning": 0, "there_already": 0, "failed": 0},
        ),
    ]


@pytest.mark.parametrize("tells", [True, False])
def test_again_nothing_is_sent_twice(study, sink, tells):
    """By what the server says that it has, or else by its word that it is a duplicate."""
    sent(study)
    sink.tells, first = tells, dict(sink.kept)
    made = sent(study)
    assert made.is_whole and sink.kept == first
    assert (made.there_already, sink.messages) == ((3, 3) if tells else (3, 6))


def test_after_a_break_it_goes_on(study, sink):
    sink.answers = [(200, 0xA700), (401, None)]
    made = sent(study)
    assert "HTTP status 401" in made.stopped and (made.sent, len(made.failures)) == (0, 1)
    assert events()[-1][1]["failed"] == 1
    assert sent(study).is_whole and len(sink.kept) == 3


def test_a_broken_run_leaves_its_event(study, sink):
    def interrupted(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send(study, dicomweb.server("pacs"), audit.OPERATOR, interrupted)
    assert events()[-1][0] == "dicom.sent" and events()[-1][1]["sent"] == 2


@pytest.mark.parametrize(
    ("answer", "reason", "said"),
    [
        ((409, 0xA701), "A701", "Make room"),
        ((409, 0xA900), "A900", "SOP class"),
        ((202, 0xC122), "C122", "Explicit VR Little Endian"),
        ((202, 0xC001), "C001", "does not understand"),
        ((409, 0x0122), "0122", "SOP class"),
        ((409, 0x0BAD), "0BAD", "conformance statement"),
        ((413, None), "HTTP 413", "Raise its limit"),
        ((200, None), "HTTP 200", "did not say that it kept"),
    ],
)
def test_what_is_not_kept_is_told_and_the_rest_goes_on(study, sink, answer, reason, said):
    sink.answers = [answer]
    made = sent(study)
    (failure,) = made.failures
    assert (failure.case, failure.reason, made.sent) == ("main-001", reason, 2)
    assert said in str(failure) and "images/main-001/1.dcm" in str(failure) and not made.is_whole


def test_a_server_that_is_busy_is_asked_again(study, sink):
    sink.answers = [(503, None)]
    assert sent(study).sent == 3


def test_a_warning_is_counted(study, sink):
    sink.warning = 0xB000
    made = sent(study)
    assert (made.sent, made.with_warning, made.is_whole) == (3, 3, True)


def test_a_server_that_is_gone_is_told(study, settings, monkeypatch):
    monkeypatch.setattr(dicomweb, "ATTEMPTS", 0)
    settings.DICOMWEB = {"pacs": {"url": "http://127.0.0.1:9"}}
    assert "pacs takes nothing more (ConnectionError)" in sent(study).stopped


def test_no_redirect_is_followed(study, sink):
    sink.answers = [(307, None)]
    assert "HTTP status 307" in sent(study).stopped and not sink.kept and sink.messages == 1


def test_an_original_that_cannot_be_read_stops_no_other(study, sink):
    image = Image.objects.filter(original_format="dicom").first()
    FileStore(settings.DATA_DIR).forget("vault", image.original_sha256)
    made = sent(study)
    assert made.sent == 2 and "Restore the vault" in made.failures[0].remedy


def test_nothing_leaves_before_the_lock(sink):
    with pytest.raises(NotReady, match="once the study is locked"):
        sent(open_study())
    assert not events() and not sink.messages


def test_a_study_without_dicom_is_told(sink):
    with pytest.raises(NotReady, match="nothing to send"):
        sent(locked(open_study("png")))


def test_no_address_is_ever_called(study, sink):
    with pytest.raises(Refused, match="READERSTUDY_DICOMWEB: No DICOMweb server has the name"):
        dicomweb.server(sink.url)
    with pytest.raises(CommandError, match="known: pacs"):
        call_command("send_dicomweb", study.slug, "--to", sink.url)
    assert not sink.messages and not events()


def test_the_command_prints_one_object_and_ends_with_1_while_any_is_missing(study, sink, capsys):
    sink.answers = [(409, 0xA700)]
    with pytest.raises(FoundWanting, match="case main-001, images/main-001/1.dcm: It has no room"):
        call_command("send_dicomweb", study.slug, "--to", "pacs", "--json")
    said = json.loads(capsys.readouterr().out)
    assert (said["ok"], said["sent"], said["failures"][0]["reason"]) == (False, 2, "A700")
    call_command("send_dicomweb", study.slug, "--to", "pacs")
    told = capsys.readouterr().out
    assert told == f"{study.slug}: 1 of 3 copies sent to pacs, 2 were there already, 0 are not there.\n"
