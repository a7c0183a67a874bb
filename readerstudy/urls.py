"""Addresses of the whole site."""

from django.contrib import admin
from django.urls import include, path

from readerstudy import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.health, name="health"),
    path("admin/", admin.site.urls),
    path("", include("viewer.urls")),
]

handler404 = "readerstudy.views.not_found"
