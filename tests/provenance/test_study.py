"""Provenance in a study: kept at import, compared with truth where truth is about it, shown as truth is."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from PIL import Image

from studies import audit, evidence, lifecycle, provenance, triggers
from studies.imaging.provenance import Provenance, read
from studies.imaging.provenance.record import Action, Manifest
from studies.ingest import load
from studies.models import Image as StudyImage
from studies.models import Study
from studies.protocol import digest, parse, to_json
from studies.refusals import Refused, TruthHidden
from tests.imaging.builders import dicom, encoded, saved
from tests.planted import STUDY_YAML, write_folder
from tests.provenance.signing import CAPTURE, CREATED, c2pa_png, sign_dicom
from tests.studies.builders import looked_at
from tests.test_sentences import importers_of

pytestmark = pytest.mark.django_db
GENERATED = STUDY_YAML.replace("negative: authentic,", "negative: authentic, generated: positive,")


def folder_with(tmp_path: Path, image: str, actions: list[dict[str, str]], text: str = GENERATED) -> Path:
    """The planted study, with a manifest of those actions on one image."""
    folder = write_folder(tmp_path / "study")
    (folder / "study.yaml").write_text(text)
    path = folder / "images" / image
    grey = Image.fromarray(np.random.default_rng(5).integers(0, 255, (40, 30), dtype=np.uint8))
    path.write_bytes(c2pa_png(encoded(grey, "PNG"), actions, generator="Program"))
    return folder


def test_a_load_counts_what_files_say(tmp_path, capsys):
    folder = folder_with(tmp_path, "gpt-generated-1.png", [CREATED])
    call_command("load_study", str(folder), "--json")
    said = json.loads(capsys.readouterr().out)["provenance"]
    assert (said["images"], said["c2pa"], said["generators"]) == (8, 1, {"OpenAI": 1})
    assert said["source_types"] == {"trainedAlgorithmicMedia": 1}
    assert said["c2pa_codes"]["failure signingCredential.untrusted"] == 1


def test_it_is_told_in_a_line(tmp_path, capsys):
    call_command("load_study", str(folder_with(tmp_path, "gpt-generated-1.png", [CREATED])))
    said = capsys.readouterr().out
    assert "Provenance: 1 of 8 images with C2PA; state: Valid 1; generators: OpenAI 1" in said


def test_a_generated_file_among_the_others_is_refused(tmp_path):
    folder = folder_with(tmp_path, "authentic-2.dcm", [CREATED])
    with pytest.raises(Refused) as refused:
        load(folder, audit.OPERATOR)
    (refusal,) = refused.value.refusals
    assert refusal.file == "images/authentic-2.dcm"
    assert "Secretcode02 is authentic" in refusal.rule and "trainedAlgorithmicMedia" in refusal.rule
    assert "generated" in refusal.remedy and not Study.objects.exists()


def test_truth_about_something_else_is_not_compared(tmp_path):
    folder = folder_with(tmp_path, "authentic-2.dcm", [CREATED], STUDY_YAML)
    assert not [warning for warning in load(folder, audit.OPERATOR).warnings if "case" in warning]


def test_a_photograph_among_the_generated_is_told(tmp_path):
    captured = [{"action": "c2pa.created", "digitalSourceType": CAPTURE}]
    warnings = load(folder_with(tmp_path, "gpt-generated-3.png", captured), audit.OPERATOR).warnings
    assert warnings[-1].startswith("images/gpt-generated-3.png: case Secretcode03 is synthetic, but")


def test_a_scanners_signature_among_the_generated_is_told(tmp_path):
    found = {"a.dcm": read(saved(sign_dicom(dicom(np.zeros((8, 8), np.uint16))), tmp_path / "a.dcm"))}
    refusals, warnings = provenance.contradictions(parse(GENERATED), [("c", "a.dcm", 1)], found)
    assert not refusals and "CN=scanner,O=Example holds" in warnings[0]


def test_generated_may_be_the_negative_value():
    found = {"a": Provenance(manifests=(Manifest("m", True, (), (Action("c2pa.created", CAPTURE),)),))}
    turned = parse(GENERATED.replace("generated: positive", "generated: negative"))
    assert provenance.contradictions(turned, [("c", "a", 0)], found)[1]
    assert not provenance.contradictions(turned, [("c", "a", 1)], found)[1]


def test_a_protocol_without_the_key_keeps_its_document():
    plain = parse(STUDY_YAML)
    assert "generated" not in json.loads(to_json(plain))["truth"]
    assert digest(to_json(parse(GENERATED))) != digest(to_json(plain))
    assert parse(GENERATED).truth.generated == "positive"


def test_an_unknown_meaning_is_refused():
    with pytest.raises(Refused, match="positive, negative"):
        parse(GENERATED.replace("generated: positive", "generated: perhaps"))


def test_loading_again_reads_nothing_anew_and_changes_nothing(tmp_path):
    folder = folder_with(tmp_path, "gpt-generated-1.png", [CREATED])
    first = load(folder, audit.OPERATOR)
    again = load(folder, audit.OPERATOR)
    assert (again.outcome, again.provenance) == ("unchanged", first.provenance)


def opened(tmp_path: Path) -> Study:
    load(folder_with(tmp_path, "gpt-generated-1.png", [CREATED]), audit.OPERATOR)
    study = Study.objects.get()
    lifecycle.open_study(looked_at(study), audit.OPERATOR)
    return Study.objects.get()


def test_it_is_frozen_with_the_design(tmp_path):
    opened(tmp_path)
    for statement in (
        "UPDATE studies_imageprovenance SET document = '{}'",
        "DELETE FROM studies_imageprovenance",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_change_behind_the_guards_breaks_the_truths_seal(tmp_path):
    study = opened(tmp_path)
    assert evidence.verify_study(study) is None
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE studies_imageprovenance SET document = '{}'")
    assert "truth" in str(evidence.verify_study(study))


def test_it_is_told_after_the_lock_alone(tmp_path):
    study = opened(tmp_path)
    with pytest.raises(TruthHidden):
        provenance.revealed(study)
    lifecycle.close_study(study, audit.OPERATOR)
    lifecycle.lock_study(study, audit.OPERATOR)
    found = provenance.revealed(Study.objects.get())
    assert [one.case for one in found if one.provenance.manifests] == ["Secretcode01"]
    assert len(found) == StudyImage.objects.count() == 8


def test_its_table_has_one_door():
    assert importers_of("studies.models.provenance") == {
        "studies/provenance.py",
        "studies/models/__init__.py",
    }
    assert not [name for name in importers_of("studies.provenance") if not name.startswith("studies/")]


def test_the_real_set_has_no_contradiction(deepfake_folder):
    text = (deepfake_folder / "study.yaml").read_text()
    protocol = parse(text.replace("  negative: authentic", "  negative: authentic\n  generated: positive"))
    with (deepfake_folder / "cases.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    images = [(row["case"], row["image"], int(row["truth"] == "synthetic")) for row in rows]
    found = {name: read(deepfake_folder / name) for _, name, _ in images}
    assert len(images) == 40
    assert provenance.contradictions(protocol, images, found) == ([], [])
