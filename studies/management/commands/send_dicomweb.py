"""manage.py send_dicomweb SLUG --to SERVER [--json]"""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from studies import audit
from studies.export.sending import Sent, send
from studies.imports.dicomweb import server
from studies.management.command import FoundWanting, StudyCommand
from studies.models import Study


class Command(StudyCommand):
    """Again, it goes on with what the server does not have."""

    help = "Sends a locked study's de-identified DICOM to a DICOMweb server; exit 1 while any is not there."
    offers_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--to", required=True, metavar="SERVER", help="a name of READERSTUDY_DICOMWEB")

    def act_on(self, study: Study, options: dict[str, Any]) -> None:
        sent = send(study, server(options["to"]), audit.OPERATOR, self._tick)
        self.answer(_told(sent), asdict(sent) | {"ok": sent.is_whole})
        if not sent.is_whole:
            raise FoundWanting("\n".join([*map(str, sent.failures), *filter(None, [sent.stopped])]))

    def _tick(self, done: int, total: int) -> None:
        if done and done % 100 == 0 and not self.as_json:
            self.stdout.write(f"{done} of {total} …")


def _told(sent: Sent) -> str:
    left = sent.copies - sent.sent - sent.there_already
    warned = f" ({sent.with_warning} with a warning)" if sent.with_warning else ""
    words = f"{sent.study}: {sent.sent} of {sent.copies} copies sent to {sent.server}{warned}, "
    return f"{words}{sent.there_already} were there already, {left} are not there. {sent.notice}".rstrip()
