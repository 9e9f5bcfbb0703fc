"""What a unit's liaison fills in: how many, who, or why nobody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MOST_CHARACTERS = 1_000_000


class PledgeForm(forms.Form):
    """How many people the unit will send."""

    headcount = forms.IntegerField(label=_("How many people"), min_value=0, max_value=9999)


class DeclineForm(forms.Form):
    """Why nobody can come this time."""

    reason = forms.CharField(
        label=_("Why nobody can come"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PastedField(forms.CharField):
    """Text that was pasted. A file that was opened as text holds characters that no list has."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if text and "\0" in text:
            raise ValidationError(
                _(
                    "This is a file, not a list. Open it, copy the columns name and phone, and paste them here."
                ),
                code="file",
            )
        return text


class NamingForm(forms.Form):
    """The pasted list. Nothing of it is stripped: what was typed is shown again as it was."""

    lines = PastedField(
        label=_("The list"),
        max_length=MOST_CHARACTERS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 7, "spellcheck": "false", "autocomplete": "off"}),
    )
