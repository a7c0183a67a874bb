"""Originals at rest: sealed, bound to their name, under keys that can be changed."""

import base64
import hashlib
import io
import json
import os
import tracemalloc
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from readerstudy import env
from studies.filestore import FileStore
from studies.ingest.staging import Staging
from studies.sealing import HEAD, PIECE, Sealed, is_under, key_id, pieces, seal, unseal

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


def sealed(data: bytes, name: str, key: bytes) -> bytes:
    return b"".join(seal(pieces(io.BytesIO(data)), name, [key]))


def opened(data: bytes, name: str, key: bytes) -> bytes:
    return b"".join(unseal(io.BytesIO(data), name, [key]))


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_files_of_every_length_come_back(length: int) -> None:
    data = os.urandom(length)
    assert opened(sealed(data, "a", NEW), "a", NEW) == data


@pytest.mark.parametrize("order", [[0], [1, 0, 2], [0, 2], [0, 1], [0, 1, 1, 2], [0, 1, 2, 2], []])
def test_no_piece_can_be_moved_left_out_or_put_behind(order: list[int]) -> None:
    whole = sealed(os.urandom(2 * PIECE + 7), "a", NEW)
    head, size = HEAD + 32, PIECE + 16
    parts = [whole[head + at * size :][:size] for at in order]
    with pytest.raises(Sealed, match="was changed"):
        opened(whole[:head] + b"".join(parts), "a", NEW)


def test_a_file_sealed_in_one_piece_is_still_read() -> None:
    head = b"RSV1" + key_id(OLD) + os.urandom(12)
    former = head + AESGCM(OLD).encrypt(head[-12:], DATA, head + b"a")
    assert opened(former, "a", OLD) == DATA and is_under(former, OLD) and not is_under(former, NEW)
    with pytest.raises(Sealed, match="was changed"):
        opened(former[:-1], "a", OLD)


def test_an_original_of_any_size_is_vaulted_in_little_memory(data_dir: Path, tmp_path: Path) -> None:
    source = tmp_path / "large.dcm"
    with source.open("wb") as file:
        file.truncate(64 * PIECE)
    digest = hashlib.file_digest(source.open("rb"), "sha256").hexdigest()
    staged = Staging(FileStore(data_dir))
    tracemalloc.start()
    staged.keep_original(source, digest)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * PIECE


def test_an_original_that_changed_since_it_was_hashed_is_refused(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(DATA)
    staged = Staging(FileStore(data_dir))
    with pytest.raises(OSError, match="changed while it was read"):
        staged.keep_original(tmp_path / "a.dcm", "0" * 64)
    assert not [path for path in data_dir.rglob("*") if path.is_file()]


def test_same_file_twice_gives_other_ciphertext() -> None:
    assert sealed(DATA, "a", NEW) != sealed(DATA, "a", NEW)


@pytest.mark.parametrize("at", [0, 5, 15, 50, -1])
def test_a_changed_byte_is_refused(at: int) -> None:
    changed = bytearray(sealed(DATA, "a", NEW))
    changed[at] ^= 1
    with pytest.raises(Sealed):
        opened(bytes(changed), "a", NEW)


def test_one_file_cannot_stand_in_for_another() -> None:
    with pytest.raises(Sealed, match="was changed"):
        opened(sealed(DATA, "a", NEW), "b", NEW)


def test_a_file_cut_short_is_refused() -> None:
    with pytest.raises(Sealed, match="not sealed"):
        opened(sealed(DATA, "a", NEW)[:10], "a", NEW)


def test_a_missing_key_is_named_and_none_is_told() -> None:
    with pytest.raises(Sealed, match="READERSTUDY_VAULT_KEYS") as refusal:
        opened(sealed(DATA, "a", OLD), "a", NEW)
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
