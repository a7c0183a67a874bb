"""The readers' API: my sessions, the next case, its frames, and the door for answers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from studies.models import Reader
from studies.participation import next_step
from studies.preferences import keep_preferences, preferences_of
from studies.submission import note_served, submit
from viewer.access import open_frame, open_overlay, open_readings, own_reading
from viewer.api.messages import (
    AssignmentMessage,
    CaseMessage,
    ErrorMessage,
    KeptMessage,
    PreferencesMessage,
    SubmissionMessage,
)
from viewer.blinding import case_page, session_page
from viewer.display import require_window
from viewer.frames import frame_response

REFUSALS = {403: ErrorMessage, 404: ErrorMessage}
TAKING = {**REFUSALS, 400: ErrorMessage, 413: ErrorMessage}


def _reader(request: Request) -> Reader:
    return cast(Reader, request.user)


def _next_case(reader: Reader) -> dict[str, Any] | None:
    """The case to be read now, noted as served."""
    step = next_step(reader)
    found = open_readings(step)
    if found is None:
        return None
    note_served(found.reading)
    return asdict(case_page(step, found))


@method_decorator(never_cache, name="dispatch")
class Assignments(APIView):
    """My sessions, up to the one that I have reached."""

    @extend_schema(responses={200: AssignmentMessage(many=True), **REFUSALS})
    def get(self, request: Request) -> Response:
        """Sessions begun or finished, in their order."""
        begun = _reader(request).assignments.filter(briefed_utc__isnull=False)
        pages = [
            (session_page(assignment), assignment)
            for assignment in begun.select_related("reader", "session__study__protocol").order_by("number")
        ]
        return Response(
            [
                {
                    "number": assignment.number,
                    "title": page.title,
                    "done": page.done,
                    "total": page.total,
                    "finished": assignment.finished_utc is not None,
                }
                for page, assignment in pages
            ]
        )


@method_decorator(never_cache, name="dispatch")
class NextReading(APIView):
    """The case to be read now."""

    http_method_names = ["get", "options"]  # HEAD would stamp a case as served that nobody sees

    @extend_schema(
        responses={200: CaseMessage, 204: OpenApiResponse(description="No case is waiting now."), **REFUSALS}
    )
    def get(self, request: Request) -> Response:
        """The current case with its questions, and the pictures of the next two."""
        page = _next_case(_reader(request))
        return Response(status=204) if page is None else Response(page)


@method_decorator(never_cache, name="dispatch")
class SubmitReading(APIView):
    """The door for answers."""

    @extend_schema(
        request=SubmissionMessage,
        responses={200: KeptMessage, 409: ErrorMessage, 503: ErrorMessage, **TAKING},
    )
    def post(self, request: Request, address: str) -> Response:
        """Keeps the answers; a reply of 200 means that they are on disk. Sending again changes nothing."""
        reader = _reader(request)
        reading = own_reading(reader, address)
        message = SubmissionMessage(data=request.data)
        message.is_valid(raise_exception=True)
        submission = message.submission()
        require_window(reader, reading, submission.display)
        submit(reading, submission, actor=f"reader:{reader.pk}")
        return Response({"kept": True, "next": _next_case(reader)})


class ReadingFrame(APIView):
    """A frame's grey values."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, 406: None, **REFUSALS})
    def get(self, request: Request, address: str, image: int, frame: int) -> HttpResponse:
        """Of the current case and the next two of the same session alone."""
        found = open_frame(_reader(request), address, image, frame)
        return frame_response(request._request, found.sha256)


class ReadingOverlay(APIView):
    """What a device drew over a frame: 1 where it did, else 0."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, 406: None, **REFUSALS})
    def get(self, request: Request, address: str, image: int, frame: int) -> HttpResponse:
        """Where the protocol shows overlays, of the same cases as frames."""
        found = open_overlay(_reader(request), address, image, frame)
        return frame_response(request._request, found.overlay_sha256)


@method_decorator(never_cache, name="dispatch")
class Preferences(APIView):
    """My keys and the side of the questions."""

    @extend_schema(responses={200: PreferencesMessage, **REFUSALS})
    def get(self, request: Request) -> Response:
        """What was kept, or the standard."""
        return Response(PreferencesMessage(preferences_of(_reader(request))).data)

    @extend_schema(request=PreferencesMessage, responses={200: PreferencesMessage, **TAKING})
    def put(self, request: Request) -> Response:
        """Takes the place of what was kept."""
        message = PreferencesMessage(data=request.data)
        message.is_valid(raise_exception=True)
        return Response(PreferencesMessage(keep_preferences(_reader(request), **message.validated_data)).data)
