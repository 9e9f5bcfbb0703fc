"""Crediting what people gave: once per source, with its evidence, and never a minute that was not attended (R9.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.audit.actions import trail
from muster.kernel import hours
from muster.norms import queries as norms
from muster.people.models import Person
from muster.records import rules
from muster.records.enums import DutyKind, Evidence, RecordState
from muster.records.models import ServiceRecord
from muster.records.queries.hours import records_around
from muster.records.rules import Times
from muster.toolkit.actor import SYSTEM, Actor
from muster.toolkit.refusal import Refused


@dataclass(frozen=True)
class Service:
    """What was done, where and for whom: the seven fields of Order 67 art. 7 but for the times."""

    title: str
    place: str
    organizer: str
    person_in_charge: str = ""


def credit(
    *,
    person: Person,
    division_code: int,
    source_kind: str,
    source_code: str,
    service: Service,
    times: Times,
    evidence: str,
    duty_kind: str = DutyKind.OFF_DUTY,
    is_drill: bool = False,
    actor: Actor = SYSTEM,
    at: datetime | None = None,
) -> ServiceRecord:
    """The record of one attendance; a second call for the same source gives the first record and credits nothing.

    Paid duty (AMB-17) and drills are kept apart: their minutes are attended, never volunteer hours. Without a check-out
    nothing is credited until `confirm`; what goes over a cap waits for `approve`.
    """
    at = at or timezone.now()
    with transaction.atomic():
        # Two shifts of one person credited at once must see each other for the cap of the day.
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        known = ServiceRecord.objects.filter(source_kind=source_kind, source_code=source_code).first()
        if known is not None:
            return known
        counted = _counted(times, person.pk, division_code, duty_kind=duty_kind, is_drill=is_drill)
        record = ServiceRecord.objects.create(
            person=person,
            division_code=division_code,
            source_kind=source_kind,
            source_code=source_code,
            title=service.title[:120],
            place=service.place[:120],
            organizer=service.organizer[:120],
            person_in_charge=service.person_in_charge[:50],
            duty_kind=duty_kind,
            evidence=evidence,
            is_drill=is_drill,
            created_at=at,
            **_outcome(counted, times),
        )
        _record(
            "records.hours.credited", record, actor, at, {"state": record.state, "minutes": record.minutes}
        )
    return record


def confirm(
    record: ServiceRecord, *, times: Times, reason: str, actor: Actor, at: datetime | None = None
) -> None:
    """The person in charge has set the end (`times.set_out_at`); the minutes are counted now.

    Refuses `own_record` and `not_unconfirmed`.
    """
    at = at or timezone.now()
    with transaction.atomic():
        locked = _locked(record)
        _refuse_own(locked, actor)
        if locked.state != RecordState.UNCONFIRMED:
            raise Refused(
                "not_unconfirmed", _("This time needs no confirmation, or somebody was faster. Look again.")
            )
        counted = _counted(
            times,
            locked.person_id,
            locked.division_code,
            duty_kind=locked.duty_kind,
            is_drill=locked.is_drill,
            but=locked.pk,
        )
        outcome = _outcome(counted, times)
        outcome["reasons"] = [*outcome["reasons"], _said("confirmed", actor, reason)]
        _move(locked, evidence=Evidence.MANUAL, **outcome)
        _record("records.hours.confirmed", locked, actor, at, {"minutes": outcome["minutes"]})


def approve(record: ServiceRecord, *, reason: str, actor: Actor, at: datetime | None = None) -> None:
    """What goes over a cap counts as well. Refuses `own_record` and `not_waiting`."""
    at = at or timezone.now()
    with transaction.atomic():
        locked = _locked(record)
        _refuse_own(locked, actor)
        if locked.state != RecordState.NEEDS_APPROVAL:
            raise Refused("not_waiting", _("This record waits for no approval any more. Look at it again."))
        over = sum(int(line["minutes"]) for line in locked.reasons if str(line["code"]).startswith("over_"))
        reasons = [line for line in locked.reasons if not str(line["code"]).startswith("over_")]
        reasons += [{"code": "approved", "minutes": over}, _said("confirmed", actor, reason)]
        _move(locked, state=RecordState.CREDITED, minutes=locked.minutes + over, reasons=reasons)
        _record("records.hours.approved", locked, actor, at, {"minutes": locked.minutes + over})


def void(record: ServiceRecord, *, reason: str, actor: Actor, at: datetime | None = None) -> None:
    """The record was wrong; it stays readable and counts no more. Refuses `reason_missing` and `void_already`."""
    at = at or timezone.now()
    if not reason.strip():
        raise Refused("reason_missing", _("Write why the record is wrong. The volunteer can read it."))
    with transaction.atomic():
        locked = _locked(record)
        _refuse_own(locked, actor)
        if not rules.may_move(locked.state, RecordState.VOID):
            raise Refused("void_already", _("This record is void already."))
        _move(locked, state=RecordState.VOID, reasons=[*locked.reasons, _said("voided", actor, reason)])
        _record("records.hours.voided", locked, actor, at, {"minutes": locked.minutes})


def retract(*, source_kind: str, source_code: str, actor: Actor, at: datetime) -> None:
    """The check-out behind the record was taken back within its few minutes: the record never was."""
    with transaction.atomic():
        record = (
            ServiceRecord.objects.select_for_update()
            .filter(source_kind=source_kind, source_code=source_code)
            .first()
        )
        if record is not None:
            _record("records.hours.retracted", record, actor, at, {"minutes": record.minutes})
            record.delete()


def _counted(
    times: Times, person_id: int, division_code: int, *, duty_kind: str, is_drill: bool, but: int = 0
) -> hours.Credit:
    """The kernel's answer, beside whatever else counts around the day on which the person came."""
    on = timezone.localdate(times.checked_in_at)
    return hours.credit(
        rules.presence_of(times, duty_kind=duty_kind, is_drill=is_drill),
        _rules(division_code, on),
        records_around(person_id, on, but=but),
    )


def _rules(division_code: int, on: date) -> hours.HoursRules:
    """The numbers of the day of the service: one that changed since does not reach back."""

    def number(key: str) -> float:
        return norms.number(key, division_code, on)

    return hours.HoursRules(
        grace_minutes=int(number("hours.grace_minutes")),
        record_cap_minutes=int(number("hours.record_cap_minutes")),
        daily_cap_minutes=int(number("hours.daily_cap_minutes")),
        count_on_paid_duty=bool(number("hours.count_on_paid_duty")),
    )


def _outcome(counted: hours.Credit, times: Times) -> dict[str, Any]:
    """What the kernel's answer makes of a record."""
    return {
        "state": rules.STATE_OF[counted.verdict],
        "minutes": rules.minutes_kept(counted),
        "during": rules.range_of(counted.during),
        "reasons": rules.reasons_of(counted),
        "served_on": timezone.localdate(times.checked_in_at),
    }


def _locked(record: ServiceRecord) -> ServiceRecord:
    Person.objects.select_for_update(no_key=True).get(pk=record.person_id)
    return ServiceRecord.objects.select_for_update(no_key=True).get(pk=record.pk)


def _refuse_own(record: ServiceRecord, actor: Actor) -> None:
    if actor.person_id == record.person_id:
        raise Refused("own_record", _("Nobody decides on his own hours. Ask a colleague."))


def _move(locked: ServiceRecord, **facts: object) -> None:
    if ServiceRecord.objects.filter(pk=locked.pk, state=locked.state).update(**facts) != 1:
        raise RuntimeError(f"record {locked.code} changed under its lock")


def _said(code: str, actor: Actor, words: str) -> dict[str, object]:
    return {"code": code, "minutes": 0, "by": actor.label, "words": words.strip()[:200]}


def _record(verb: str, record: ServiceRecord, actor: Actor, at: datetime, detail: dict[str, object]) -> None:
    trail.record(
        verb,
        actor=actor,
        obj_kind="service_record",
        obj_code=record.code,
        division_code=record.division_code,
        at=at,
        detail=detail,
        is_drill=record.is_drill,
    )
