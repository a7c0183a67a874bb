"""manage.py rekey_vault"""

from typing import Any

from django.conf import settings

from studies.filestore import FileStore
from studies.management.command import OperatorCommand
from studies.refusals import NotReady
from studies.sealing import Sealed


class Command(OperatorCommand):
    help = "Seals all originals with the first of READERSTUDY_VAULT_KEYS; afterwards the older keys can go."
    offers_json = True

    def act(self, options: dict[str, Any]) -> None:
        try:
            changed, there = FileStore(settings.DATA_DIR).rekey_vault()
        except Sealed as refusal:
            raise NotReady([str(refusal)]) from refusal
        text = f"{changed} of {there} originals were sealed anew; all are under the first key now."
        self.answer(text, {"sealed_anew": changed, "originals": there})
