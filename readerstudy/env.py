"""Typed readers of environment variables; nonsense is refused at start."""

import base64
import contextlib
import hashlib
import json
import os
import re
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from studies.signing.keys import UnusableKey, private_key

_env = environ.Env()


def flag(name: str, default: bool) -> bool:
    """A yes or no: one of 1, 0, true, false, yes, no, on, off."""
    text = os.environ.get(name)
    if text is None or text == "":
        return default
    answers = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    if text.lower() not in answers:
        raise ImproperlyConfigured(f"{name}={text!r} is neither yes nor no; write 1 or 0.")
    return answers[text.lower()]


def number(name: str, default: int, lowest: int, highest: int) -> int:
    """A whole number within bounds."""
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or not lowest <= int(text) <= highest:
        raise ImproperlyConfigured(f"{name}={text!r} must be a whole number from {lowest} to {highest}.")
    return int(text)


def words(name: str, default: list[str]) -> list[str]:
    """A comma-separated list."""
    text = os.environ.get(name)
    return [word.strip() for word in text.split(",") if word.strip()] if text else default


def origins(name: str) -> list[str]:
    """Comma-separated origins such as https://study.example.org."""
    found = words(name, [])
    for origin in found:
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path:
            raise ImproperlyConfigured(
                f"{name}: {origin!r} is no origin; write it like https://study.example.org."
            )
    return found


def folder(name: str, default: Path) -> Path:
    """A folder, made when it is missing, for the owner's eyes alone."""
    path = Path(os.environ.get(name) or default).expanduser().resolve()
    if path.exists() and not path.is_dir():
        raise ImproperlyConfigured(f"{name}={path} is a file; name a folder.")
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def secret(name: str, kept_in: Path) -> str:
    """A secret from the environment, or one made once and kept beside the data."""
    text = os.environ.get(name)
    if text:
        if len(text) < 50:
            raise ImproperlyConfigured(f"{name} has {len(text)} characters; use at least 50 random ones.")
        return text
    if not kept_in.exists():
        made = kept_in.with_name(f"{kept_in.name}.{os.getpid()}")
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
        with contextlib.suppress(FileExistsError):  # another process was quicker; its secret counts
            os.link(made, kept_in)  # whole from its first moment on
        made.unlink()
    return kept_in.read_text()


def signing_key(name: str) -> str:
    """A private Ed25519 key: a file's path or base64; empty where none is named."""
    text = os.environ.get(name, "")
    if text:
        try:
            private_key(text)
        except UnusableKey as error:
            raise ImproperlyConfigured(f"{name}: {error}") from None
    return text


def keys(name: str, length: int, kept_in: Path) -> list[bytes]:
    """Comma-separated base64 keys, the newest first; without the variable one made once, beside the data."""
    text = os.environ.get(name)
    if not text:
        return [hashlib.sha256(secret("", kept_in).encode()).digest()[:length]]
    found = []
    for number, word in enumerate(words(name, []), 1):
        try:
            found.append(base64.b64decode(word, validate=True))
        except ValueError:
            found.append(b"")
        if len(found[-1]) != length:
            raise ImproperlyConfigured(
                f"{name}: key {number} is not {length} bytes in base64. Try `openssl rand -base64 {length}`."
            )
    return found


def database(name: str, sqlite_file: Path) -> dict[str, object]:
    """DATABASE_URL for PostgreSQL; without it SQLite, with every commit on disk before it is acknowledged."""
    url = os.environ.get(name)
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": sqlite_file,
            "TEST": {"NAME": sqlite_file.with_name("test.sqlite3")},
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    config: dict[str, object] = dict(_env.db_url_config(url))
    if config.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured(f"{name} must begin with postgres://; leave it out for SQLite.")
    config["OPTIONS"] = {**dict(config.get("OPTIONS") or {}), "pool": True}  # type: ignore[call-overload]
    return config


def servers(name: str) -> dict[str, dict[str, str]]:
    """A JSON object of DICOMweb servers: {"name": {"url": "https://…", "authorization": "Bearer …"}}."""
    try:
        found = json.loads(os.environ.get(name) or "{}")
        sound = all(
            re.fullmatch(r"[a-z0-9-]{1,40}", key)
            and set(server) <= {"url", "authorization"}
            and urlsplit(server["url"]).scheme in {"http", "https"}
            and all(isinstance(value, str) for value in server.values())
            for key, server in found.items()
        )
    except (ValueError, AttributeError, TypeError, KeyError):
        sound = False
    if not sound:
        raise ImproperlyConfigured(
            f'{name} must be JSON such as {{"pacs": {{"url": "https://pacs.example.org/dicom-web", '
            '"authorization": "Bearer …"}}}}; names are of a-z, 0-9 and -.'
        )
    return dict(found)
