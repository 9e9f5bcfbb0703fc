"""Invented resident units of a community, of all three kinds, bound to it as the notice wants (R2.3, R2.10 to R2.13)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from muster.organizations.actions import units
from muster.organizations.enums import ContactWay, UnitKind
from muster.organizations.models import ResidentUnit
from muster.organizations.rules import ALPHABET, check_character, inner_check_character
from muster.people.actions import units as bonds
from muster.people.enums import ForceClass, LiaisonSide
from muster.people.models import Person, ReportIn
from muster.territory.enums import DivisionKind
from muster.territory.models import Division
from muster.toolkit.actor import SYSTEM
from muster.web.demo.copying import Copier
from muster.web.demo.draws import Draws
from muster.web.demo.people import Written, write_people
from muster.web.demo.portraits import staff

HOUSEHOLDS_PER_UNIT = 700
FEWEST, MOST = 3, 8
RESERVE = (12, 20)  # members of a reserve team at full scale
VILLAGE_RESERVE = (5, 9)  # a village has its school or its clinic, and no more
SMALLEST_TEAM = 4
REPORT_IN_DAYS = 180
PLAN_DAYS = 365
USCC_DIVISION = "510000"


class Sort(NamedTuple):
    """One sort of unit: its kind, what its social credit code begins with, and its name after the community's."""

    kind: str
    authority: str
    ending: str
    headcount: tuple[int, int]


SORTS = (
    Sort(UnitKind.PUBLIC_BODY, "12", "小学", (60, 140)),
    Sort(UnitKind.ENTERPRISE, "91", "商贸有限公司", (30, 260)),
    Sort(UnitKind.SOCIAL_ORGANIZATION, "52", "社会工作服务中心", (20, 45)),
    Sort(UnitKind.PUBLIC_BODY, "12", "卫生服务站", (25, 80)),
    Sort(UnitKind.ENTERPRISE, "91", "建筑设计有限公司", (40, 300)),
    Sort(UnitKind.PUBLIC_BODY, "11", "税务所", (25, 60)),
    Sort(UnitKind.SOCIAL_ORGANIZATION, "51", "志愿服务协会", (20, 60)),
    Sort(UnitKind.ENTERPRISE, "91", "酒店管理有限公司", (50, 220)),
)


def build_units(community: Division, seed: int, scale: float, *, at: datetime) -> int:
    """The units of the community, once each. Returns how many were made."""
    made = 0
    worker = (
        Person.objects.filter(
            division_code=community.code, is_synthetic=True, force_class=ForceClass.FULL_TIME_WORKER
        )
        .order_by("pk")
        .first()
    )
    for number in range(_count(community)):
        draws = Draws(seed, community.code, "unit", number)
        uscc = uscc_of(draws, SORTS[number].authority)
        if worker and not ResidentUnit.objects.filter(uscc=uscc).exists():
            _build(community, SORTS[number], uscc=uscc, draws=draws, worker=worker, scale=scale, at=at)
            made += 1
    return made


def uscc_of(draws: Draws, authority: str) -> str:
    """A unified social credit code that passes both checks and was given to nobody: the division is a whole province."""
    body = "".join(draws.pick(ALPHABET) for _ in range(8))
    code = f"{authority}{USCC_DIVISION}{body}{inner_check_character(body)}"
    return code + check_character(code)


def _count(community: Division) -> int:
    if community.kind != DivisionKind.COMMUNITY:
        return 1
    return min(MOST, max(FEWEST, (community.household_count or 0) // HOUSEHOLDS_PER_UNIT))


def _build(
    community: Division, sort: Sort, *, uscc: str, draws: Draws, worker: Person, scale: float, at: datetime
) -> None:
    """One unit with its people, its bonds and its plan: all of it or nothing."""
    with transaction.atomic():
        stem = community.short_name.removesuffix("社区").removesuffix("村").removesuffix("居委会")
        headcount = draws.between(*sort.headcount)
        unit = units.create(
            division_code=community.code,
            name=f"{stem}{sort.ending}",
            kind=sort.kind,
            uscc=uscc,
            address=f"{community.short_name} {draws.between(1, 200)} 号",
            headcount=headcount,
            declared_cadre_count=headcount // 5 if sort.kind == UnitKind.PUBLIC_BODY else headcount // 20,
            actor=SYSTEM,
            at=at,
        )
        linked_at = at - timedelta(days=draws.between(40, 400))
        units.link(unit, actor=SYSTEM, at=linked_at)
        reserve = RESERVE if community.kind == DivisionKind.COMMUNITY else VILLAGE_RESERVE
        team = _people(unit, max(SMALLEST_TEAM, round(draws.between(*reserve) * scale)), at)
        bonds.appoint_liaison(unit, team[0], LiaisonSide.UNIT, actor=SYSTEM, at=linked_at)
        bonds.appoint_liaison(unit, worker, LiaisonSide.COMMUNITY, actor=SYSTEM, at=linked_at)
        bonds.form_reserve_team(
            unit, name=f"{unit.name}预备队", leader=team[1], members=team[1:], actor=SYSTEM, at=linked_at
        )
        began_on = timezone.localdate(at) - timedelta(days=draws.between(10, 300))
        units.add_plan(
            unit,
            title=f"{unit.name}应急支援预案",
            summary="接到社区召集后，联络员 30 分钟内答复人数，2 小时内报名单，预备队由队长带到集结点。",
            approver="单位负责人",
            valid_from=began_on,
            valid_to=began_on + timedelta(days=PLAN_DAYS),
            actor=SYSTEM,
            at=at,
        )
        units.log_contact(
            unit,
            way=draws.pick(ContactWay.values),
            note="通报本周防控形势，核对预备队名单。",
            actor=SYSTEM,
            at=at - timedelta(days=draws.between(1, 25), hours=draws.between(0, 8)),
        )


def _people(unit: ResidentUnit, size: int, at: datetime) -> list[Person]:
    """The liaison, the leader of the reserve team and its members, all reported in to the community."""
    portraits = [
        staff(
            f"{unit.uscc}|{number}",
            unit.division_code,
            ForceClass.REPORTED_PERSON,
            address=unit.address,
            unit_id=unit.pk,
        )
        for number in range(size + 1)
    ]
    written = write_people(portraits, at=at)
    _report_ins(unit).write(_report_in_rows(written, at))
    known = Person.objects.in_bulk([person.pk for person in written])
    return [known[person.pk] for person in written]


def _report_ins(unit: ResidentUnit) -> Copier:
    return Copier(
        ReportIn,
        ("person_id", "reported_on", "valid_to", "created_at"),
        unit_id=unit.pk,
        division_code=unit.division_code,
    )


def _report_in_rows(written: Sequence[Written], at: datetime) -> Iterator[tuple[object, ...]]:
    today = timezone.localdate(at)
    for person in written:
        yield person.pk, today - timedelta(days=30), today + timedelta(days=REPORT_IN_DAYS), at
