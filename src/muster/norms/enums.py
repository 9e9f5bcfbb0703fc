from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


class Unit(models.TextChoices):
    """What a number counts; data/norms/defaults.json uses the values."""

    ANSWER = "answer", pgettext_lazy("unit", "answers")
    BUILDING = "building", pgettext_lazy("unit", "buildings")
    CALL = "call", pgettext_lazy("unit", "calls")
    DAY = "day", pgettext_lazy("unit", "days")
    FACTOR = "factor", pgettext_lazy("unit", "times")
    HOUR = "hour", pgettext_lazy("unit", "hours")
    HOUSEHOLD = "household", pgettext_lazy("unit", "households")
    ITEM = "item", pgettext_lazy("unit", "items")
    KIND = "kind", pgettext_lazy("unit", "kinds")
    LEVEL = "level", pgettext_lazy("unit", "levels")
    MINUTE = "minute", pgettext_lazy("unit", "minutes")
    MINUTE_OF_DAY = "minute of day", pgettext_lazy("unit", "o’clock")
    MONTH = "month", pgettext_lazy("unit", "months")
    OF_5 = "of 5", pgettext_lazy("unit", "of 5")
    ORGANIZATION = "organization", pgettext_lazy("unit", "organizations")
    PERSON = "person", pgettext_lazy("unit", "people")
    RESIDENT = "resident", pgettext_lazy("unit", "residents")
    ROUND = "round", pgettext_lazy("unit", "rounds")
    ROW = "row", pgettext_lazy("unit", "rows")
    SECOND = "second", pgettext_lazy("unit", "seconds")
    SHARE = "share", pgettext_lazy("unit", "%")
    SHIFT = "shift", pgettext_lazy("unit", "shifts")
    STEP = "step", pgettext_lazy("unit", "steps")
    TIER = "tier", pgettext_lazy("unit", "tiers")
    TOPIC = "topic", pgettext_lazy("unit", "topics")
    TRY = "try", pgettext_lazy("unit", "tries")
    WORKING_DAY = "working day", pgettext_lazy("unit", "working days")
    YEAR = "year", pgettext_lazy("unit", "years old")
    YES_OR_NO = "yes or no", pgettext_lazy("unit", "yes or no")
    CELSIUS = "°C", pgettext_lazy("unit", "°C")
