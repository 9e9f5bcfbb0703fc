"""Who was asked, what they answered, and who has which seat."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Func, Q, Value

from muster.callups.enums import SEATED, AnswerReason, AnswerWay, AssignmentState, OfferState
from muster.callups.models.calls import CallUp, Shift, Slot
from muster.callups.models.pledges import Pledge, UnitCall
from muster.people.models import Person
from muster.records.enums import DutyKind
from muster.toolkit.codes import new_code


class SamePerson(Func):
    """A range of one person id, so that an exclusion constraint over persons needs no contrib extension."""

    function = "int8range"
    template = "%(function)s(%(expressions)s, '[]')"
    arity = 2

    def __init__(self) -> None:
        super().__init__("person_id", "person_id")


class Offer(models.Model):
    """One person asked for one call-up. Nobody is asked twice for the same call-up."""

    code = models.CharField(max_length=8, default=new_code)
    call_up = models.ForeignKey(CallUp, db_index=False, on_delete=models.CASCADE, related_name="offers")
    person = models.ForeignKey(Person, db_index=False, on_delete=models.PROTECT, related_name="offers")
    slot = models.ForeignKey(
        Slot, on_delete=models.PROTECT, related_name="offers"
    )  # the seat it was asked for
    unit_call = models.ForeignKey(
        UnitCall, null=True, on_delete=models.PROTECT, related_name="offers"
    )  # named by a unit
    pledge = models.ForeignKey(
        Pledge, null=True, on_delete=models.PROTECT, related_name="offers"
    )  # whose held seat it uses
    wave = models.PositiveSmallIntegerField()  # 0: named by a unit or walked up
    state = models.CharField(max_length=12, choices=OfferState.choices, default=OfferState.ASKED)
    asked_at = models.DateTimeField()
    reply_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    risk_confirmed_at = models.DateTimeField(
        null=True
    )  # when the person answered under the risk statement (R9.2)
    reason = models.CharField(max_length=10, choices=AnswerReason.choices, blank=True)
    # The database fills it in, because a wave writes thousands of rows without naming this column.
    answered_by = models.CharField(
        max_length=6, choices=AnswerWay.choices, blank=True, default="", db_default=""
    )
    why = models.JSONField(default=dict)  # reasons of the dispatch, as codes and numbers

    class Meta:
        indexes = [
            models.Index(fields=["call_up", "state", "id"], name="offer_by_call_up"),
            models.Index(fields=["person", "-id"], name="offer_by_person"),
            models.Index(fields=["reply_by"], name="offer_unanswered", condition=Q(state="asked")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="offer_code_once"),
            models.UniqueConstraint(fields=["call_up", "person"], name="offer_once_per_person_and_call_up"),
            models.CheckConstraint(
                name="offer_waiting_has_its_time",
                condition=~Q(state="waiting") | Q(waiting_since__isnull=False),
            ),
            models.CheckConstraint(
                name="offer_answer_has_its_time",
                condition=~Q(state__in=["accepted", "declined", "withdrawn"]) | Q(answered_at__isnull=False),
            ),
        ]


class Assignment(models.Model):
    """One person in one seat. Nobody is ever in two seats at overlapping times."""

    code = models.CharField(max_length=8, default=new_code)
    call_up = models.ForeignKey(CallUp, db_index=False, on_delete=models.CASCADE, related_name="assignments")
    shift = models.ForeignKey(Shift, db_index=False, on_delete=models.PROTECT, related_name="assignments")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="assignments")
    person = models.ForeignKey(Person, db_index=False, on_delete=models.PROTECT, related_name="assignments")
    offer = models.OneToOneField(Offer, null=True, on_delete=models.PROTECT, related_name="assignment")
    unit_call = models.ForeignKey(UnitCall, null=True, on_delete=models.PROTECT, related_name="assignments")
    division_code = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=AssignmentState.choices)
    duty_kind = models.CharField(max_length=14, choices=DutyKind.choices, default=DutyKind.OFF_DUTY)
    during = DateTimeRangeField()
    is_walk_up = models.BooleanField(default=False)
    authority_label = models.CharField(max_length=120)  # of the community committees: who dispatched (R2.8)
    assigned_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=10, choices=AnswerReason.choices, blank=True)
    exception_reason = models.CharField(max_length=200, blank=True)  # why an overridable rule was set aside
    # Reasons of the dispatch for an order, as codes and numbers; those of other seats stand on the offer.
    why = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))

    class Meta:
        indexes = [
            models.Index(fields=["call_up", "state", "id"], name="assignment_by_call_up"),
            models.Index(fields=["shift", "state"], name="assignment_by_shift"),
            models.Index(fields=["person", "-id"], name="assignment_by_person"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="assignment_code_once"),
            ExclusionConstraint(
                name="assignment_no_double_booking",
                expressions=[(SamePerson(), RangeOperators.OVERLAPS), ("during", RangeOperators.OVERLAPS)],
                condition=Q(state__in=[*SEATED]),
            ),
            models.UniqueConstraint(
                fields=["call_up", "person", "shift"],
                name="assignment_once_per_person_and_shift",
                condition=Q(state__in=[*SEATED]),
            ),
            # Nobody's free time is ordered (Order 685 art. 25).
            models.CheckConstraint(
                name="assignment_ordered_is_paid_duty",
                condition=~Q(state=AssignmentState.ORDERED) | Q(duty_kind=DutyKind.ON_PAID_DUTY),
            ),
            models.CheckConstraint(
                name="assignment_ended_has_its_time",
                condition=~Q(state__in=[AssignmentState.WITHDRAWN, AssignmentState.STOOD_DOWN])
                | Q(ended_at__isnull=False),
            ),
        ]
