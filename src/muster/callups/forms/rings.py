"""What came of a telephone call: the button is the whole form."""

from __future__ import annotations

from django import forms

from muster.callups.enums import AnswerReason, RingResult

NOTABLE = (RingResult.YES, RingResult.NO, RingResult.LATER, RingResult.NOT_REACHED)
NO_PREFIX = f"{RingResult.NO}-"


class RingForm(forms.Form):
    """Cleans `result` into `outcome` and `reason`; `risk` is the mark of the statement that was read out."""

    result = forms.ChoiceField(
        choices=[
            *((result, result.label) for result in NOTABLE),
            *((f"{NO_PREFIX}{reason}", reason.label) for reason in AnswerReason),
        ]
    )
    risk = forms.CharField(required=False, max_length=16)

    @property
    def outcome(self) -> RingResult:
        """What is noted."""
        said = str(self.cleaned_data["result"])
        return RingResult.NO if said.startswith(NO_PREFIX) else RingResult(said)

    @property
    def reason(self) -> str:
        """The reason of a no."""
        said = str(self.cleaned_data["result"])
        return said.removeprefix(NO_PREFIX) if said.startswith(NO_PREFIX) else AnswerReason.OTHER.value
