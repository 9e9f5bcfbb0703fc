"""What the desk fills in about a resident unit. The forms clean; `actions.units` decides."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from muster.organizations.enums import ContactWay, UnitKind

MOST_HEADS = 200_000


class UnitFactsForm(forms.Form):
    """The facts of a unit that may change."""

    name = forms.CharField(label=_("Name of the unit"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), choices=UnitKind.choices, widget=forms.RadioSelect)
    address = forms.CharField(label=_("Address of the unit"), max_length=120)
    headcount = forms.IntegerField(label=_("People who work there"), min_value=1, max_value=MOST_HEADS)
    declared_cadre_count = forms.IntegerField(
        label=_("Party cadres, as the unit declares them"), min_value=0, max_value=MOST_HEADS, initial=0
    )


class UnitForm(UnitFactsForm):
    """A new unit of one of these `communities`, by code and name."""

    uscc = forms.CharField(
        label=_("Unified social credit code"),
        max_length=30,
        help_text=_("18 characters, from the license."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    division_code = forms.TypedChoiceField(label=_("Community"), coerce=int)
    field_order = ["name", "uscc", "kind", "division_code", "address", "headcount", "declared_cadre_count"]

    def __init__(self, *args: Any, communities: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["division_code"]
        if isinstance(field, forms.ChoiceField):
            field.choices = communities


class UnlinkForm(forms.Form):
    """Why a unit is not called any more."""

    reason = forms.CharField(label=_("Why the unit is not called any more"), max_length=120)


class ContactForm(forms.Form):
    """Unit and community spoke."""

    way = forms.ChoiceField(label=_("How"), choices=ContactWay.choices)
    note = forms.CharField(label=_("About what"), max_length=200)


class PlanForm(forms.Form):
    """A version of the contingency plan."""

    title = forms.CharField(label=_("Title"), max_length=120)
    approver = forms.CharField(label=_("Approved by"), max_length=60)
    valid_from = forms.DateField(
        label=_("Valid from"), widget=forms.DateInput(attrs={"placeholder": "2026-01-01"})
    )
    valid_to = forms.DateField(
        label=_("Valid until"), widget=forms.DateInput(attrs={"placeholder": "2027-01-01"})
    )
    summary = forms.CharField(
        label=_("In a few sentences"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_valid_to(self) -> date:
        """The end, after the beginning."""
        end: date = self.cleaned_data["valid_to"]
        begin = self.cleaned_data.get("valid_from")
        if begin is not None and end <= begin:
            raise forms.ValidationError(_("The plan ends before it begins. Put the end after the beginning."))
        return end


class LiaisonForm(forms.Form):
    """Who speaks for the unit."""

    name = forms.CharField(label=_("Name"), max_length=60)
    phone = forms.CharField(
        label=_("Mobile number"), max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )


class CommunityLiaisonForm(forms.Form):
    """Who of the community speaks with the unit."""

    person = forms.SlugField(max_length=8)


class TeamForm(forms.Form):
    """The reserve team: its name, and its people with the leader on the first line."""

    name = forms.CharField(label=_("Name of the team"), max_length=80)
    people = forms.CharField(
        label=_("People: name and phone number, the leader on the first line"),
        max_length=100_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off"}),
    )
