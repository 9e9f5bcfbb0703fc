"""Call-ups in motion, so that the screens of a fresh demo are alive. Everybody acts through the real actions.

One call-up of a few gates runs now: units pledged and named, people answered, most of them are at their posts. One is
for tomorrow morning, still asking; two other communities ask as well. The people are decided by draws, so a seed gives
the same answers; the clock is that of the build. A day later all of it is over: whoever starts the demo again gets the
same scenes anew, and what was stays in the lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import Q
from django.utils import timezone

from muster.callups.actions import attendance, calls, namings, offers, pledges
from muster.callups.enums import AnswerReason, AnswerWay, CallUpState, OfferState
from muster.callups.models import Assignment, CallTemplate, CallUp, Offer, UnitCall
from muster.callups.rules.drafts import CallUpDraft, PostDraft, SeatsDraft, ShiftDraft, SupportDraft
from muster.kernel import codes
from muster.norms.actions import modes
from muster.norms.enums import Mode, ResponseLevel
from muster.norms.queries import mode_of
from muster.organizations.models import ResidentUnit
from muster.people.enums import REGULAR_FORCE, RoleKind
from muster.people.models import Account, Person, Role
from muster.people.queries.actors import actor_of
from muster.territory.models import CompoundGate, Division
from muster.territory.rules import ancestors_of
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused
from muster.web.demo.draws import Draws
from muster.web.demo.past import DEVICE, live_on

MOST_POSTS = 4
UNITS = 4
RAISED_BEFORE = timedelta(hours=3)
# Of a hundred people asked, as published figures of volunteer services let expect: how many come, how many say that
# they cannot; the others stay silent.
ACCEPT, DECLINE = 60, 15
ARRIVE = 84
# Template, title, hours after dawn, and posts of the call-ups of the other communities.
ELSEWHERE = (
    ("gate-dawn", "清晨门岗", 0, 3),
    ("sampling-support", "核酸采样协助", 1, 4),
    ("door-screening", "入户排查", 3, 2),
    ("gate-dawn", "清晨门岗", 0, 2),
)


@dataclass(frozen=True)
class Scene:
    """One call-up to be: of which community, from which template, and when."""

    community: Division
    template: str
    title: str
    starts_at: datetime
    posts: int
    key: UUID


def set_in_motion(communities: Sequence[Division], stage: Division, seed: int, *, at: datetime) -> int:
    """The call-ups of the demo; a scene that is still under way is not raised twice. Returns how many were raised."""
    _declare(stage, at)
    due = [scene for scene in scenes_of(communities, stage, seed, at) if not _is_alive(scene, at)]
    if due:
        live_on(communities, seed, at)
    raised = 0
    for scene in due:
        call_up = _raise(scene, at)
        if call_up is None:
            continue
        raised += 1
        _answer_for_units(call_up, Draws(seed, scene.community.code, scene.title, "units"), at)
        _answer(call_up, seed, at)
        if call_up.starts_at <= at:
            _arrive(call_up, seed, at)
    return raised


def _is_alive(scene: Scene, at: datetime) -> bool:
    """Whether the scene is under way or ahead, or was raised for this very hour (and perhaps stood down since)."""
    running = Q(state__in=[CallUpState.OPEN, CallUpState.HALTED], ends_at__gt=at)
    return CallUp.objects.filter(
        Q(request_key=scene.key) | running,
        division_code=scene.community.code,
        title=scene.title,
        is_drill=False,
    ).exists()


def _declare(stage: Division, at: datetime) -> None:
    """The county declares level III for the township, once, so that the boards have a level to show."""
    township, county, *_above = ancestors_of(stage.code, stage.level)
    overseer = _account(RoleKind.COUNTY_OVERSEER, county)
    if overseer is None or mode_of(township).since is not None:
        return
    modes.switch(
        township,
        mode=Mode.EMERGENCY,
        level=ResponseLevel.III,
        ground="演示：区指挥部第 7 号令",
        hazard="epidemic",
        actor=_actor(overseer, at),
        at=at - timedelta(days=2),
    )


def scenes_of(communities: Sequence[Division], stage: Division, seed: int, at: datetime) -> list[Scene]:
    """What is called where: one runs now, the others begin in the next morning that is at least some hours away."""
    here = timezone.localtime(at)
    running = here.replace(minute=here.minute // 30 * 30, second=0, microsecond=0)
    dawn = here.replace(hour=6, minute=0, second=0, microsecond=0)
    if dawn < here + RAISED_BEFORE:
        dawn += timedelta(days=1)
    others = [community for community in communities if community.code != stage.code]
    plans = [
        (stage, "gate-dawn", "门岗值守", running, MOST_POSTS),
        (stage, "supply-delivery", "物资配送", dawn + timedelta(hours=4), 2),
        *(
            (community, template, title, dawn + timedelta(hours=hours), posts)
            for community, (template, title, hours, posts) in zip(others, ELSEWHERE, strict=False)
        ),
    ]
    return [
        Scene(
            community,
            template,
            title,
            starts_at,
            posts,
            uuid5(NAMESPACE_URL, f"{seed}|{community.code}|{title}|{starts_at:%Y-%m-%dT%H:%M}"),
        )
        for community, template, title, starts_at, posts in plans
    ]


def _raise(scene: Scene, at: datetime) -> CallUp | None:
    worker = _account(RoleKind.COMMUNITY_WORKER, scene.community.code)
    template = CallTemplate.objects.get(code=scene.template)
    opened_at = min(at, scene.starts_at - RAISED_BEFORE)
    if worker is None:
        return None
    return calls.raise_call_up(
        actor=_actor(worker, at), form=_draft(scene, template), request_key=scene.key, at=opened_at
    )


def _draft(scene: Scene, template: CallTemplate) -> CallUpDraft:
    community = scene.community
    muster_at = scene.starts_at - timedelta(minutes=template.muster_before_minutes)
    shift = ShiftDraft(
        muster_at=muster_at,
        starts_at=scene.starts_at,
        ends_at=scene.starts_at + timedelta(minutes=template.shift_minutes),
        seats=tuple(
            SeatsDraft(kind, count, template.skill if kind == "skilled" else "")
            for kind, count in template.seats.items()
        ),
    )
    units = ResidentUnit.objects.filter(division_code=community.code, unlinked_at=None).order_by("pk")[:UNITS]
    return CallUpDraft(
        division_code=community.code,
        title=scene.title,
        purpose=f"{community.short_name}{scene.title}需要人手",
        task_kind=template.task_kind,
        place=f"{community.short_name}党群服务中心",
        risk_statement=template.risk_zh,
        bring=template.bring_zh,
        duty_holder=community.short_name,
        reply_by=muster_at - timedelta(minutes=30),
        posts=_posts(scene, shift),
        support=tuple(SupportDraft(kind, giver) for kind, giver in template.support.items()),
        unit_ids=tuple(units.values_list("pk", flat=True)),
        template_id=template.pk,
        hazard=template.hazard,
        mode=template.mode,
        needs_insurance=template.needs_insurance,
        needs_full_protection=template.needs_full_protection,
    )


def _posts(scene: Scene, shift: ShiftDraft) -> tuple[PostDraft, ...]:
    community = scene.community
    gates = (
        CompoundGate.objects.filter(division_code=community.code).select_related("compound").order_by("pk")
    )
    leaders = Person.objects.filter(
        division_code=community.code, force_class__in=REGULAR_FORCE, erased_at=None
    ).order_by("pk")
    guards = list(
        Role.objects.filter(kind=RoleKind.SHIFT_LEADER, division_code=community.code).values_list(
            "account__person", flat=True
        )
    )
    led_by = [*guards, *leaders.exclude(pk__in=guards).values_list("pk", flat=True)]
    drafts = tuple(
        PostDraft(
            name=f"{gate.compound.name}·{gate.name}",
            shifts=(shift,),
            place=gate.compound.address,
            leader_id=led_by[number % len(led_by)] if led_by else None,
            gate_id=gate.pk,
            lon=gate.lon,
            lat=gate.lat,
        )
        for number, gate in enumerate(gates[: scene.posts])
    )
    return drafts or (PostDraft(name=f"{community.short_name}党群服务中心", shifts=(shift,)),)


def _answer_for_units(call_up: CallUp, draws: Draws, at: datetime) -> None:
    """The first units pledge and name people of their reserve team, the last but one declines, the last is silent."""
    answered_at = min(at, call_up.opened_at + timedelta(minutes=12))
    called = list(UnitCall.objects.filter(call_up=call_up).select_related("unit").order_by("pk"))
    for number, unit_call in enumerate(called[: UNITS - 1]):
        liaison = _liaison(unit_call.unit)
        if liaison is None:
            continue
        actor = _actor(liaison, at)
        if number == UNITS - 2:
            pledges.decline(unit_call, reason="这几天在做年度结算，抽不出人", actor=actor, at=answered_at)
            continue
        team = _team(unit_call.unit, draws.between(2, 4))
        pledges.pledge(unit_call, headcount=len(team) + number, actor=actor, at=answered_at)
        lines = "\n".join(f"{person.name} {person.phone.removeprefix('+86')}" for person in team)
        namings.name_people(
            unit_call, lines=lines, actor=actor, at=min(at, answered_at + timedelta(minutes=20))
        )


def _answer(call_up: CallUp, seed: int, at: datetime) -> None:
    """Everybody who was asked answers, or does not. A yes that the rules forbid is refused, as it would be in life."""
    for offer in (
        Offer.objects.filter(call_up=call_up, state=OfferState.ASKED).select_related("person").order_by("pk")
    ):
        draws = Draws(seed, call_up.division_code, call_up.title, offer.person.code)
        answered_at = min(at, offer.asked_at + timedelta(minutes=draws.between(1, 40)))
        drawn = draws.below(100)
        # A unit's list was agreed with its people before it was sent.
        way = AnswerWay.PAGE if offer.person.has_smartphone else AnswerWay.TEXT
        accepts = drawn < (90 if offer.unit_call_id else ACCEPT)
        try:
            if accepts:
                offers.accept(offer, actor=_self(offer.person), risk_confirmed=True, way=way, at=answered_at)
            elif drawn < ACCEPT + DECLINE:
                offers.decline(
                    offer,
                    draws.pick(AnswerReason.values),
                    actor=_self(offer.person),
                    way=way,
                    at=answered_at,
                )
        except Refused:
            continue


def _arrive(call_up: CallUp, seed: int, at: datetime) -> None:
    """Most of those who said yes check in with the code on the leader's phone, some before and some after the start."""
    seats = Assignment.objects.filter(call_up=call_up).select_related("shift__post", "person").order_by("pk")
    for seat in seats:
        draws = Draws(seed, call_up.division_code, call_up.title, seat.person.code, "arrival")
        came_at = seat.shift.starts_at + timedelta(minutes=draws.between(-15, 25))
        if came_at > at or not draws.chance(ARRIVE):
            continue
        key = attendance.key_of(seat.shift.post)
        try:
            attendance.check_in(
                seat,
                actor=_self(seat.person),
                nonce=uuid5(call_up.request_key, seat.code),
                device=DEVICE,
                code=codes.code_at(key, int(came_at.timestamp())),
                at=came_at,
            )
        except Refused:
            continue


def _team(unit: ResidentUnit, count: int) -> list[Person]:
    return list(
        Person.objects.filter(reserve_memberships__team__unit=unit, erased_at=None).order_by("pk")[:count]
    )


def _account(kind: str, division_code: int) -> Account | None:
    role = (
        Role.objects.filter(kind=kind, division_code=division_code)
        .select_related("account__person")
        .order_by("pk")
        .first()
    )
    return role.account if role else None


def _liaison(unit: ResidentUnit) -> Account | None:
    role = (
        Role.objects.filter(kind=RoleKind.UNIT_LIAISON, unit=unit)
        .select_related("account__person")
        .order_by("pk")
        .first()
    )
    return role.account if role else None


def _actor(account: Account, at: datetime) -> Actor:
    return actor_of(account, timezone.localdate(at))


def _self(person: Person) -> Actor:
    return Actor(label=person.code, person_id=person.pk)
