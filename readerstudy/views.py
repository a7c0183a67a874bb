"""The front door, the health check and the plain 404."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studies.filestore import FileStore


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Says what this is and sends each person to the right place."""
    return render(request, "home.html")


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 when the database and the file store answer, 503 with the part that does not."""
    failed = {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception as error:  # any database fault at all means unhealthy
        failed["database"] = type(error).__name__
    try:
        FileStore(settings.DATA_DIR).check()
    except OSError as error:
        failed["files"] = type(error).__name__
    return JsonResponse({"healthy": not failed, "failed": failed}, status=503 if failed else 200)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same page for everything that is not there, or not for this person."""
    return render(request, "404.html", status=404)
