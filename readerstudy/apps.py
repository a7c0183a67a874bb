"""The admin's configuration: Django's own, on this project's site."""

from django.contrib.admin.apps import AdminConfig


class ReaderStudyAdminConfig(AdminConfig):
    """Named in INSTALLED_APPS in place of django.contrib.admin."""

    # Outside the package of pages: those register on the site, which must be there first.
    default_site = "readerstudy.admin_site.ReaderStudySite"
