"""Form fields that no domain owns: times and days as people type them, at two in the morning and on any keyboard.

Native pickers follow the language of the browser and not of the page, and show AM and PM: these are plain text.
"""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

DAY_FORMATS = ["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]


class MinuteOfDayField(forms.Field):
    """A time of day, given as minutes since midnight (None: nothing was typed). Reads 6, 600, 6:00 and 06：00."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(
            attrs={"inputmode": "numeric", "placeholder": "22:00", "autocomplete": "off"}
        )
        super().__init__(**{"widget": widget, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return face_of(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip().replace("：", ":").replace(" ", "")
        digits = text.replace(":", "")
        if not digits:
            return None
        hours, minutes = [*text.split(":"), ""][:2] if ":" in text else (digits[:-2], digits[-2:])
        if ":" not in text and len(digits) <= 2:
            hours, minutes = digits, "00"
        known = digits.isdecimal() and hours.isdecimal() and minutes.isdecimal()
        if not known or len(digits) > 4 or int(hours) > 23 or int(minutes) > 59:
            raise ValidationError(_("Write the time like 06:00."), code="clock")
        return int(hours) * 60 + int(minutes)


class ClockField(MinuteOfDayField):
    """The same, given as a `time`."""

    def to_python(self, value: Any) -> Any:
        minute = super().to_python(value)
        return None if minute is None else time(minute // 60, minute % 60)


class DayField(forms.DateField):
    """A day, typed as 1985-06-15 or as one of the other ways of writing the year first."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(
            format="%Y-%m-%d",
            attrs={"inputmode": "numeric", "placeholder": "2026-01-31", "autocomplete": "off"},
        )
        wrong = {"invalid": _("Write the date as year, month, day, such as 1985-06-15.")}
        super().__init__(
            **{"input_formats": DAY_FORMATS, "widget": widget, "error_messages": wrong, **kwargs}
        )


def face_of(minute: int) -> str:
    """What the clock shows so many minutes after midnight: 1320 is 22:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
