"""manage.py verify FOLDER [--key PUBLICKEY] [--json]"""

from __future__ import annotations

from argparse import ArgumentTypeError
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management.base import CommandParser

from studies.management.command import FoundWanting, OperatorCommand
from studies.signing.keys import UnusableKey, public_key
from studies.signing.verification import verify_folder


class Command(OperatorCommand):
    help = "Checks an exported folder: every file's hash, the signature, the audit's chains; exit 1 says why."
    offers_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="what export_study wrote")
        parser.add_argument(
            "--key", type=_key, help="the public key that must have signed it: base64, or a file's path"
        )
        super().add_arguments(parser)

    def act(self, options: dict[str, Any]) -> None:
        verdict = verify_folder(options["folder"], options["key"])
        document = {"ok": not verdict.problems, **asdict(verdict)}
        if verdict.problems:
            if self.as_json:
                self.answer("", document)
            raise FoundWanting("\n".join(verdict.problems))
        said = f"OK: {verdict.files} files are as they were exported, the audit's chains hold."
        self.answer(f"{said}\n{verdict.means}", document | {"means": verdict.means})


def _key(text: str) -> Ed25519PublicKey:
    try:
        return public_key(text)
    except UnusableKey as error:
        raise ArgumentTypeError(str(error)) from None
