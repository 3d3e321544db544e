"""The report: one page that says what a sweep found."""

from leanset.report.content import Content
from leanset.report.page import report_page

__all__ = ["Content", "report_page"]
