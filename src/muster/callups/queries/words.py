"""Reasons of the dispatch in words: why this person, why a seat stays empty. The codes are `kernel.dispatch.words`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from muster.kernel.dispatch import EmptyCode
from muster.kernel.eligibility import Bar
from muster.people.models import Skill

NEAR_KM = 20.0
# Posts that took the people of another: more names than this nobody reads.
MOST_NAMED = 3

BAR_WORDS = {
    Bar.TOO_YOUNG: gettext_lazy("not old enough"),
    Bar.GUARDIAN_CONSENT_MISSING: gettext_lazy("without the guardian's consent"),
    Bar.MINOR_IN_EMERGENCY: gettext_lazy("minor, and this is an emergency"),
    Bar.MINOR_AT_NIGHT: gettext_lazy("minor, and this is at night"),
    Bar.ABOVE_EMERGENCY_AGE: gettext_lazy("above the age for posts in an emergency"),
    Bar.NOT_WILLING_IN_EMERGENCY: gettext_lazy("not willing in an emergency"),
    Bar.SKILL_MISSING: gettext_lazy("without the skill"),
    Bar.HEALTH_LIMIT: gettext_lazy("work does not suit their health"),
    Bar.NOT_INSURED: gettext_lazy("not insured"),
    Bar.DOUBLE_BOOKED: gettext_lazy("on another post at that time"),
    Bar.SECOND_SHIFT_THAT_DAY: gettext_lazy("on a shift that day already"),
    Bar.REST_TOO_SHORT: gettext_lazy("too little rest between shifts"),
    Bar.TOO_MANY_DAYS_RUNNING: gettext_lazy("too many days in a row"),
    Bar.SHIFT_TOO_LONG: gettext_lazy("shift too long for one person"),
    Bar.SHIFT_TOO_LONG_PROTECTED: gettext_lazy("shift too long in full protection"),
    Bar.NOT_AVAILABLE: gettext_lazy("not free at that time"),
    "quiet_hours": gettext_lazy("quiet hours now"),
    "no_phone": gettext_lazy("no phone on file"),
    "asked_often_this_week": gettext_lazy("asked often enough this week"),
    "window_not_offered": gettext_lazy("not free at that time"),
    "not_backbone": gettext_lazy("not a backbone member"),
    "too_far": gettext_lazy("too far away"),
    "no_seats_left": gettext_lazy("has a seat already"),
    "not_listed": gettext_lazy("not on the list for this post"),
    "asked_already": gettext_lazy("asked or seated there already"),
    "unit_names": gettext_lazy("named by their own unit"),
    "promised_elsewhere": gettext_lazy("needed at their own call-up"),
}


def bar_words(code: str) -> str:
    """A rule that keeps somebody out, in a few words about them."""
    return str(BAR_WORDS[code])


def skill_name(code: str) -> str:
    """The skill as the catalog names it in the reader's language; its code where the catalog has lost it."""
    skill = Skill.objects.filter(code=code).first()
    if skill is None:
        return code
    return skill.name_en if (get_language() or "").startswith("en") else skill.name_zh


def why_me(why: Mapping[str, Any]) -> list[str]:
    """The reasons on an offer, to the person it concerns; empty where nobody chose them by reasons."""
    reasons = why.get("reasons", [])
    told = {reason["code"] for reason in reasons}
    # "Asked 12 days ago" says it better than "not in the last 30 days" beside it.
    return [
        words
        for reason in reasons
        if not (reason["code"] == "recent_calls" and "last_asked" in told) and (words := _reason(reason))
    ]


def _reason(reason: Mapping[str, Any]) -> str:
    """One reason as a clause; "" for what tells the person nothing."""
    code = reason["code"]
    told = TOLD.get(code)
    if told is not None:
        return told(reason)
    words = {
        "promise_kept": _("you were expected here already"),
        "is_backbone": _("you are a backbone member"),
        "stands_in": _("you stand in for a backbone member"),
        "nobody_else": _("without you this seat stays empty"),
    }
    return words.get(code, "")


def _skill(reason: Mapping[str, Any]) -> str:
    return _("you have the skill that is needed: %(skill)s") % {"skill": skill_name(reason["skill"])}


def _last_asked(reason: Mapping[str, Any]) -> str:
    days = int(reason["days"])
    if days <= 0:
        return ""
    return ngettext("you were last asked %(days)s day ago", "you were last asked %(days)s days ago", days) % {
        "days": days
    }


def _recent_calls(reason: Mapping[str, Any]) -> str:
    return "" if int(reason["calls"]) else _("you have not been asked in the last 30 days")


def _lent(reason: Mapping[str, Any]) -> str:
    return _("people are missing in %(place)s, and you are of %(home)s") % {
        "place": reason["place"],
        "home": reason["home"],
    }


def _way(reason: Mapping[str, Any]) -> str:
    words = {
        "seat": _("you were waiting for a seat"),
        "order": _("you belong to the regular force"),
    }
    return words.get(reason["way"], "")


def _without_you(reason: Mapping[str, Any]) -> str:
    """What the next best would cost more, to the person; never who that is."""
    km, moves = f"{float(reason['extra_km']):.1f}", int(reason["moves"])
    if km == "0.0" and not moves:
        return _("somebody else would do as well, and one of you was to go")
    if not moves:
        return _("without you the way would be %(km)s km longer") % {"km": km}
    return ngettext(
        "without you %(moves)s other person would have to change posts, and the ways be %(km)s km longer",
        "without you %(moves)s other people would have to change posts, and the ways be %(km)s km longer",
        moves,
    ) % {"moves": moves, "km": km}


def _distance(reason: Mapping[str, Any]) -> str:
    km = float(reason["km"])
    if km > NEAR_KM:
        return ""
    if km < 1:
        if round(km * 100) < 5:
            return _("you live next to it")
        return _("your home is %(meters)s m from here") % {"meters": round(km * 100) * 10}
    return _("your home is %(km)s km from here") % {"km": f"{km:.1f}"}


# Reasons whose words hang on their figures.
TOLD: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "distance": _distance,
    "has_skill": _skill,
    "last_asked": _last_asked,
    "recent_calls": _recent_calls,
    "lent": _lent,
    "way": _way,
    "next_best": _without_you,
}


def why_empty(empty: Mapping[str, Any], posts: Mapping[int, str] | None = None) -> str:
    """Why seats of a slot stay empty, to the dispatcher, with the count that proves it.

    `posts`: names of the posts by slot, as far as the reader may see them.
    """
    code, barred = empty["code"], kept_out_words(empty.get("excluded", []))
    if code == EmptyCode.TAKEN_BY_HIGHER_WEIGHT:
        return _taken(empty, posts or {})
    if code == EmptyCode.NOBODY_QUALIFIED and not barred:
        return _("Nobody can take this seat: no one with what it asks for is on call.")
    sentences = {
        EmptyCode.NOBODY_QUALIFIED: _("Nobody can take this seat: %(barred)s."),
        EmptyCode.NOBODY_IN_REACH: _(
            "Nobody who could stand here lives within %(radius)s km; the nearest is %(nearest)s km away."
        ),
        EmptyCode.FEWER_QUALIFIED_THAN_SEATS: _(
            "%(people)s people can stand here and at the places around, and %(wanted)s are needed there."
        ),
        EmptyCode.KEPT_FOR_REST: _("Those who could stand here must rest before or after another shift."),
        EmptyCode.COULD_BE_FILLED: _("%(qualified)s people could stand here; the plan can be made again."),
    }
    return sentences[code] % {
        "barred": barred,
        "radius": f"{empty.get('radius_km') or 0:g}",
        "nearest": f"{empty.get('nearest_km') or 0:.1f}",
        "people": f"{int(empty['ring_people']):,}",
        "wanted": f"{int(empty['ring_seats']):,}",
        "qualified": f"{int(empty['qualified']):,}",
    }


def certificate(empty: Mapping[str, Any], ring: Sequence[int], posts: Mapping[int, str]) -> list[str]:
    """Why seats stay empty with all that proves it: the count, the posts that share the people, whom the rules keep out.

    `ring`: slots that compete for the same people, this one among them. `posts`: as for `why_empty`.
    """
    told = [_alone(empty) if _is_alone(empty, ring) else why_empty(empty, posts)]
    shared = empty["code"] in (EmptyCode.FEWER_QUALIFIED_THAN_SEATS, EmptyCode.TAKEN_BY_HIGHER_WEIGHT)
    if shared and (around := _named((slot for slot in ring if slot != empty["slot"]), posts)):
        told.append(_("The same people are wanted at: %(posts)s.") % {"posts": around})
    elsewhere = int(empty["ring_people"]) - int(empty.get("asked", 0)) + int(empty.get("seats", 0))
    if _is_alone(empty, ring) and elsewhere > 0:
        told.append(
            ngettext(
                "%(count)s of them goes to another post in this plan.",
                "%(count)s of them go to other posts in this plan.",
                elsewhere,
            )
            % {"count": elsewhere}
        )
    barred = kept_out_words(empty.get("excluded", []))
    if barred and empty["code"] != EmptyCode.NOBODY_QUALIFIED:
        told.append(_("Not counted, because a rule keeps them out: %(barred)s.") % {"barred": barred})
    return told


def _is_alone(empty: Mapping[str, Any], ring: Sequence[int]) -> bool:
    """True where already the people who could stand at this one post are fewer than its seats."""
    return empty["code"] == EmptyCode.FEWER_QUALIFIED_THAN_SEATS and len(ring) == 1 and "asked" in empty


def _alone(empty: Mapping[str, Any]) -> str:
    people = int(empty["ring_people"])
    return ngettext(
        "Only %(people)s person can stand here, and %(wanted)s are needed.",
        "Only %(people)s people can stand here, and %(wanted)s are needed.",
        people,
    ) % {"people": f"{people:,}", "wanted": f"{int(empty['ring_seats']):,}"}


def _taken(empty: Mapping[str, Any], posts: Mapping[int, str]) -> str:
    """Who took the people, the first few by name."""
    taken_by = _named((slot for slot, _filled in empty.get("higher", [])), posts)
    if not taken_by:
        return _("The people who could stand here are needed at a more urgent place.")
    return _("The people who could stand here are needed more urgently: %(posts)s.") % {"posts": taken_by}


def _named(slots: Iterable[int], posts: Mapping[int, str]) -> str:
    """The posts of these slots, the first few by name and the others counted; "" where none is known."""
    names = list(dict.fromkeys(posts[slot] for slot in slots if slot in posts))
    named = pgettext("between two reasons", ", ").join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    if more <= 0:
        return named
    return ngettext("%(named)s and %(more)s more post", "%(named)s and %(more)s more posts", more) % {
        "named": named,
        "more": more,
    }


def kept_out_words(excluded: Sequence[Sequence[Any]]) -> str:
    """How many each rule kept out, the most first: "3 not insured, 1 too far away"."""
    ranked = sorted(excluded, key=lambda pair: (-int(pair[1]), str(pair[0])))
    return pgettext("between two reasons", ", ").join(
        _("%(count)s %(reason)s") % {"count": count, "reason": bar_words(str(code))} for code, count in ranked
    )
