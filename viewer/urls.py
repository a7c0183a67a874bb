"""Addresses of readers' pages and of their API. None of them names a session, a case or a purpose."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from viewer.api import dicomweb
from viewer.api import views as api
from viewer.views import invitation, steps

urlpatterns = [
    path("read/<str:secret>/", invitation.invitation, name="invitation"),
    path("reading/", steps.desk, name="desk"),
    path("reading/<slug:name>/", steps.take, name="step"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/v1/dicomweb/studies", dicomweb.store, name="dicomweb"),
    path("api/v1/dicomweb/studies/<str:study_uid>", dicomweb.store, name="dicomweb-study"),
    path("api/v1/preferences/", api.Preferences.as_view(), name="api-preferences"),
    path("api/v1/assignments/", api.Assignments.as_view(), name="api-assignments"),
    path("api/v1/readings/next/", api.NextReading.as_view(), name="api-next"),
    path("api/v1/readings/<str:address>/", api.SubmitReading.as_view(), name="api-submit"),
    path(
        "api/v1/readings/<str:address>/images/<int:image>/frames/<int:frame>",
        api.ReadingFrame.as_view(),
        name="api-frame",
    ),
    path(
        "api/v1/readings/<str:address>/images/<int:image>/frames/<int:frame>/overlay",
        api.ReadingOverlay.as_view(),
        name="api-overlay",
    ),
]
