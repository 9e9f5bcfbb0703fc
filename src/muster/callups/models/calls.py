"""The call itself: why, where, when, how many of whom, and who provides for them."""

from django.db import models
from django.db.models import F, Q

from muster.callups.enums import CallUpState, SeatKind, SupportGiver, SupportKind, TaskKind
from muster.norms.enums import Mode, ResponseLevel
from muster.people.models import Account, Person
from muster.territory.models import CompoundGate
from muster.toolkit.codes import new_code


class CallTemplate(models.Model):
    """A call-up that is nearly filled in. Holds offsets in minutes, never a date."""

    code = models.SlugField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    icon = models.CharField(max_length=40)
    hazard = models.CharField(max_length=40, blank=True)
    task_kind = models.CharField(max_length=20, choices=TaskKind.choices)
    mode = models.CharField(max_length=10, choices=Mode.choices)
    starts_at_minute = models.PositiveSmallIntegerField(
        null=True
    )  # of the local day; null: as soon as people can be there
    shift_minutes = models.PositiveSmallIntegerField()
    muster_before_minutes = models.PositiveSmallIntegerField()
    reply_before_minutes = models.PositiveSmallIntegerField()
    seats = models.JSONField()  # {"general": 5, "backbone": 1} at each gate or place
    skill = models.CharField(max_length=30, blank=True)
    risk_zh = models.TextField()
    risk_en = models.TextField()
    bring_zh = models.CharField(max_length=120)
    bring_en = models.CharField(max_length=160)
    support = models.JSONField()  # {"ppe": "community", ...}
    needs_insurance = models.BooleanField(default=True)
    needs_full_protection = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)


class NeedItem(models.Model):
    """What a community needs hands for; each call-up cites at least one (R2.2)."""

    code = models.CharField(max_length=8, unique=True, default=new_code)
    division_code = models.BigIntegerField()
    task_kind = models.CharField(max_length=20, choices=TaskKind.choices)
    description = models.CharField(max_length=200)
    headcount = models.PositiveIntegerField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["division_code", "-id"], name="need_by_division")]


class CallUp(models.Model):
    """One call of one community (呼叫单, R2.1)."""

    code = models.CharField(max_length=8, unique=True, default=new_code)
    request_key = models.UUIDField(unique=True)  # of the form that raised it: a second post raises nothing
    division_code = models.BigIntegerField()
    template = models.ForeignKey(CallTemplate, null=True, on_delete=models.PROTECT)
    needs = models.ManyToManyField(NeedItem, related_name="call_ups")
    title = models.CharField(max_length=80)
    purpose = models.CharField(max_length=200)
    task_kind = models.CharField(max_length=20, choices=TaskKind.choices)
    hazard = models.CharField(max_length=40, blank=True)
    mode = models.CharField(max_length=10, choices=Mode.choices)
    level = models.PositiveSmallIntegerField(choices=ResponseLevel.choices, default=ResponseLevel.NONE)
    is_drill = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=CallUpState.choices, default=CallUpState.OPEN)
    place = models.CharField(max_length=120)
    risk_statement = models.TextField()
    bring = models.CharField(max_length=160, blank=True)
    needs_insurance = models.BooleanField(default=True)
    insures_everybody = models.BooleanField(default=False)  # by a support item that is for all (R9.9)
    needs_full_protection = models.BooleanField(default=False)
    duty_holder = models.CharField(max_length=120)  # who uses the volunteers and so provides for them (R9.6)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reply_by = models.DateTimeField()
    naming_due_at = models.DateTimeField()
    unit_answer_due_at = models.DateTimeField()
    ask_cap = models.PositiveIntegerField()  # never more people than this are asked
    waves_sent = models.PositiveSmallIntegerField(default=0)
    raised_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="call_ups")
    raised_by_label = models.CharField(
        max_length=120
    )  # the caller (R2.1), and the authority on each seat (R2.8)
    opened_at = models.DateTimeField()
    halted_at = models.DateTimeField(null=True)
    stood_down_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    stand_down_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["division_code", "-id"], name="call_up_by_division"),
            models.Index(
                fields=["ends_at"], name="call_up_running", condition=Q(state__in=["open", "halted"])
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="call_up_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(name="call_up_names_its_duty_holder", condition=~Q(duty_holder="")),
            models.CheckConstraint(name="call_up_states_the_risk", condition=~Q(risk_statement="")),
            models.CheckConstraint(
                name="call_up_stood_down_has_its_time",
                condition=~Q(state="stood_down") | Q(stood_down_at__isnull=False),
            ),
            models.CheckConstraint(
                name="call_up_closed_has_its_time", condition=~Q(state="closed") | Q(closed_at__isnull=False)
            ),
        ]


class Post(models.Model):
    """One place to stand in a call-up."""

    code = models.CharField(max_length=8, unique=True, default=new_code)
    call_up = models.ForeignKey(CallUp, db_index=False, on_delete=models.CASCADE, related_name="posts")
    division_code = models.BigIntegerField()
    gate = models.ForeignKey(CompoundGate, null=True, on_delete=models.PROTECT)
    name = models.CharField(max_length=80)
    place = models.CharField(max_length=160, blank=True)
    task_kind = models.CharField(max_length=20, choices=TaskKind.choices)
    leader = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="led_posts")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    weight = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField(default=0)
    code_key = models.CharField(max_length=64)  # secret of the rotating check-in code

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call_up", "name"], name="post_name_once_per_call_up")]


class Shift(models.Model):
    """One span of time at a post."""

    code = models.CharField(max_length=8, unique=True, default=new_code)
    post = models.ForeignKey(Post, db_index=False, on_delete=models.CASCADE, related_name="shifts")
    call_up = models.ForeignKey(CallUp, on_delete=models.CASCADE, related_name="shifts")
    division_code = models.BigIntegerField()
    muster_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["division_code", "starts_at"], name="shift_by_division")]
        constraints = [
            models.UniqueConstraint(fields=["post", "starts_at"], name="shift_once_per_post_and_start"),
            models.CheckConstraint(
                name="shift_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="shift_musters_before_it_starts", condition=Q(muster_at__lte=F("starts_at"))
            ),
        ]


class Slot(models.Model):
    """The seats of one kind in one shift, and how many of them are held for units or taken. Claimed under its row lock."""

    shift = models.ForeignKey(Shift, db_index=False, on_delete=models.CASCADE, related_name="slots")
    call_up = models.ForeignKey(CallUp, on_delete=models.CASCADE, related_name="slots")
    kind = models.CharField(max_length=10, choices=SeatKind.choices, default=SeatKind.GENERAL)
    skill = models.CharField(max_length=30, blank=True)
    seats = models.PositiveIntegerField()
    held = models.PositiveIntegerField(default=0)  # for pledges that are not yet filled by name
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shift", "kind", "skill"], name="slot_once_per_shift_and_kind"),
            models.CheckConstraint(
                name="slot_never_overfilled", condition=Q(seats__gte=F("taken") + F("held"))
            ),
            models.CheckConstraint(
                name="slot_skill_only_on_skilled_seats",
                condition=Q(kind="skilled", skill__gt="") | (~Q(kind="skilled") & Q(skill="")),
            ),
        ]


class SupportItem(models.Model):
    """One thing the people are given, and by whom (R1.6, R2.15, R9.6)."""

    call_up = models.ForeignKey(
        CallUp, db_index=False, on_delete=models.CASCADE, related_name="support_items"
    )
    kind = models.CharField(max_length=10, choices=SupportKind.choices)
    giver = models.CharField(max_length=10, choices=SupportGiver.choices)
    note = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call_up", "kind"], name="support_one_giver_per_kind")]
