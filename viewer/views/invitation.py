"""A reader's link: GET shows a page and uses nothing up (mail scanners open links), POST begins."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from studies.enrolment import InvitationInvalid, begin, find_invitation
from viewer.access import admit
from viewer.blinding import study_page


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Shows who is invited to what; POST opens the study on this browser."""
    try:
        found = find_invitation(secret)
    except InvitationInvalid as invalid:
        return render(request, "viewer/link_invalid.html", {"sentence": str(invalid)}, status=404)
    if request.method == "POST":
        begin(found)
        admit(request, found)
        return redirect("desk")
    context = {"study": study_page(found.reader.study), "name": found.reader.name}
    return render(request, "viewer/invitation.html", context)
