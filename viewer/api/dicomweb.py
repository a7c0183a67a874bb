"""POST /api/v1/dicomweb/studies: the one DICOMweb transaction that is answered; nothing can be read here."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from studies.imports import stow, tokens
from studies.imports.multipart import Malformed, parameters
from studies.models import Study

JSON = "application/dicom+json"


@csrf_exempt  # no cookie counts here: the token does
@require_POST
def store(request: HttpRequest, study_uid: str = "") -> HttpResponse:
    """Stages what is sent, for the study of the token."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    try:
        token = tokens.of(secret.strip()) if scheme.lower() == "bearer" else None
    except tokens.TooMany:
        return _error(429, "Too many requests in this minute.", {"Retry-After": "60"})
    if token is None:
        return _error(401, "A token that works is needed.", {"WWW-Authenticate": "Bearer"})
    if token.study.state != Study.State.DRAFT:
        return _error(403, "The study of this token takes no more cases.")
    kind, said = parameters(request.headers.get("Content-Type", ""))
    if kind != "multipart/related" or said.get("type", "application/dicom") != "application/dicom":
        return _error(415, 'Send multipart/related; type="application/dicom".')
    read = _body(request)
    if read is None:
        return _error(411, "Send a Content-Length.")
    try:
        answer = stow.receive(token, read, said.get("boundary", ""), study_uid)
    except Malformed as error:
        return _error(400, str(error))
    except stow.TooManyParts:
        return _error(413, "The message has more parts than an import may have files.")
    if not (answer.stored or answer.failed):
        return _error(400, "The message has no part.")
    return JsonResponse(answer.document(), status=answer.status, content_type=JSON)


def _body(request: HttpRequest) -> Callable[[int], bytes] | None:
    """The message as a stream; one in chunks where the server says when it ends."""
    if request.headers.get("Transfer-Encoding", "").lower() == "chunked":
        if not request.META.get("wsgi.input_terminated"):
            return None
        read: Callable[[int], bytes] = request.META["wsgi.input"].read
        return read
    return request.read if request.headers.get("Content-Length") else None


def _error(status: int, sentence: str, headers: dict[str, str] | None = None) -> HttpResponse:
    return JsonResponse({"error": sentence}, status=status, headers=headers)
