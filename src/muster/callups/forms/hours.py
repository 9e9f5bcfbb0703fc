"""What the person in charge says about hours that wait."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

CLOCK = r"^([01]?\d|2[0-3])[:：]?[0-5]\d$"


class ReasonForm(forms.Form):
    """Why; the volunteer can read it."""

    reason = forms.CharField(
        label=_("How you know; the volunteer can read it"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ConfirmForm(ReasonForm):
    """Until when somebody was there, as the clock on the wall showed it."""

    left = forms.RegexField(
        CLOCK,
        label=_("There until"),
        error_messages={"invalid": _("Write the time as 11:30, in 24 hours.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "placeholder": "11:30", "autocomplete": "off"}),
    )
    field_order = ["left", "reason"]

    def left_at(self, arrived_at: datetime) -> datetime:
        """The first moment after the arrival at which the clock showed that time; a night shift ends on the next day."""
        digits = self.cleaned_data["left"].replace("：", ":").replace(":", "").zfill(4)
        arrived = timezone.localtime(arrived_at)
        left = datetime.combine(arrived.date(), time(int(digits[:2]), int(digits[2:])), arrived.tzinfo)
        return left if left > arrived else left + timedelta(days=1)
