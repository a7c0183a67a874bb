"""Originals at rest: sealed, bound to their name, under keys that can be changed."""

import base64
import hashlib
import json
import os
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from readerstudy import env
from studies.filestore import FileStore
from studies.sealing import Sealed, key_id, seal, unseal

OLD, NEW = os.urandom(32), os.urandom(32)
DATA = b"DICM" + bytes(range(256)) * 40


def kept(data_dir: Path) -> tuple[FileStore, str, Path]:
    store = FileStore(data_dir)
    digest = store.keep("vault", DATA)
    return store, digest, store.path("vault", digest)


def test_an_original_lies_sealed_and_is_read_as_it_came(data_dir: Path) -> None:
    store, digest, path = kept(data_dir)
    assert digest == hashlib.sha256(DATA).hexdigest() and store.read("vault", digest) == DATA
    assert DATA[:16] not in path.read_bytes()


def test_same_file_twice_gives_other_ciphertext() -> None:
    assert seal(DATA, "a", [NEW]) != seal(DATA, "a", [NEW])


@pytest.mark.parametrize("at", [0, 5, 15, 30, -1])
def test_a_changed_byte_is_refused(at: int) -> None:
    sealed = bytearray(seal(DATA, "a", [NEW]))
    sealed[at] ^= 1
    with pytest.raises(Sealed):
        unseal(bytes(sealed), "a", [NEW])


def test_one_file_cannot_stand_in_for_another() -> None:
    with pytest.raises(Sealed, match="was changed"):
        unseal(seal(DATA, "a", [NEW]), "b", [NEW])


def test_a_file_cut_short_is_refused() -> None:
    with pytest.raises(Sealed, match="not sealed"):
        unseal(seal(DATA, "a", [NEW])[:10], "a", [NEW])


def test_a_missing_key_is_named_and_none_is_told() -> None:
    with pytest.raises(Sealed, match="READERSTUDY_VAULT_KEYS") as refusal:
        unseal(seal(DATA, "a", [OLD]), "a", [NEW])
    assert key_id(OLD).hex() not in str(refusal.value)


def test_keys_are_changed_in_place(data_dir: Path, settings, capsys) -> None:
    settings.VAULT_KEYS = [OLD]
    store, digest, path = kept(data_dir)
    settings.VAULT_KEYS = [NEW, OLD]
    call_command("rekey_vault", "--json")
    assert json.loads(capsys.readouterr().out) == {"sealed_anew": 1, "originals": 1}
    settings.VAULT_KEYS = [NEW]
    assert store.read("vault", digest) == DATA


def test_originals_from_before_there_were_keys_are_sealed(data_dir: Path) -> None:
    store, digest, path = kept(data_dir)
    path.write_bytes(DATA)
    assert store.rekey_vault() == (1, 1)
    assert store.read("vault", digest) == DATA


def test_a_lost_key_stops_the_change_and_harms_nothing(data_dir: Path, settings) -> None:
    settings.VAULT_KEYS = [OLD]
    _, _, path = kept(data_dir)
    before = path.read_bytes()
    settings.VAULT_KEYS = [NEW]
    with pytest.raises(CommandError, match="Add the old key"):
        call_command("rekey_vault")
    assert path.read_bytes() == before


def test_keys_of_the_environment(tmp_path: Path, monkeypatch) -> None:
    both = ",".join(base64.b64encode(key).decode() for key in (NEW, OLD))
    monkeypatch.setenv("KEYS", both)
    assert env.keys("KEYS", 32, tmp_path / "key") == [NEW, OLD]


@pytest.mark.parametrize("text", ["short", "AAAA", "é" * 44])
def test_a_bad_key_is_refused_at_start(text: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("KEYS", text)
    with pytest.raises(ImproperlyConfigured, match="openssl rand -base64 32"):
        env.keys("KEYS", 32, tmp_path / "key")


def test_without_the_variable_a_key_is_made_once(tmp_path: Path) -> None:
    first = env.keys("NO_SUCH_KEYS", 32, tmp_path / "key")
    assert first == env.keys("NO_SUCH_KEYS", 32, tmp_path / "key") and len(first[0]) == 32
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("beside", "found"), [(True, ["studies.W001"]), (False, [])])
def test_a_key_beside_the_data_is_warned_of(beside: bool, found: list[str], settings) -> None:
    from studies.checks import vault_key

    settings.VAULT_KEY_BESIDE_DATA = beside
    assert [message.id for message in vault_key()] == found
