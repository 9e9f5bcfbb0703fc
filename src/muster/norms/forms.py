from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from muster.norms.enums import Mode, ResponseLevel


class SettingForm(forms.Form):
    """A new value for one number; whether it may be is for the action to say."""

    value = forms.DecimalField(label=_("New value"), max_digits=12, decimal_places=4)
    valid_from = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    valid_to = forms.DateField(
        label=_("Until (that day no longer)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Leave it empty if it counts until further notice."),
    )
    reason = forms.CharField(
        label=_("Why this number"),
        max_length=120,
        help_text=_("Shown beside the number to everybody who reads it."),
    )

    def clean_value(self) -> int | float:
        value = self.cleaned_data["value"]
        return int(value) if value == value.to_integral_value() else float(value)


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
