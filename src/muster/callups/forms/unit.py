"""What a unit's liaison fills in: how many, who, or why nobody."""

from __future__ import annotations

from django import forms
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


class NamingForm(forms.Form):
    """The pasted list. Nothing of it is stripped: what was typed is shown again as it was."""

    lines = forms.CharField(
        label=_("The list"),
        max_length=MOST_CHARACTERS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 7, "spellcheck": "false", "autocomplete": "off"}),
    )
