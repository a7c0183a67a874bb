"""Uploads go straight into the staging area, within limits."""

from __future__ import annotations

import tempfile
from typing import Any

from django.conf import settings
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
        self.refusal = ""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        try:
            area.check_size(1, content_length)
            area.check_room(content_length)
        except Refused as refused:
            self.refusal = str(refused)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        if self.refusal:
            raise StopUpload(connection_reset=True)
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = StagedFile(str(self.file_name))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > settings.IMPORT_MB * area.MB:
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)
