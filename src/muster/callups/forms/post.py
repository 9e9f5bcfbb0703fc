"""What is filled in at a post: who came, who goes, who is new. Each form carries the nonce that makes it count once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from muster.callups.enums import SupportKind


class OnceForm(forms.Form):
    """A form that may be sent twice and counts once. `clock` is the phone's own, in milliseconds, where it has a script."""

    nonce = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    clock = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=32_503_680_000_000
    )

    def clean_clock(self) -> datetime | None:
        """The time of the phone as a moment."""
        milliseconds = self.cleaned_data["clock"]
        return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)

    @property
    def once(self) -> dict[str, Any]:
        """Nonce and clock of the phone, as the actions take them."""
        return {"nonce": self.cleaned_data["nonce"], "device_at": self.cleaned_data["clock"]}


class SeatForm(OnceForm):
    """One person of the list."""

    seat = forms.SlugField(max_length=8, widget=forms.HiddenInput)


class IssueForm(forms.Form):
    """One thing that was handed out, to one person or, with no seat, to everybody who is there."""

    kind = forms.ChoiceField(choices=SupportKind.choices)
    seat = forms.SlugField(max_length=8, required=False)


class WalkUpForm(OnceForm):
    """Somebody who is on no list."""

    name = forms.CharField(
        label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    risk_confirmed = forms.BooleanField(
        label=_("I read out the risk, and they are 18 to 60"),
        error_messages={"required": _("Read out what to look out for first, then tick that you did.")},
    )


class CheckInForm(OnceForm):
    """The six digits of the leader's phone, or the proof that they were scanned a moment ago."""

    code = forms.CharField(
        label=_("The six digits on the leader's phone"),
        max_length=80,
        required=False,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "class": "form-control otp",
                "maxlength": 7,
            }
        ),
    )
    proof = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)
    phone = forms.CharField(
        label=_("Your mobile number"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
