from django import forms
from django.utils.translation import gettext_lazy as _

from muster.audit.rules.words import DEEDS


class TrailFilter(forms.Form):
    """What an auditor looks for; every field is optional."""

    # Chosen by its words. Not a choice field: a deed that the code knows no more stays on the trail, and in links to it.
    verb = forms.CharField(
        label=_("Deed"),
        max_length=80,
        required=False,
        widget=forms.Select(choices=[("", _("All deeds")), *DEEDS.items()]),
    )
    object_code = forms.CharField(label=_("Code of the object"), max_length=40, required=False)
    account = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1)

    def clean_object_code(self) -> str:
        """A code as people write it: K7M2-QD3A, in small letters too."""
        text: str = self.cleaned_data["object_code"].strip()
        return text.replace("-", "").upper() if len(text.replace("-", "")) == 8 else text
