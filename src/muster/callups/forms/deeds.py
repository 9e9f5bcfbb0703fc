"""Small forms of a call-up under way."""

from django import forms
from django.utils.translation import gettext_lazy as _


class StandDownForm(forms.Form):
    """Why people need not come any more; they read it in their message."""

    reason = forms.CharField(
        label=_("Reason, as people will read it"), max_length=200, initial=_("The task is done. Thank you.")
    )
