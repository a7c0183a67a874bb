"""The pages on which an import is begun, confirmed, completed or discarded."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studies.admin.base import actor
from studies.admin.uploads import StagingUpload
from studies.codebook import guarded
from studies.imports import area, dicomweb, door, steps, thumbnails
from studies.models import Import, Study
from studies.refusals import Refused

if TYPE_CHECKING:
    from studies.admin.imports import ImportAdmin

LARGEST_TABLE = 20_000_000
QUEUED = "The files are staged. They are checked in the background; this page says how far that is."
SERVER_IDS = "server_%s"  # two forms stand on one page
NOT_UTF_8 = "cases.csv: It is not UTF-8 text. Save it as UTF-8."


class ZipForm(forms.Form):
    """A zip, and for pictures without a study.yaml the draft that they join."""

    zip = forms.FileField(
        label="Zip file",
        help_text="A study’s folder (study.yaml, cases.csv, images), or images alone.",
        widget=forms.FileInput(attrs={"accept": ".zip"}),
    )
    study = forms.ModelChoiceField(
        Study.objects.none(),
        required=False,
        label="Draft study",
        empty_label="the zip brings its own study.yaml",
        help_text="For images alone: the study whose cases they will be.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["study"]
        field.queryset = Study.objects.filter(state=Study.State.DRAFT)


class ServerForm(forms.Form):
    """What a DICOMweb server is asked for, and the draft that the images join."""

    server = forms.ChoiceField(help_text="As the operator of this site has named them.")
    study = forms.ModelChoiceField(Study.objects.none(), label="Draft study")
    StudyInstanceUID = forms.CharField(required=False, max_length=64, label="Study Instance UID")
    SeriesInstanceUID = forms.CharField(required=False, max_length=64, label="Series Instance UID")
    PatientID = forms.CharField(required=False, max_length=64, label="Patient ID")
    AccessionNumber = forms.CharField(required=False, max_length=64, label="Accession number")
    StudyDate = forms.CharField(
        required=False, max_length=17, label="Study date", help_text="20260101-20260131"
    )
    Modality = forms.CharField(required=False, max_length=16, help_text="CT, MR, DX …")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        servers: Any = self.fields["server"]
        servers.choices = [(name, name) for name in settings.DICOMWEB]
        field: Any = self.fields["study"]
        field.queryset = Study.objects.filter(state=Study.State.DRAFT)


@csrf_exempt  # until the way of the upload is set; `_add` is protected
def add(request: HttpRequest, imports_admin: ImportAdmin) -> HttpResponse:
    """Takes a zip straight to the disk."""
    if not imports_admin.has_add_permission(request):
        raise PermissionDenied
    upload = StagingUpload(request)
    request.upload_handlers = [upload]
    response: HttpResponse = csrf_protect(_add)(request, imports_admin, upload)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def _add(request: HttpRequest, imports_admin: ImportAdmin, upload: StagingUpload) -> HttpResponse:
    form = ZipForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["zip"]
        path = Path(file.temporary_file_path())
        imported = door.from_zip(path, file.name, form.cleaned_data["study"], actor(request))
        messages.success(request, QUEUED)
        return redirect("admin:studies_import_change", imported.pk)
    if upload.refusal:
        messages.error(request, upload.refusal)
    forms_of = {"form": form, "server_form": ServerForm(auto_id=SERVER_IDS)}
    return _page(request, imports_admin, forms_of, upload.status)


def _page(
    request: HttpRequest, imports_admin: ImportAdmin, page: dict[str, Any], status: int = 200
) -> HttpResponse:
    context = {
        **imports_admin.admin_site.each_context(request),
        "opts": imports_admin.opts,
        "title": "New import",
        "has_servers": bool(settings.DICOMWEB),
        **page,
    }
    return TemplateResponse(request, "admin/studies/import/add.html", context, status=status)


@require_POST
def fetch(request: HttpRequest, imports_admin: ImportAdmin) -> HttpResponse:
    """Queues what a DICOMweb server is asked for."""
    if not imports_admin.has_add_permission(request):
        raise PermissionDenied
    form = ServerForm(request.POST, auto_id=SERVER_IDS)
    if form.is_valid():
        query = {key: form.cleaned_data[key].strip() for key in dicomweb.KEYS if form.cleaned_data[key]}
        server, study = form.cleaned_data["server"], form.cleaned_data["study"]
        try:
            imported = door.from_server(server, query, study, actor(request))
        except Refused as refused:
            form.add_error(None, [str(refusal) for refusal in refused.refusals])
        else:
            return redirect("admin:studies_import_change", imported.pk)
    return _page(request, imports_admin, {"form": ZipForm(), "server_form": form})


@require_POST
def act(request: HttpRequest, imports_admin: ImportAdmin, pk: int, name: str) -> HttpResponse:
    """One of ACTIONS, then back to the import."""
    imported = _found(request, imports_admin, pk)
    if not imports_admin.has_act_permission(request):
        raise PermissionDenied
    try:
        ACTIONS[name](request, imported)
    except Refused as refused:
        for refusal in refused.refusals:
            messages.error(request, str(refusal))
    return redirect("admin:studies_import_change", pk)


def _confirm(request: HttpRequest, imported: Import) -> None:
    door.confirm(imported, actor(request), seen=request.POST.get("seen", ""))


def _check(request: HttpRequest, imported: Import) -> None:
    door.check(imported, actor(request))


def _discard(request: HttpRequest, imported: Import) -> None:
    if area.discard(imported, actor(request), "Discarded by a person."):
        messages.success(request, "The import was discarded, and its files with it.")


def _complete(request: HttpRequest, imported: Import) -> None:
    file = request.FILES.get("table")
    if file is None or (file.size or 0) > LARGEST_TABLE:
        messages.error(request, "Choose the completed cases.csv.")
        return
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        messages.error(request, NOT_UTF_8)
        return
    door.complete(imported, text, actor(request))


ACTIONS: dict[str, Callable[[HttpRequest, Import], None]] = {
    "confirm": _confirm,
    "check": _check,
    "discard": _discard,
    "complete": _complete,
}


@require_safe
def proposed(request: HttpRequest, imports_admin: ImportAdmin, pk: int) -> HttpResponse:
    """The proposed cases.csv."""
    imported = _found(request, imports_admin, pk)
    if not imported.preview.get("proposal"):
        raise Http404
    return _csv("cases.csv", steps.proposed_table(imported))


@require_safe
def thumbnail(request: HttpRequest, imports_admin: ImportAdmin, pk: int, number: int) -> HttpResponse:
    """One of the small pictures, at which nobody has looked yet: admin_view says that no cache keeps it."""
    png = thumbnails.read(_found(request, imports_admin, pk), number)
    if png is None:
        raise Http404
    return HttpResponse(png, "image/png")


@require_safe
def reasons(request: HttpRequest, imports_admin: ImportAdmin, pk: int) -> HttpResponse:
    """Every file not taken, with its reason."""
    imported = _found(request, imports_admin, pk)
    response = _csv(f"import-{pk}-not-taken.csv", "")
    writer = csv.writer(response, lineterminator="\n")
    writer.writerow(("file", "line", "rule", "remedy"))
    for row in imported.reasons:
        writer.writerow(
            [guarded(row["file"]), row["line"] or "", guarded(row["rule"]), guarded(row["remedy"])]
        )
    return response


def _csv(name: str, text: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, "text/csv; charset=utf-8", headers=headers)


def _found(request: HttpRequest, imports_admin: ImportAdmin, pk: int) -> Import:
    if not imports_admin.has_view_permission(request):
        raise PermissionDenied
    return get_object_or_404(Import.objects.select_related("study"), pk=pk)
