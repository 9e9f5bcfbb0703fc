"""What a worker types about a person. Numbers, names and ages are judged by the actions."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from muster.organizations.access import units_visible_to
from muster.organizations.models import ResidentUnit
from muster.people.access import RUNNERS
from muster.people.enums import (
    AUXILIARY_FORCE,
    REGULAR_FORCE,
    REVEALING,
    ForceClass,
    SealedField,
    Sex,
    VolunteerState,
    Willingness,
)
from muster.people.models import Person
from muster.people.queries.register import AUXILIARY, CALLABLE, REGULAR
from muster.people.rules import parse_id_number, parse_name, parse_phone
from muster.territory.queries import communities_in
from muster.toolkit.actor import Actor
from muster.toolkit.form_fields import DayField
from muster.toolkit.refusal import Refused

FORCE_CHOICES = [
    ("", _("Everybody")),
    (REGULAR, _("Regular force, all")),
    (AUXILIARY, _("Auxiliary force, all")),
    (CALLABLE, _("Callable in an emergency")),
    (_("Regular force"), [(one.value, one.label) for one in REGULAR_FORCE]),
    (_("Auxiliary force"), [(one.value, one.label) for one in AUXILIARY_FORCE]),
]
CLASS_CHOICES = FORCE_CHOICES[4:]
MOST_UNITS = 300
MOST_COMMUNITIES = 300


def _read(rule: Callable[[str], str], typed: str) -> str:
    """What the rule makes of it; its refusal beside the field, so that all that is wrong is said at once."""
    try:
        return rule(typed)
    except Refused as error:
        raise forms.ValidationError(error.message, code=error.code) from error


class SearchForm(forms.Form):
    """Whom to show."""

    q = forms.CharField(
        required=False,
        max_length=60,
        label=_("Name, phone, ID number or code"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    force = forms.ChoiceField(required=False, label=_("Force"), choices=FORCE_CHOICES)


class PersonForm(forms.Form):
    """Who it is: the facts that registering and correcting share."""

    name = forms.CharField(
        label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=40,
        required=False,
        help_text=_("Without one, call-ups reach the person through you."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    id_number = forms.CharField(
        label=_("ID number"),
        max_length=40,
        required=False,
        help_text=_("For the insurance and the service certificate. It may be added later."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    birth_on = DayField(
        label=_("Birth date"),
        required=False,
        help_text=_("Such as 1985-06-15. Not needed beside an ID number."),
    )
    address = forms.CharField(
        label=_("Address"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    force_class = forms.ChoiceField(label=_("Force class"), choices=CLASS_CHOICES)
    unit = forms.ModelChoiceField(
        label=_("Unit"), required=False, queryset=ResidentUnit.objects.none(), empty_label=_("none")
    )
    has_smartphone = forms.BooleanField(label=_("Uses a smartphone"), required=False, initial=True)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = units_visible_to(actor).order_by("name")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["unit"].label_from_instance = lambda unit: unit.name  # type: ignore[attr-defined]  # as above

    def clean_name(self) -> str:
        return _read(parse_name, self.cleaned_data["name"])

    def clean_phone(self) -> str:
        typed = self.cleaned_data["phone"]
        return _read(lambda text: parse_phone(text).e164, typed) if typed else ""

    def clean_id_number(self) -> str:
        typed = self.cleaned_data["id_number"]
        return _read(lambda text: parse_id_number(text).value, typed) if typed else ""


class NewPersonForm(PersonForm):
    """A person who is not on file yet, and what they want."""

    division_code = forms.TypedChoiceField(label=_("Community"), coerce=int)
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, initial=Sex.UNKNOWN)
    is_volunteer = forms.BooleanField(label=_("Wants to be called as a volunteer"), required=False)
    has_agreed = forms.BooleanField(
        label=_("Has read the text above, or had it read out, and agrees"), required=False
    )
    emergency_willing = forms.ChoiceField(
        label=_("Would come in an emergency"),
        choices=Willingness.choices,
        initial=Willingness.UNKNOWN,
        required=False,
        widget=forms.RadioSelect,
    )
    guardian_name = forms.CharField(
        label=_("Guardian who agreed"),
        max_length=60,
        required=False,
        help_text=_("Only for 14 to 17 years."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    field_order = ("name", "phone", "force_class", "unit", "division_code")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        places = [
            (place.code, place.short_name)
            for low, high in actor.ranges(*RUNNERS)
            for place in communities_in(low, high)[:MOST_COMMUNITIES]
        ]
        self.fields["division_code"].choices = places  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["force_class"].initial = ForceClass.VOLUNTEER
        if len(places) == 1:
            self.fields["division_code"].widget = forms.HiddenInput()
            self.fields["division_code"].initial = places[0][0]


class CorrectionForm(PersonForm):
    """What is wrong on file. Sealed fields are empty: what is typed replaces them, nothing typed keeps them."""

    def __init__(self, *args: Any, actor: Actor, person: Person, **kwargs: Any) -> None:
        initial = {
            name: getattr(person, name)
            for name in ("name", "birth_on", "force_class", "unit", "has_smartphone")
        }
        super().__init__(*args, actor=actor, initial=initial, **kwargs)
        for name in SealedField.values:
            self.fields[name].help_text = _("Empty keeps what is on file.")

    def changes(self) -> dict[str, Any]:
        """What to change: every open field, and the sealed ones that were typed."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if value or name not in SealedField.values
        }


class RevealForm(forms.Form):
    """Which sealed field, and why."""

    field = forms.ChoiceField(choices=SealedField.choices)
    purpose = forms.ChoiceField(label=_("Why you must read it"), choices=REVEALING)


class StateForm(forms.Form):
    """In service, paused, left."""

    state = forms.ChoiceField(choices=VolunteerState.choices)


class AgeExceptionForm(forms.Form):
    """Why somebody above the age may take emergency posts."""

    reason = forms.CharField(label=_("Why this exception is right"), max_length=200)
