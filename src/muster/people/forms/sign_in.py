"""What is typed at the door."""

from django import forms
from django.utils.translation import gettext_lazy as _

from muster.people.forms.fields import password_field


class PhoneForm(forms.Form):
    """The number a code is sent to."""

    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel", "autofocus": True}
        ),
        error_messages={"required": _("Enter your mobile number.")},
    )


class CodeForm(forms.Form):
    """The six digits, from a message or from the authenticator."""

    code = forms.CharField(
        label=_("6-digit code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "otp", "autofocus": True}
        ),
        error_messages={"required": _("Enter the 6 digits of the code.")},
    )


class PasswordForm(forms.Form):
    """The way in for office work."""

    login = forms.CharField(
        label=_("Login name"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": _("Enter your login name.")},
    )
    password = password_field(_("Password"), required=_("Enter your password."))
