"""The readers' side of the application."""

from django.apps import AppConfig


class ViewerConfig(AppConfig):
    """Pages and API for readers."""

    name = "viewer"

    def ready(self) -> None:
        from viewer.api import schema  # noqa: F401  registers itself with the schema's generator
