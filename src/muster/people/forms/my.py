"""What a volunteer says about themselves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from muster.kernel.spans import PERIODS_A_DAY, period_bit
from muster.norms.enums import TaskKind
from muster.notifications.enums import Channel, OptionalTopic
from muster.people.enums import ConsentPurpose, HealthLimit, VolunteerState, Willingness
from muster.people.forms.fields import password_field
from muster.people.models import VolunteerProfile
from muster.people.queries.profiles import DAYS, skill_choices
from muster.toolkit.form_fields import MinuteOfDayField

SLOTS = [(str(day * PERIODS_A_DAY + period), "") for day in range(DAYS) for period in range(PERIODS_A_DAY)]
# What a volunteer may choose; the others are the copy's own way of sending.
CHANNELS = [("", _("as the community sends")), (Channel.SMS.value, Channel.SMS.label)]


class ProfileForm(forms.Form):
    """Skills, wishes, limits and times."""

    emergency_willing = forms.ChoiceField(
        label=_("Would you come in an emergency?"),
        choices=Willingness.choices[:2],
        required=False,
        widget=forms.RadioSelect,
    )
    task_kinds = forms.MultipleChoiceField(
        label=_("What I like to do"),
        choices=TaskKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    skills = forms.MultipleChoiceField(
        label=_("What I can do"), required=False, widget=forms.CheckboxSelectMultiple
    )
    health_limits = forms.MultipleChoiceField(
        label=_("What I cannot do"),
        choices=HealthLimit.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only what, never why. It spares you posts that do not suit you."),
    )
    week = forms.MultipleChoiceField(choices=SLOTS, required=False)
    quiet_from_minute = MinuteOfDayField(label=_("Quiet from"), required=False)
    quiet_to_minute = MinuteOfDayField(label=_("Quiet until"), required=False)
    channel = forms.ChoiceField(
        label=_("How to reach me"), choices=CHANNELS, required=False, widget=forms.RadioSelect
    )

    unwanted = forms.MultipleChoiceField(
        label=_("What I can do without"),
        choices=OptionalTopic.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Questions, changes and stand-downs always reach you."),
    )

    def __init__(self, data: Any, *, profile: VolunteerProfile, channel: str, unwanted: list[str]) -> None:
        names = (
            "emergency_willing",
            "task_kinds",
            "skills",
            "health_limits",
            "quiet_from_minute",
            "quiet_to_minute",
        )
        super().__init__(
            data,
            initial={
                **{name: getattr(profile, name) for name in names},
                "channel": channel,
                "unwanted": unwanted,
            },
        )
        self.fields["skills"].choices = skill_choices()  # type: ignore[attr-defined]  # a MultipleChoiceField

    def changes(self) -> dict[str, Any]:
        """What the action takes."""
        cleaned = dict(self.cleaned_data)
        cleaned.pop("channel")
        cleaned.pop("unwanted")
        chosen = [int(slot) for slot in cleaned.pop("week")]
        cleaned["availability"] = sum(period_bit(*divmod(slot, PERIODS_A_DAY)) for slot in chosen)
        if not cleaned["emergency_willing"]:
            del cleaned["emergency_willing"]
        return cleaned


class ConsentForm(forms.Form):
    """To which purpose one says yes or takes it back."""

    purpose = forms.ChoiceField(choices=ConsentPurpose.choices)
    answer = forms.ChoiceField(choices=[("give", ""), ("withdraw", "")])


class MyStateForm(forms.Form):
    """Whether one may be called now."""

    state = forms.ChoiceField(
        choices=[(one.value, one.label) for one in (VolunteerState.ACTIVE, VolunteerState.PAUSED)]
    )


class OwnPasswordForm(forms.Form):
    """A new password, typed twice because nobody sees it, beside the one of now where there is one."""

    current = password_field(_("Password of now"), required=_("Enter your password of now."))
    password = password_field(
        _("New password"),
        required=_("Enter the new password."),
        is_new=True,
        help_text=_("At least 10 characters. A short sentence is easy to keep and hard to guess."),
    )
    again = password_field(
        _("New password, once more"), required=_("Enter the new password once more."), is_new=True
    )

    def __init__(self, data: Any, *, has_password: bool) -> None:
        super().__init__(data)
        if not has_password:
            del self.fields["current"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "password" in cleaned and "again" in cleaned and cleaned["password"] != cleaned["again"]:
            self.add_error("again", _("The two are not the same. Type the new password again."))
        return cleaned
