"""A plan of the dispatch as its page shows it: who to which seat and why, and why a seat stays empty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, ngettext

from muster.callups.enums import DispatchState
from muster.callups.models import DispatchPart, DispatchRun
from muster.callups.queries import plan_words, words
from muster.callups.queries.dispatch_progress import GIVEN_UP_AFTER, carrying_out
from muster.callups.queries.dispatch_since import Since
from muster.callups.queries.dispatch_slots import SlotName, slots_of
from muster.jobs.models import Run
from muster.people.models import Person
from muster.territory.queries import names_of

Line = Mapping[str, Any]


@dataclass(frozen=True)
class ProposedLine:
    """One person and the seat that is proposed."""

    name: str
    home: str
    post: str
    way: str
    why: str


@dataclass(frozen=True)
class EmptyLine:
    """Seats that stay empty at one post, and why: what is true first, then what proves it."""

    post: str
    when: str
    seats: int
    why: str
    proof: Sequence[str]


@dataclass(frozen=True)
class FullLine:
    """Seats that the plan fills to the last, and what one more would cost."""

    post: str
    when: str
    seats: int
    price: str


@dataclass(frozen=True)
class CommunityLine:
    """One community in a plan: its seats, who fills them, and how many of its people are lent to others."""

    name: str
    seats: int
    own: int
    from_others: int
    empty: int
    lent: int


@dataclass(frozen=True)
class PartLine:
    """One call-up in a plan, and what became of it."""

    code: str
    title: str
    community: str
    filled: int
    seats: int
    empty: int
    current: bool
    left_out: str
    could_not: Sequence[str]


def dispatch_context(
    run: DispatchRun, part_code: str = "", stands: Since | None = None, *, at: datetime
) -> dict[str, Any]:
    """What the page of a plan shows: all of it by community, and one call-up in full; as many queries for any number."""
    parts = list(run.parts.select_related("call_up").order_by("call_up__division_code", "call_up"))
    lines, empties = run.plan["assignments"], run.plan["empties"]
    current = _current(parts, part_code, run.plan)
    mine = [line for line in lines if current and line["call_up"] == current.call_up_id]
    mine_empty = [line for line in empties if current and line["call_up"] == current.call_up_id]
    names = _names([*mine], parts)
    places = names_of([run.division_code, *_codes(parts, lines)])
    slots = slots_of(run.plan, [*mine, *mine_empty], current.call_up_id if current else None)
    posts = {slot: name.post for slot, name in slots.items()}
    moved = [line for line in lines if line.get("was_at", line["slot"]) != line["slot"]]
    kept = [line for line in lines if line.get("was_at") == line["slot"]]
    carrying = carrying_out(run, at)
    is_under_way = carrying is not None and not carrying.is_over
    adjusted_by = run.adjustments.exclude(confirmed_at=None).order_by("-confirmed_at").first()
    return {
        "run": run,
        "place": places.get(run.division_code, ""),
        "sentence": _adjusting(len(lines) - len(kept) - len(moved), empties)
        if run.adjusts
        else _sentence(len(lines), run.seat_count),
        "adjusted_by": adjusted_by,
        "proof": plan_words.proof(run),
        "grade": plan_words.grade(run),
        "moved": plan_words.moved_words(len(moved), len(kept), len(run.plan["let_go"]))
        if run.adjusts
        else "",
        "to_do_count": len(lines) - len(kept) + len(run.plan["let_go"]),
        "communities": _communities(parts, lines, empties, places),
        "parts": _part_lines([part for part in parts if _concerned(part)], run.plan, names, places, current),
        "current": current,
        "proposed": sorted(
            (_proposed(line, names, posts, places, current) for line in mine),
            key=lambda line: (line.post, line.home, line.name),
        ),
        "empty": empty_lines(mine_empty, run.plan.get("rings", []), slots),
        "full": _full_lines(run.plan, mine_empty, slots, current),
        "seats": list(slots.items()),
        "may_confirm": run.confirmed_at is None and _has_work(run, lines),
        "carrying": carrying,
        "since": plan_words.since_words(stands) if stands and not is_under_way else "",
        "may_adjust": bool(stands and stands.has_changed and adjusted_by is None and not is_under_way),
    }


def carrying_context(run: DispatchRun, at: datetime) -> dict[str, Any]:
    """What the page of a confirmed plan shows while it is carried out."""
    return {"run": run, "carrying": carrying_out(run, at)}


def empty_lines(
    empties: Iterable[Line], rings: Sequence[Sequence[int]], slots: Mapping[int, SlotName]
) -> list[EmptyLine]:
    """The seats that stay empty, each with its certificate, in the order of shifts."""
    posts = {slot: name.post for slot, name in slots.items()}
    place = {slot: number for number, slot in enumerate(slots)}
    told = []
    for line in sorted(empties, key=lambda line: place[line["slot"]]):
        name = slots[line["slot"]]
        ring = rings[line["ring"]] if "ring" in line else ()
        why, *proof = words.certificate(line, ring, posts)
        told.append(EmptyLine(name.seat, name.when, line["seats"], why, proof))
    return told


def planning_context(run: DispatchRun, at: datetime) -> dict[str, Any]:
    """What the page shows while the plan is made, or where none came of it."""
    is_late = run.state == DispatchState.PLANNING and at - run.created_at >= GIVEN_UP_AFTER
    return {
        "run": run,
        "has_failed": run.state == DispatchState.FAILED or is_late,
        "failure": run.failure or gettext("It took far longer than it should, and nothing came of it."),
        "place": names_of([run.division_code]).get(run.division_code, ""),
        "work": Run.objects.filter(code=run.work_code).first() if run.work_code else None,
    }


def _current(
    parts: Sequence[DispatchPart], code: str, plan: Mapping[str, Sequence[Line]]
) -> DispatchPart | None:
    """The part that was asked for; else the first in which something is to be done and somebody is missing, or one of both."""
    to_do = {line["call_up"] for line in plan["assignments"] if line.get("was_at") != line["slot"]}
    missing = {line["call_up"] for line in plan["empties"]}
    asked = [part for part in parts if part.call_up.code == code]
    order = (to_do & missing, to_do, missing)
    busy = [part for call_ups in order for part in parts if part.call_up_id in call_ups]
    return next(iter([*asked, *busy, *parts]), None)


def _concerned(part: DispatchPart) -> bool:
    """True if the plan says anything of this call-up: it had a seat to fill, or was left out."""
    return bool(part.seat_count or part.refusal)


def _has_work(run: DispatchRun, lines: Sequence[Line]) -> bool:
    """True if to confirm the plan would send, move or let go anybody."""
    return bool(run.plan["let_go"]) or any(line.get("was_at") != line["slot"] for line in lines)


def _names(lines: Iterable[Line], parts: Iterable[DispatchPart]) -> dict[str, str]:
    codes = {line["person"] for line in lines}
    codes |= {
        reason["person"] for line in lines for reason in line["reasons"] if reason["code"] == "next_best"
    }
    codes |= {code for part in parts for code, _why in part.outcome.get("left_out", [])}
    return dict(Person.objects.filter(code__in=codes).values_list("code", "name"))


def _codes(parts: Iterable[DispatchPart], lines: Iterable[Line]) -> set[int]:
    return {part.call_up.division_code for part in parts} | {line["home"] for line in lines}


def _full_lines(
    plan: Mapping[str, Any],
    empties: Iterable[Line],
    slots: Mapping[int, SlotName],
    current: DispatchPart | None,
) -> list[FullLine]:
    """What one more seat would cost where every seat is filled; of plans from before prices were kept, nothing."""
    short = {line["slot"] for line in empties}
    filled = Counter(
        line["slot"]
        for line in plan["assignments"]
        if current is not None and line["call_up"] == current.call_up_id
    )
    prices = plan.get("prices")
    if prices is None:
        return []
    return [
        FullLine(name.seat, name.when, filled[slot], plan_words.price_of(prices.get(str(slot))))
        for slot, name in slots.items()
        if filled[slot] and slot not in short
    ]


def _communities(
    parts: Iterable[DispatchPart], lines: Iterable[Line], empties: Iterable[Line], places: Mapping[int, str]
) -> list[CommunityLine]:
    """One line for each community that has seats or lends people, in the order of their codes."""
    place_of = {part.call_up_id: part.call_up.division_code for part in parts}
    seats, own, others, lent, empty = (Counter[int]() for _count in range(5))
    for part in parts:
        seats[part.call_up.division_code] += part.seat_count
    for line in lines:
        place = place_of[line["call_up"]]
        if line["home"] == place:
            own[place] += 1
        else:
            others[place] += 1
            lent[line["home"]] += 1
    for line in empties:
        empty[place_of[line["call_up"]]] += line["seats"]
    return [
        CommunityLine(
            places.get(code, str(code)), seats[code], own[code], others[code], empty[code], lent[code]
        )
        for code in sorted(seats | lent)
    ]


def _part_lines(
    parts: Iterable[DispatchPart],
    plan: Mapping[str, Sequence[Line]],
    names: Mapping[str, str],
    places: Mapping[int, str],
    current: DispatchPart | None,
) -> list[PartLine]:
    filled = Counter(line["call_up"] for line in plan["assignments"])
    empty: Counter[int] = Counter()
    for line in plan["empties"]:
        empty[line["call_up"]] += line["seats"]
    return [
        PartLine(
            code=part.call_up.code,
            title=part.call_up.title,
            community=places.get(part.call_up.division_code, ""),
            filled=filled[part.call_up_id],
            seats=part.seat_count,
            empty=empty[part.call_up_id],
            current=part == current,
            left_out=plan_words.left_out(part.refusal) if part.refusal else "",
            could_not=[
                gettext("%(name)s: %(why)s") % {"name": names.get(code, ""), "why": plan_words.left_out(why)}
                for code, why in part.outcome.get("left_out", [])
            ],
        )
        for part in parts
    ]


def _proposed(
    line: Line,
    names: Mapping[str, str],
    posts: Mapping[int, str],
    places: Mapping[int, str],
    current: DispatchPart | None,
) -> ProposedLine:
    lent = current is not None and line["home"] != current.call_up.division_code
    return ProposedLine(
        name=names.get(line["person"], ""),
        home=places.get(line["home"], "") if lent else "",
        post=posts[line["slot"]],
        way=plan_words.way(line, posts),
        why=plan_words.why_them_in_one(line, names),
    )


def _sentence(proposed: int, seats: int) -> str:
    if not seats:
        return gettext("No seat is open: there is nothing to dispatch")
    return ngettext(
        "%(proposed)s of %(seats)s open seat can be filled now",
        "%(proposed)s of %(seats)s open seats can be filled now",
        seats,
    ) % {"proposed": proposed, "seats": seats}


def _adjusting(fresh: int, empties: Iterable[Line]) -> str:
    empty = sum(line["seats"] for line in empties)
    filled = ngettext("%(fresh)s open seat is filled", "%(fresh)s open seats are filled", fresh) % {
        "fresh": fresh
    }
    if not empty:
        return filled
    return gettext("%(filled)s, %(empty)s stay empty") % {"filled": filled, "empty": empty}
