"""Errors as {"error": sentence, "fields": {...}}: plain, and silent about what is there."""

from typing import Any

from django.db.utils import DataError, IntegrityError, OperationalError
from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from studies.answers import InvalidAnswers
from studies.participation import OutOfTurn
from studies.preferences import InvalidPreferences
from studies.submission import AlreadyKept
from viewer.display import WindowTooSmall


def plain_error(exception: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook; None lets Django answer 500."""
    if isinstance(exception, InvalidAnswers):
        fields = exception.fields
        return Response({"error": "Some answers are missing or do not fit.", "fields": fields}, status=400)
    if isinstance(exception, InvalidPreferences):
        return Response({"error": str(exception), "fields": exception.fields}, status=400)
    if isinstance(exception, WindowTooSmall):
        return Response({"error": str(exception), "code": "window_too_small"}, status=400)
    if isinstance(exception, AlreadyKept | OutOfTurn):
        code = "already_kept" if isinstance(exception, AlreadyKept) else "not_kept"
        return Response({"error": str(exception), "code": code}, status=status.HTTP_409_CONFLICT)
    if isinstance(exception, IntegrityError | DataError):
        return Response({"error": "The answer was not taken.", "code": "not_kept"}, status=409)
    if isinstance(exception, RecursionError):
        return Response({"error": "The message is nested too deeply."}, status=400)
    if isinstance(exception, OperationalError):
        return Response(
            {"error": "The answer could not be kept just now."}, status=503, headers={"Retry-After": "1"}
        )
    response = exception_handler(exception, context)
    if response is not None:
        response.data = {"error": _sentence(response.status_code, response.data)}
    return response


def _sentence(code: int, data: Any) -> str:
    if code == status.HTTP_404_NOT_FOUND:
        return "Not found."
    if isinstance(data, dict) and "detail" in data:
        return str(data["detail"])
    return "The message is not as the schema says: " + "; ".join(_faults("", data))


def _faults(place: str, data: Any) -> list[str]:
    if isinstance(data, dict):
        return [fault for key, below in data.items() for fault in _faults(f"{place}{key}: ", below)]
    if isinstance(data, list):
        return [fault for below in data for fault in _faults(place, below)]
    return [f"{place}{data}"]
