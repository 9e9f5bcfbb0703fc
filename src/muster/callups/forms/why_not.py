"""Whom the dispatcher asks about, and for which seat of a plan."""

from django import forms
from django.utils.translation import gettext_lazy as _

MOST_LETTERS = 40


class WhyNotForm(forms.Form):
    """`slot` is judged by whoever knows the plan."""

    q = forms.CharField(label=_("Name or number"), max_length=MOST_LETTERS, required=False)
    slot = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)
