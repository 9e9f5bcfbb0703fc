"""Fields that several forms of people have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

if TYPE_CHECKING:
    # Words that wait for the language of the page; only the type checker knows the class.
    from django.utils.functional import _StrPromise

LONGEST_PASSWORD = 200


def password_field(
    label: str | _StrPromise,
    *,
    required: str | _StrPromise,
    is_new: bool = False,
    help_text: str | _StrPromise = "",
) -> forms.CharField:
    """A password as it was typed, blanks and all; `required` is the sentence where none was."""
    keeper = "new-password" if is_new else "current-password"
    return forms.CharField(
        label=label,
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": keeper}),
        help_text=help_text,
        error_messages={"required": required},
    )
