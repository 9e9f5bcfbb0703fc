"""How long a wall display is shown."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

HOURS = ((12, _("12 hours")), (24, _("1 day")), (72, _("3 days")), (168, _("7 days")))


class WallForm(forms.Form):
    """Cleans `hours`."""

    hours = forms.TypedChoiceField(label=_("Shown for"), choices=HOURS, coerce=int, initial=24)
