"""Who asks: a browser bound to an invitation. Changes need the CSRF token as well."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from studies.models import Reader
from viewer.access import reader_of


class _Csrf(CsrfViewMiddleware):
    """Django's own check, called by hand, since DRF's views are exempt from the middleware."""

    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


def _no_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class ReaderSession(BaseAuthentication):
    """request.user is the Reader."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        reader = reader_of(request._request)
        if reader is None:
            return None
        check = _Csrf(_no_view)
        check.process_request(request._request)
        reason = check.process_view(request._request, _no_view, (), {})
        if reason:
            raise PermissionDenied("The page is out of date. Load it again.")
        return reader, None


class IsReader(BasePermission):
    """Only an invited reader."""

    message = "Open the link in your invitation first."

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, Reader)
