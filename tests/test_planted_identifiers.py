"""Twelve identifiers in headers, private blocks, sequences and names of files, and one drawn into a picture:
none is in any byte that is served, exported, reported or sent, and the drawn one stops opening."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from studies import audit, lifecycle, looks
from studies.export import export
from studies.models import AuditEvent, Image, Import, LeakAudit, Reading, Study
from studies.refusals import NotReady
from studies.report import make_report
from tests import identified, stow_sink
from tests.identified import RECTANGLE, shows_name, told
from tests.studies.reading_study import locked
from tests.studies.staged import work, zip_of
from tests.viewer.reading import Browser

Blobs = dict[str, bytes]
ANSWERS = [{"quality": 2, "diagnosis": "pneumonia"}, {"call": "authentic", "confidence": 2, "region": []}]
IMPORTS = "/admin/studies/import/"


class Everything:
    """A study from upload to lock, and every byte of it that anybody gets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.staff = Client()
        self.staff.force_login(User.objects.create_superuser("root"))
        self.blobs: Blobs = {}

    def keep(self, name: str, reply) -> None:
        """A reply's body and headers."""
        self.blobs[name] = b"".join(reply.streaming_content) if reply.streaming else reply.content
        self.blobs[f"{name} headers"] = repr(reply.headers).encode()

    def load(self) -> Study:
        """As a coordinator does, over the pages."""
        with zip_of(identified.write_study(self.folder / "study"), self.folder / "x.zip").open("rb") as file:
            self.staff.post(f"{IMPORTS}add/", {"zip": file})
        imported = work(Import.objects.get())
        self.crawl("staged", IMPORTS)
        self.staff.post(f"{IMPORTS}{imported.pk}/confirm/", {"seen": imported.jobs.latest("pk").pk})
        assert work(imported).state == "loaded", imported.preview
        return Study.objects.get()

    def look(self, one: looks.Seen, verdict: str, *rectangles: tuple[int, ...]) -> None:
        """As the gallery sends it."""
        image = Image.objects.get(pk=one.image.pk)
        said = {"verdict": verdict, "derivative": image.derivative_sha256, "rectangles": rectangles}
        address = f"/admin/studies/study/{image.case.study_id}/looks/{image.pk}/"
        assert self.staff.post(address, said, content_type="application/json").status_code == 200

    def read(self, study: Study) -> None:
        """Both sessions of one reader, every frame and overlay in both codings."""
        browser = Browser(study.readers.get()).begin()
        for answers, end in zip(ANSWERS, ["exit", "debrief"], strict=True):
            while page := browser.next():
                for image in page["images"]:
                    for path in filter(None, image["frames"] + image["overlays"]):
                        for coding in ("zstd", "gzip"):
                            assert browser.get(path, **{"Accept-Encoding": coding}).status_code == 200
                browser.send(page["reading"], answers)
            browser.get("/reading/")
            browser.post(f"/reading/{end}/", noticed="no")
            browser.get("/reading/")
            browser.post("/reading/briefing/")
        for path in ["/", "/api/v1/assignments/", "/api/v1/schema/", "/reading/", "/reading/nowhere/"]:
            browser.get(path)
        assert Reading.objects.read().count() == Reading.objects.count() == 5 + 4
        for number, reply in enumerate(browser.replies):
            self.keep(f"reader {number}", reply)

    def crawl(self, when: str, root: str) -> None:
        """Every page of the staff's site below the root that a link or a picture leads to."""
        waiting, seen = ["/admin/", root], {"/admin/", root}
        while waiting:
            path = waiting.pop()
            reply = self.staff.get(path)
            self.keep(f"staff {when} {path}", reply)
            found = re.findall(r'(?:href|src|data-\w+)="(/admin/[^"#]*)"', reply.content.decode("latin-1"))
            for link in found:
                if link.startswith(root) and link.split("?")[0] not in seen:
                    seen.add(link.split("?")[0])
                    waiting.append(link.replace("&amp;", "&"))

    def pictures(self, study: Study) -> list[str]:
        """What the gallery's script asks for, and the thumbnails; answers the names of these bytes."""
        root, names = "/admin/studies", []
        for pk in Image.objects.filter(case__study=study).values_list("pk", flat=True):
            names += [f"{root}/study/{study.pk}/looks/{pk}/{what}.png" for what in ("0", "light", "dark")]
            names.append(f"{root}/case/thumbnail/{pk}.png")
        for name in names:
            self.keep(name, self.staff.get(name))
        return names

    def leave(self, study: Study, sink: stow_sink.Sink) -> None:
        """All ways out of a locked study."""
        export(study, self.folder / "out", audit.OPERATOR, images=True, dicom=True)
        make_report(study, self.folder / "report", audit.OPERATOR)
        call_command("send_dicomweb", study.slug, "--to", "pacs")
        for top in ("out", "report"):
            self.blobs |= files(self.folder / top)
        self.blobs |= {f"sent {uid}": data for uid, data in sink.kept.items()}

    def records(self) -> None:
        """What is kept beside the study: events, leak audits, and files at rest, which the vault seals."""
        for row in (*AuditEvent.objects.values(), *LeakAudit.objects.values()):
            self.blobs[f"row {len(self.blobs)}"] = json.dumps(row, default=str).encode()
        self.blobs |= files(Path(settings.DATA_DIR))


def files(folder: Path) -> Blobs:
    return {
        str(path.relative_to(folder.parent)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.django_db
def test_no_identifier_is_in_any_byte_that_leaves(tmp_path, settings, django_capture_on_commit_callbacks):
    all_of_it = Everything(tmp_path)
    study = all_of_it.load()
    first, *rest = looks.seen(study)
    shown = [name for name in all_of_it.pictures(study) if shows_name(all_of_it.blobs[name])]
    assert len(shown) == 4  # three of the gallery and a thumbnail
    for one in rest:
        all_of_it.look(one, "accept")
    with pytest.raises(NotReady, match=r"1 of 4 images wait for a person .*\(K0 image 1\)"):
        lifecycle.open_study(study, audit.OPERATOR)
    with django_capture_on_commit_callbacks(execute=True):
        all_of_it.look(first, "blackout", RECTANGLE)
    all_of_it.look(first, "accept")
    lifecycle.open_study(study, audit.OPERATOR)
    all_of_it.read(Study.objects.get())
    with stow_sink.running() as sink:
        settings.DICOMWEB = sink.servers
        all_of_it.leave(locked(Study.objects.get()), sink)
    all_of_it.crawl("locked", "/admin/studies/")
    all_of_it.records()
    all_of_it.pictures(study)
    blobs = all_of_it.blobs
    unseen = blobs.pop(f"staff staged {IMPORTS}1/0.png")  # what a coordinator confirms, before any look
    assert shows_name(unseen) and not told(unseen)
    assert {name: found for name, data in blobs.items() if (found := told(data))} == {
        name: {"file name"} for name in blobs if name.endswith(f"{IMPORTS}1/change/")
    }
    assert [name for name, data in blobs.items() if shows_name(data)] == []
    assert_is_all_of_it(blobs)


def assert_is_all_of_it(blobs: Blobs) -> None:
    """What must be among the bytes that were searched, so that an empty search is no success."""
    kinds = ["reader", "staff staged", "staff locked", "/admin/studies/case/thumbnail", "out/images/K3/3.dcm"]
    kinds += [
        "out/MANIFEST",
        "out/images/",
        "report/report.html",
        "row",
        "sent",
        "store/vault",
        "store/derivatives",
    ]
    for kind in kinds:
        assert [name for name in blobs if name.startswith(kind)], kind
    shown = [picture for data in blobs.values() for picture in identified.pictures(data)]
    assert len(shown) > 60 and len(blobs) > 250
