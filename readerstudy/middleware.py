"""Headers that every page of a reader carries."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

READER_PREFIXES = ("/read/", "/reading/", "/api/")


class PrivatePages:
    """No cache stores a reader's page and no Referer names it: the link is the key."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(READER_PREFIXES):
            # Django's CSRF check over HTTPS wants a Referer; the origin alone tells nothing.
            response["Referrer-Policy"] = "strict-origin"
            response.setdefault("Cache-Control", "no-store")
        response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        return response
