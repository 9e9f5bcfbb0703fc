"""One tap: yes, or a no with its reason. The button is the whole form."""

from __future__ import annotations

from django import forms

from muster.callups.enums import AnswerReason

YES = "yes"
NO_PREFIX = "no-"


class AnswerForm(forms.Form):
    """Cleans `answer` into `is_yes` and `reason`; `risk` is the mark of the statement that the page showed."""

    answer = forms.ChoiceField(
        choices=[(YES, YES), *((f"{NO_PREFIX}{reason}", reason.label) for reason in AnswerReason)]
    )
    risk = forms.CharField(required=False, max_length=16)

    @property
    def is_yes(self) -> bool:
        return bool(self.cleaned_data["answer"] == YES)

    @property
    def reason(self) -> str:
        """The reason of a no."""
        return str(self.cleaned_data["answer"]).removeprefix(NO_PREFIX)
