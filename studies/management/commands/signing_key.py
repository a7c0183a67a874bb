"""manage.py signing_key [--json]"""

from typing import Any

from studies.management.command import OperatorCommand
from studies.signing.keys import key_id, written
from studies.signing.seal import signing_key


class Command(OperatorCommand):
    help = "Prints the public key that exports are signed with, for those who will verify them."
    offers_json = True

    def act(self, options: dict[str, Any]) -> None:
        key = signing_key().public_key()
        said = {"key_id": key_id(key), "public_key": written(key)}
        self.answer(f"key id      {said['key_id']}\npublic key  {said['public_key']}", said)
