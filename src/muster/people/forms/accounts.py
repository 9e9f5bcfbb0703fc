"""What those who grant roles type: whom they look for, and what they entrust whom with."""

import re
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from muster.organizations.models import ResidentUnit
from muster.people.access import GRANTERS, ranges_q
from muster.people.enums import ROLE_LEVELS, Department, RoleKind
from muster.people.models import Person
from muster.people.queries.accounts import EVERYBODY, grantable, people_findable
from muster.territory.models import Division
from muster.territory.queries import find
from muster.toolkit.actor import Actor
from muster.toolkit.form_fields import DayField

MOST_NAMED = 5


class AccountSearchForm(forms.Form):
    """Whom to show."""

    q = forms.CharField(
        required=False,
        max_length=60,
        label=_("Name, phone, login name or code"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        required=False,
        label=_("Role"),
        choices=[("", _("Every role")), (EVERYBODY, _("Also without a role")), *RoleKind.choices],
    )


class NewAccountForm(forms.Form):
    """Whose account it becomes: somebody on file, named by a number that is theirs alone."""

    who = forms.CharField(
        label=_("Phone, ID number or code of the person"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Whole, as on file. The person is put on file in the register of forces first."),
    )
    login = forms.CharField(
        label=_("Login name"),
        max_length=60,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        help_text=_("For signing in with a password. Empty: the code of the person."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean_who(self) -> Person:
        found = people_findable(self.actor, self.cleaned_data["who"])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(_("Several people fit. Enter the whole phone number."))
        raise forms.ValidationError(
            _("Nobody in your places has this number. Check it, or have the person put on file.")
        )


class GrantForm(forms.Form):
    """A role, over what, from when to when."""

    kind = forms.ChoiceField(label=_("Role"))
    over = forms.CharField(
        label=_("Over which place or unit"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_(
            "Name, pinyin or the 12 digits of the place; for a unit liaison the name or credit code."
        ),
    )
    department = forms.ChoiceField(
        label=_("Department"),
        required=False,
        choices=[("", _("none")), *Department.choices],
        help_text=_("Only for overseers."),
    )
    valid_from = DayField(label=_("First day"))
    last_on = DayField(label=_("Last day"), required=False, help_text=_("Empty: until it is taken back."))

    def __init__(self, data: Any = None, *, actor: Actor, over: str = "") -> None:
        super().__init__(data, initial={"valid_from": timezone.localdate(), "over": over})
        self.actor = actor
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in grantable(actor)]  # type: ignore[attr-defined]  # a ChoiceField
        if not actor.has(RoleKind.SYSTEM_ADMINISTRATOR):
            # Who gives no role of an overseer is not asked for what only overseers have.
            del self.fields["department"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, typed = cleaned.get("kind"), cleaned.get("over")
        if kind and typed:
            named = self._units(typed) if kind == RoleKind.UNIT_LIAISON else self._places(kind, typed)
            if len(named) == 1:
                cleaned["over"] = named[0]
            else:
                self.add_error("over", self._unclear(named))
        return cleaned

    def said(self) -> dict[str, Any]:
        """What the action takes. The last day is one on which the role is still held."""
        over, last_on = self.cleaned_data["over"], self.cleaned_data["last_on"]
        is_unit = isinstance(over, ResidentUnit)
        return {
            "kind": self.cleaned_data["kind"],
            "unit": over if is_unit else None,
            "division_code": None if is_unit else over.code,
            "department": self.cleaned_data.get("department", ""),
            "valid_from": self.cleaned_data["valid_from"],
            "valid_to": last_on + timedelta(days=1) if last_on else None,
        }

    def _places(self, kind: str, typed: str) -> list[Division]:
        ranges = self.actor.ranges(*GRANTERS)
        if re.fullmatch(r"[0-9]{12}", typed, re.ASCII):
            inside = any(low <= int(typed) < high for low, high in ranges)
            return list(Division.objects.filter(code=typed, valid_to=None)) if inside else []
        level = ROLE_LEVELS.get(RoleKind(kind))
        found = [place for place in find(typed, within=ranges) if level in (None, place.level)]
        exact = [place for place in found if typed in (place.name, place.short_name)]
        return exact if len(exact) == 1 else found

    def _units(self, typed: str) -> list[ResidentUnit]:
        units = ResidentUnit.objects.filter(ranges_q(self.actor, *GRANTERS))
        exact = Q(uscc=typed.upper()) | Q(code=typed.upper()) | Q(name=typed)
        return list(units.filter(exact)[:2]) or list(
            units.filter(name__contains=typed).order_by("pk")[: MOST_NAMED + 1]
        )

    def _unclear(self, named: list[Division] | list[ResidentUnit]) -> forms.ValidationError:
        if not named:
            return forms.ValidationError(
                _("Nothing of this name fits the role in your places. Try its pinyin, or its code.")
            )
        told = "; ".join(
            f"{one.name} {one.uscc if isinstance(one, ResidentUnit) else one.code}"
            for one in named[:MOST_NAMED]
        )
        return forms.ValidationError(
            _("Several fit: %(named)s. Enter the code of the right one."), params={"named": told}
        )


class RoleKeyForm(forms.Form):
    """Which role of the account."""

    role = forms.CharField(max_length=120)


class AccountStateForm(forms.Form):
    """Whether the account may be used."""

    state = forms.ChoiceField(choices=[("open", ""), ("locked", "")])
