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
