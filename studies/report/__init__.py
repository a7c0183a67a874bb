"""The report of a locked study: a page to print, its tables and its figures."""

from studies.report.document import Reported, make_report

__all__ = ["Reported", "make_report"]
