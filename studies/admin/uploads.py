"""Uploads go straight into the staging area, within limits."""

from __future__ import annotations

import tempfile
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

from studies.imports import area
from studies.refusals import Refused


class StagedFile(TemporaryUploadedFile):
    """On the disk on which it will be unpacked: taking it over is a rename."""

    def __init__(self, name: str) -> None:
        file = tempfile.NamedTemporaryFile(suffix=".upload", dir=area.root())  # noqa: SIM115  Django closes it
        UploadedFile.__init__(self, file, name)


class StagingUpload(TemporaryFileUploadHandler):
    """Stops what is too large or would fill the disk; `refusal` says why."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.received = 0
        self.refusal, self.status = "", 200

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        self._check(content_length, content_length)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        if self.refusal:
            raise StopUpload(connection_reset=True)
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = StagedFile(str(self.file_name))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        self._check(self.received, len(raw_data))
        if self.refusal:
            raise StopUpload(connection_reset=True)  # which closes the file, and so removes it
        super().receive_data_chunk(raw_data, start)

    def _check(self, size: int, wanted: int) -> None:
        """The disk is looked at again with each chunk: others write, too, and a body may say no length."""
        try:
            area.check_size(1, size)
            area.check_room(wanted)
        except Refused as refused:
            self.refusal, self.status = str(refused), 507 if isinstance(refused, area.NoRoom) else 413
