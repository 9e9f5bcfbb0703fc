from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from muster.norms.enums import Mode, ResponseLevel, Unit
from muster.toolkit.form_fields import DayField, MinuteOfDayField


class SettingForm(forms.Form):
    """A new value for one number; whether it may be is for the action to say."""

    valid_from = DayField(label=_("From"))
    valid_to = DayField(
        label=_("Until (that day no longer)"),
        required=False,
        help_text=_("Leave it empty if it counts until further notice."),
    )
    reason = forms.CharField(
        label=_("Why this number"),
        max_length=120,
        help_text=_("Shown beside the number to everybody who reads it."),
    )

    field_order = ["value", "valid_from", "valid_to", "reason"]

    def __init__(self, data: Any = None, *, unit: str, value: Any, on: date) -> None:
        super().__init__(data, initial={"valid_from": on})
        self.unit = unit
        self.fields["value"] = _value_field(unit, value)
        self.order_fields(self.field_order)

    def clean_value(self) -> int | float:
        """The value as it is kept: a percentage typed is a share, a time of day the minute since midnight."""
        value = Decimal(self.cleaned_data["value"])
        if self.unit == Unit.SHARE:
            return float(value / 100)
        return int(value) if value == value.to_integral_value() else float(value)


def _value_field(unit: str, value: Any) -> forms.Field:
    """A control for values of that unit, with the one that counts now in it."""
    match unit:
        case Unit.MINUTE_OF_DAY:
            return MinuteOfDayField(label=_("New value"), initial=value)
        case Unit.YES_OR_NO:
            choices = [("1", pgettext_lazy("setting", "yes")), ("0", pgettext_lazy("setting", "no"))]
            return forms.ChoiceField(
                label=_("New value"), choices=choices, initial=str(value), widget=forms.RadioSelect
            )
        case Unit.SHARE:
            shown, word = round(value * 100, 2), "%"
        case _:
            shown, word = value, str(Unit(unit).label)
    label = gettext("New value (%(unit)s)") % {"unit": word}
    return forms.DecimalField(label=label, initial=shown, max_digits=12, decimal_places=4)


class ModeForm(forms.Form):
    """A switch of one place between routine and emergency."""

    mode = forms.ChoiceField(label=_("Mode"), choices=Mode.choices, widget=forms.RadioSelect)
    level = forms.TypedChoiceField(
        label=_("Response level"),
        choices=ResponseLevel.choices,
        coerce=int,
        widget=forms.RadioSelect,
        initial=0,
    )
    hazard = forms.CharField(
        label=_("What for"), max_length=40, required=False, help_text=_("Flood, heat, epidemic …")
    )
    ground = forms.CharField(
        label=_("Ground"), max_length=200, help_text=_("The order with its number, or the event. It is kept.")
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "mode" in cleaned:
            cleaned["mode"] = Mode(cleaned["mode"])
        if "level" in cleaned:
            cleaned["level"] = ResponseLevel(cleaned["level"])
        return cleaned
