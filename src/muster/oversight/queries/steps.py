"""The funnel of a board as lines: figure, a few words, and how long its bar is."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext, ngettext, npgettext, pgettext

from muster.callups.queries.funnel import Funnel
from muster.toolkit.marks import percent


@dataclass(frozen=True)
class Step:
    """One line: its word, a note beside it, the figure, and the bar as an SVG width."""

    css: str
    word: str
    note: str
    count: int
    width: str


def steps_of(funnel: Funnel, *, posts: int, places: int, units: int) -> list[Step]:
    """Needed to arrived, all bars in one scale."""
    widest = max(funnel.needed, funnel.pledged, funnel.named, funnel.accepted, funnel.arrived)
    lines = (
        ("f0", pgettext("funnel", "Needed"), _where(posts, places), funnel.needed),
        (
            "f1",
            pgettext("funnel", "Pledged"),
            ngettext("%(count)s unit", "%(count)s units", units) % {"count": units},
            funnel.pledged,
        ),
        ("f2", pgettext("funnel", "Named"), "", funnel.named),
        (
            "f3",
            pgettext("funnel", "Accepted"),
            gettext("%(count)s missing") % {"count": funnel.missing} if funnel.missing else "",
            funnel.accepted,
        ),
        (
            "f4",
            pgettext("funnel", "Arrived"),
            gettext("%(count)s still to come") % {"count": funnel.on_the_way} if funnel.on_the_way else "",
            funnel.arrived,
        ),
    )
    return [Step(css, word, note, count, percent(count, widest)) for css, word, note, count in lines]


def _where(posts: int, places: int) -> str:
    # Words of their own: beside the figure there is room for the shortest only.
    return gettext("%(posts)s · %(places)s") % {
        "posts": npgettext("wall board", "%(count)s post", "%(count)s posts", posts) % {"count": posts},
        "places": npgettext("wall board", "%(count)s place", "%(count)s places", places) % {"count": places},
    }
