"""The application's start: checks, triggers and roles are registered here, nothing else happens."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class StudiesConfig(AppConfig):
    """Studies, their readings and their records."""

    name = "studies"
    verbose_name = "Reader studies"

    def ready(self) -> None:
        from studies import checks, roles, triggers

        checks.register()
        pre_migrate.connect(triggers.remove_before_migrate, sender=self)
        post_migrate.connect(triggers.install_after_migrate, sender=self)
        post_migrate.connect(roles.ensure_after_migrate, sender=self)
