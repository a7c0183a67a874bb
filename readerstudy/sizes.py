"""How large a request's body may be: by its address, before anything reads it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

MB = 1_000_000
LARGEST = 4 * MB  # the longest interaction log and the longest answers come to a third of it
# What is larger by its nature, by the address's name; None: it counts for itself while it is received.
LARGER: dict[str, int | None] = {
    "admin:studies_import_add": None,
    "admin:studies_import_complete": 25 * MB,
    "dicomweb": None,
    "dicomweb-study": None,
}
SENTENCE = "The message is too large."


class BodySizes:
    """Answers 413 where a body says that it is longer; the server reads no further than it says."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Before the CSRF check, which reads forms."""
        match = request.resolver_match
        most = LARGER.get(match.view_name if match else "", LARGEST)
        said = request.META.get("CONTENT_LENGTH") or "0"
        if most is None or (said.isdecimal() and int(said) <= most):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse({"error": SENTENCE}, status=413)
        return HttpResponse(SENTENCE, status=413, content_type="text/plain")
