"""A stored derivative -> bytes for the browser: same container, same headers, padded sizes."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from studies.filestore import FileStore

CODINGS = {"zstd": ".zst", "gzip": ".gz"}


def frame_response(request: HttpRequest, sha256: str) -> HttpResponse:
    """A frame or overlay as it was encoded at import, in the better coding that the browser takes."""
    store = FileStore(settings.DATA_DIR)
    coding = _coding(request.headers.get("Accept-Encoding", "gzip"))
    if coding is None:  # undone, a frame's size would tell what its padding hides
        return HttpResponse("Accept-Encoding must name zstd or gzip.", status=406, content_type="text/plain")
    response = HttpResponse(store.read("derivatives", sha256, CODINGS[coding]))
    response["Content-Encoding"] = coding
    response["Content-Type"] = "application/octet-stream"
    response["Content-Length"] = str(len(response.content))
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    response["Vary"] = "Accept-Encoding"
    return response


def _coding(accepted: str) -> str | None:
    offers = {}
    for offer in accepted.lower().split(","):
        name, _, quality = offer.strip().partition(";")
        offers[name.strip()] = quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return next((coding for coding in CODINGS if offers.get(coding, offers.get("*", False))), None)
