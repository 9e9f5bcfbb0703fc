"""The demo: a real township with invented people, built by the same actions that real ones go through."""

from muster.web.demo.build import DemoSummary, build, refresh
from muster.web.demo.people import make_people

__all__ = ["DemoSummary", "build", "make_people", "refresh"]
