from django.db import models
from django.utils.translation import gettext_lazy as _


class DutyKind(models.TextChoices):
    """AMB-17: only time outside paid duty is volunteer service."""

    OFF_DUTY = "off_duty", _("volunteer time")
    ON_PAID_DUTY = "on_paid_duty", _("on-duty time")


class RecordState(models.TextChoices):
    CREDITED = "credited", _("credited")
    UNCONFIRMED = "unconfirmed", _("waiting for confirmation")
    NEEDS_APPROVAL = "needs_approval", _("waiting for approval")
    VOID = "void", _("void")


class Evidence(models.TextChoices):
    """How well an attendance is proven, best first."""

    CODE_AND_LEADER = "code_and_leader", _("rotating code and leader")
    CODE = "code", _("rotating code")
    LEADER = "leader", _("confirmed by the leader")
    MANUAL = "manual", _("entered by hand")


MOVES: dict[str, frozenset[str]] = {
    # Confirmed, it may still go over a limit.
    RecordState.UNCONFIRMED: frozenset({RecordState.CREDITED, RecordState.NEEDS_APPROVAL, RecordState.VOID}),
    RecordState.NEEDS_APPROVAL: frozenset({RecordState.CREDITED, RecordState.VOID}),
    RecordState.CREDITED: frozenset({RecordState.VOID}),
    RecordState.VOID: frozenset(),
}
