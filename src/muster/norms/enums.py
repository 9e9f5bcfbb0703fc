from django.db import models
from django.utils.translation import gettext_lazy as _


class Basis(models.TextChoices):
    NOTICE = "N", _("the notice")
    LAW = "L", _("law or rule")
    DEFAULT = "D", _("our default")


class Mode(models.TextChoices):
    ROUTINE = "routine", _("routine")
    EMERGENCY = "emergency", _("emergency")


class ResponseLevel(models.IntegerChoices):
    """Levels of a response, I is the gravest (突发事件应对法 art. 71); 0 is none."""

    NONE = 0, _("no response")
    I = 1, _("level I")  # noqa: E741 - the law's own name
    II = 2, _("level II")
    III = 3, _("level III")
    IV = 4, _("level IV")


class TaskKind(models.TextChoices):
    """What is done at a post (R2.9 names the first three)."""

    SCAN_TEMPERATURE = "scan_temperature", _("code scan and temperature")
    REGISTRATION = "registration", _("person registration")
    ORDER_KEEPING = "order_keeping", _("order keeping")
    SAMPLING_SUPPORT = "sampling_support", _("sampling support")
    SCREENING = "screening", _("door-to-door screening")
    DELIVERY = "delivery", _("delivery")
    EVACUATION = "evacuation", _("evacuation")
    SHELTER = "shelter", _("shelter")
    OTHER = "other", _("other")
