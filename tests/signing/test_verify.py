"""An exported folder is sealed; whatever is done to it afterwards is found and named."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from readerstudy import env
from studies.export import export
from studies.models import AuditEvent, Image
from studies.signing import keys
from studies.signing.seal import sealed, signing_key
from studies.signing.verification import Verdict, verify_folder
from tests.studies.builders import make_study, read_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    study = make_study(readers=2, opened=True)
    read_until(study.readers.get(code="R01"), "done")
    export(study, tmp_path / "out", "operator")
    return tmp_path / "out"


def only(verdict: Verdict) -> str:
    (problem,) = verdict.problems
    return problem


def manifest(folder: Path) -> dict[str, list[dict[str, object]]]:
    return dict(json.loads((folder / "MANIFEST").read_text()))


def listed_anew(folder: Path, key: Ed25519PrivateKey | None = None) -> None:
    """What a careful forger does: mends the manifest, and signs it with a key of their own."""
    said = manifest(folder)
    for row in said["files"]:
        data = (folder / str(row["name"])).read_bytes()
        row |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / "MANIFEST").write_text(json.dumps(said))
    if key:
        (folder / "MANIFEST.sig").write_text(sealed((folder / "MANIFEST").read_bytes(), key))


def test_a_whole_folder_holds_and_says_what_that_proves(folder):
    verdict = verify_folder(folder)
    assert (verdict.problems, verdict.trusted) == ((), False)
    assert verdict.key_id == keys.key_id(signing_key().public_key())
    assert "may be anyone" in verdict.means


def test_a_given_key_says_more(folder):
    verdict = verify_folder(folder, signing_key().public_key())
    assert verdict.trusted and "was given" in verdict.means and not verdict.problems


def test_the_manifest_lists_what_every_reader_saw(folder):
    rows = manifest(folder)["derivatives"]
    assert {row["sha256"] for row in rows} == set(Image.objects.values_list("derivative_sha256", flat=True))
    assert rows[0]["case"] == "main-001"


def changed_byte(folder: Path) -> None:
    data = bytearray((folder / "readings.csv").read_bytes())
    data[-3] ^= 1
    (folder / "readings.csv").write_bytes(data)


def extra(folder: Path) -> None:
    (folder / "peers").mkdir()
    (folder / "peers" / "extra.txt").write_text("x")


def link(folder: Path) -> None:
    kept = folder.parent / "elsewhere.csv"
    (folder / "readers.csv").rename(kept)
    (folder / "readers.csv").symlink_to(kept)


def linked_folder(folder: Path) -> None:
    (folder / "more").symlink_to(folder.parent)


def special(folder: Path) -> None:
    (folder / "cases.csv").unlink()
    os.mkfifo(folder / "cases.csv")


TAMPERED: list[tuple[Callable[[Path], object], str]] = [
    (changed_byte, "readings.csv: its content is not what was exported."),
    (lambda f: (f / "answers.csv").unlink(), "answers.csv: the file is missing."),
    (extra, "peers/extra.txt: the manifest does not list it."),
    (link, "readers.csv: this is a link or no plain file."),
    (linked_folder, "more: the manifest does not list it."),
    (special, "cases.csv: this is a link or no plain file."),
    (lambda f: (f / "MANIFEST.sig").unlink(), "MANIFEST.sig: the file is missing or is a link"),
    (lambda f: (f / "MANIFEST.sig").write_text("{}"), "MANIFEST.sig: this is no signature."),
    (lambda f: (f / "MANIFEST").write_text("[]"), "MANIFEST: this is no manifest"),
    (lambda f: (f / "MANIFEST").unlink(), "MANIFEST: the file is missing or is a link"),
]


@pytest.mark.parametrize(("tamper", "problem"), TAMPERED)
def test_tampering_is_named(folder, tamper, problem):
    tamper(folder)
    assert only(verify_folder(folder)).startswith(problem)


def test_a_mended_manifest_breaks_the_signature(folder):
    changed_byte(folder)
    listed_anew(folder)
    assert "it is not what key" in only(verify_folder(folder))


def test_another_key_is_seen_only_by_who_knows_the_right_one(folder):
    changed_byte(folder)
    other = Ed25519PrivateKey.generate()
    listed_anew(folder, other)
    assert not verify_folder(folder).problems
    found = only(verify_folder(folder, signing_key().public_key()))
    assert keys.key_id(other.public_key()) in found and "that was given" in found


@pytest.mark.parametrize(
    "name", ["../outside", "/etc/passwd", "a/../../b", "a//b", "", ".", "a\\b", "MANIFEST", "a\0b"]
)
def test_a_manifest_cannot_lead_out_of_the_folder(folder, name):
    said = manifest(folder)
    said["files"].append({"name": name, "bytes": 1, "sha256": "0" * 64})
    (folder / "MANIFEST").write_text(json.dumps(said))
    assert "leads out of the folder or is none" in only(verify_folder(folder))


def test_a_manifest_cannot_name_a_file_twice(folder):
    said = manifest(folder)
    said["files"].append(said["files"][0])
    (folder / "MANIFEST").write_text(json.dumps(said))
    assert "twice" in only(verify_folder(folder))


def events(folder: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO((folder / "events.csv").read_bytes().decode(), newline="")))


def with_events(folder: Path, rows: list[list[str]]) -> str:
    with (folder / "events.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    listed_anew(folder, Ed25519PrivateKey.generate())
    return verify_folder(folder).problems[0]


def test_a_cut_audit_tail_does_not_reach_its_head(folder):
    assert "a tail is cut or added" in with_events(folder, events(folder)[:-1])


def test_a_changed_event_is_named(folder):
    rows = events(folder)
    rows[3][rows[0].index("actor")] = "somebody"
    assert with_events(folder, rows).endswith("its content is not what was hashed.")


def test_a_missing_event_is_named(folder):
    rows = events(folder)
    del rows[2]
    assert "event 2 of this chain is missing" in with_events(folder, rows)


def test_the_signature_is_plain_ed25519_over_the_manifests_bytes(folder, tmp_path):
    """OpenSSL says so too."""
    said = json.loads((folder / "MANIFEST.sig").read_text())
    (tmp_path / "sig").write_bytes(base64.b64decode(said["signature"]))
    pem, info = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    (tmp_path / "pem").write_bytes(signing_key().public_key().public_bytes(pem, info))
    call = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", tmp_path / "pem", "-rawin", "-in"]
    done = subprocess.run([*call, folder / "MANIFEST", "-sigfile", tmp_path / "sig"], capture_output=True)
    assert b"Verified Successfully" in done.stdout


def test_the_command_says_it_in_words_and_in_json(folder, capsys):
    call_command("verify", str(folder))
    assert capsys.readouterr().out.startswith("OK: ")
    changed_byte(folder)
    with pytest.raises(CommandError, match="readings.csv"):
        call_command("verify", str(folder), "--json")
    said = json.loads(capsys.readouterr().out)
    assert not said["ok"] and "readings.csv" in said["problems"][0]


def test_the_command_takes_the_key_that_the_other_command_prints(folder, capsys):
    call_command("signing_key", "--json")
    public = json.loads(capsys.readouterr().out)["public_key"]
    call_command("verify", str(folder), "--key", public)
    assert "was given" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no public Ed25519 key"):
        call_command("verify", str(folder), "--key", "nonsense")


def test_the_key_is_made_once_for_its_owner_alone(data_dir):
    first = signing_key().public_key()
    assert signing_key().public_key() == first
    assert stat.S_IMODE((data_dir / "signing-key").stat().st_mode) == 0o600


def test_a_configured_key_signs(settings, tmp_path):
    key = Ed25519PrivateKey.generate()
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    for given in (str(tmp_path / "key.pem"), base64.b64encode(key.private_bytes_raw()).decode()):
        settings.SIGNING_KEY = given
        assert signing_key().public_key() == key.public_key()


def test_nonsense_is_refused_at_start(monkeypatch):
    monkeypatch.setenv("READERSTUDY_SIGNING_KEY", "c2hvcnQ=")
    with pytest.raises(ImproperlyConfigured, match="READERSTUDY_SIGNING_KEY: This is no private Ed25519 key"):
        env.signing_key("READERSTUDY_SIGNING_KEY")


def test_the_audit_says_which_key_signed(folder):
    event = AuditEvent.objects.get(action="study.exported")
    assert json.loads(event.data)["key_id"] == verify_folder(folder).key_id


@pytest.mark.parametrize("text", ['{"name": "a", "bytes": 1e999, "sha256": ""}', '{"name": "\\ud800"}'])
def test_a_manifest_of_nonsense_is_said_to_be_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "MANIFEST").write_text(f'{{"format": 1, "files": [{text}]}}')
    assert only(verify_folder(tmp_path)).startswith("MANIFEST: this is no manifest")


@pytest.mark.parametrize("name", ["\x1b[2J\x1b[HOK: 12 files", "x\nOK: 12 files", "\x9bH", "\udc80"])
def test_a_name_rewrites_nothing_on_a_terminal(folder: Path, name: str) -> None:
    (folder / name).write_text("x")
    problem = only(verify_folder(folder))
    assert problem.isprintable() and problem.endswith("the manifest does not list it.")
