"""A plan of the dispatch in words for those who decide on it: how somebody would come, why him, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from muster.callups.models import DispatchRun
from muster.callups.queries import words
from muster.callups.queries.dispatch_since import ABSENT, DECLINED, SILENT, Since
from muster.callups.queries.dispatchable import Way
from muster.kernel.dispatch import Status

WAY_WORDS = {
    Way.SEAT: gettext_lazy("from the waiting list, gets the seat"),
    Way.ORDER: gettext_lazy("regular force, is ordered"),
    Way.ASK: gettext_lazy("is asked"),
}
# Why somebody of a plan could not be sent when it was carried out; rules have their words in `words`.
LEFT_OUT = {
    "not_waiting": gettext_lazy("does not wait any more"),
    "seat_full": gettext_lazy("the seat was taken meanwhile"),
    "asked_already": gettext_lazy("was asked meanwhile"),
    "seat_changed": gettext_lazy("has another seat meanwhile"),
    "seat_not_for_this_person": gettext_lazy("not qualified for the seat any more"),
    "call_up_over": gettext_lazy("this call-up was over already"),
    "dispatch_overtaken": gettext_lazy("another plan for it was confirmed first"),
}


def way(line: Mapping[str, Any], posts: Mapping[int, str]) -> str:
    """How this person would come to the seat, or from where he would be moved."""
    was_at = line.get("was_at")
    if was_at is None:
        return str(WAY_WORDS[Way(line["way"])])
    if was_at == line["slot"]:
        return _("stays where the last plan sent them")
    return _("moves here from %(post)s") % {"post": posts.get(was_at, _("another post"))}


def why_them(line: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """Why this person and nobody else, to the dispatcher."""
    found = {reason["code"]: reason for reason in line["reasons"]}
    told = [_("%(km)s km away") % {"km": f"{line['km']:.1f}"}]
    if "has_skill" in found:
        told.append(_("has the skill: %(skill)s") % {"skill": words.skill_name(found["has_skill"]["skill"])})
    if "is_backbone" in found:
        told.append(_("backbone member"))
    if "lent" in found:
        told.append(_("lent by %(home)s") % {"home": found["lent"]["home"]})
    if "next_best" in found:
        told.append(_next_best(found["next_best"], names))
    elif "nobody_else" in found:
        told.append(_("nobody else could fill the seat"))
    return told


def why_them_in_one(line: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The same in one line."""
    return pgettext("between two reasons", ", ").join(why_them(line, names))


def _next_best(reason: Mapping[str, Any], names: Mapping[str, str]) -> str:
    figures = {"name": names.get(reason["person"], _("somebody")), "km": f"{reason['extra_km']:.1f}"}
    if int(reason["moves"]) == 0 and figures["km"] == "0.0":
        return _("%(name)s would do nearly as well") % figures
    if int(reason["moves"]) == 0:
        return _("the next best is %(name)s, %(km)s km more") % figures
    moves = int(reason["moves"])
    return ngettext(
        "without them %(name)s would come and %(moves)s other would move, %(km)s km more",
        "without them %(name)s would come and %(moves)s others would move, %(km)s km more",
        moves,
    ) % {**figures, "moves": moves}


def proof(run: DispatchRun) -> str:
    """What is known of how good the plan is."""
    if run.status == Status.PROVEN:
        return _(
            "Proven: no other plan fills more, and none that fills as much costs less travel and calling."
        )
    if run.gap is not None:
        return _("At most %(percent)s %% from the best plan there is.") % {"percent": f"{run.gap * 100:.2f}"}
    return _("A good plan, but it is not proven that there is no better one.")


def grade(run: DispatchRun) -> str:
    """The same in two or three words."""
    if run.status == Status.PROVEN:
        return _("proven the best")
    if run.gap is not None:
        return _("at most %(percent)s %% from the best") % {"percent": f"{run.gap * 100:.2f}"}
    return _("not proven")


def price_of(km: float | None) -> str:
    """What one more seat at a full post would cost; `km` None where it would stay empty or empty another."""
    if km is None:
        return _("One more seat here could only be filled by emptying another.")
    return _("One more seat here would cost %(km)s km more of ways.") % {"km": f"{km:.1f}"}


def since_words(stands: Since) -> str:
    """What has happened to the people of a confirmed plan; "" where nothing has."""
    told = [
        words % {"count": count}
        for kind, words in _fell_out_words(stands.fallen)
        if (count := stands.fallen.get(kind, 0))
    ]
    if stands.open_again:
        told.append(
            ngettext("%(count)s seat is open", "%(count)s seats are open", stands.open_again)
            % {"count": stands.open_again}
        )
    return pgettext("between two reasons", ", ").join(told)


def _fell_out_words(fallen: Mapping[str, int]) -> Sequence[tuple[str, str]]:
    return (
        (
            DECLINED,
            ngettext("%(count)s person cannot come", "%(count)s people cannot come", fallen.get(DECLINED, 0)),
        ),
        (
            SILENT,
            ngettext("%(count)s did not answer", "%(count)s did not answer", fallen.get(SILENT, 0)),
        ),
        (ABSENT, ngettext("%(count)s did not come", "%(count)s did not come", fallen.get(ABSENT, 0))),
    )


def moved_words(moved: int, kept: int, let_go: int) -> str:
    """What an adjustment asks of people who are sent already."""
    told = [
        ngettext("%(moved)s person moves", "%(moved)s people move", moved) % {"moved": moved},
        ngettext("%(kept)s stays", "%(kept)s stay", kept) % {"kept": kept},
    ]
    if let_go:
        told.append(
            ngettext("%(count)s is not needed any more", "%(count)s are not needed any more", let_go)
            % {"count": let_go}
        )
    return pgettext("between two reasons", ", ").join(told)


def left_out(code: str) -> str:
    """Why somebody of the plan, or a whole call-up, was left out when it was carried out."""
    return str(LEFT_OUT[code]) if code in LEFT_OUT else words.bar_words(code)
