"""What an auditor reads in place of the codes of the trail. A code without words is shown as it is, so old entries are read."""

from functools import cache

from django.apps import apps
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Every verb that the code can write has its line here; tests/audit/test_words.py compares the two.
DEEDS = {
    "audit.data.destroyed": _("Destroyed rows whose time was over"),
    "callups.assignment.ordered": _("Ordered somebody to a post"),
    "callups.attendance.absent": _("Noted that somebody did not come"),
    "callups.attendance.check_in_undone": _("Took a check-in back"),
    "callups.attendance.check_out_undone": _("Took a check-out back"),
    "callups.attendance.checked_in": _("Checked somebody in at a post"),
    "callups.attendance.checked_out": _("Checked somebody out"),
    "callups.attendance.confirmed": _("Confirmed a presence that had no end"),
    "callups.attendance.left_open": _("Closed a presence without a check-out"),
    "callups.attendance.strengthened": _("Added a stronger proof to a presence"),
    "callups.call_up.closed": _("Closed a call-up"),
    "callups.call_up.filled": _("Filled the last seat of a call-up"),
    "callups.call_up.halted": _("Stopped asking for a call-up"),
    "callups.call_up.raised": _("Raised a call-up"),
    "callups.call_up.resumed": _("Asked again for a call-up"),
    "callups.call_up.stood_down": _("Stood a call-up down"),
    "callups.dispatch.confirmed": _("Confirmed the plan of a dispatch"),
    "callups.dispatch.planned": _("Made a plan for a dispatch"),
    "callups.offer.accepted": _("Answered yes to a question"),
    "callups.offer.call_wanted": _("Asked to be called"),
    "callups.offer.declined": _("Answered no to a question"),
    "callups.offer.promoted": _("Moved up from the waiting list"),
    "callups.offer.ring_noted": _("Noted what came of a telephone call"),
    "callups.offer.rung": _("Had a number shown to ring somebody"),
    "callups.offer.withdrawn": _("Said that they cannot come any more"),
    "callups.pass.made": _("Made an address that opens without signing in"),
    "callups.pass.taken_back": _("Took such an address back"),
    "callups.pledge.released": _("Let pledged seats without names fall free"),
    "callups.roll.printed": _("Printed the lists of a call-up"),
    "callups.support.issued": _("Handed out what is due to a volunteer"),
    "callups.support.taken_back": _("Took back that something was handed out"),
    "callups.unit_call.declined": _("Answered for a unit that nobody can come"),
    "callups.unit_call.lapsed": _("Let the call to a unit lapse without an answer"),
    "callups.unit_call.named": _("Named the people of a unit"),
    "callups.unit_call.pledged": _("Pledged people for a unit"),
    "callups.wave.sent": _("Asked a wave of people"),
    "norms.mode.switched": _("Switched mode or level"),
    "norms.setting.changed": _("Changed a number of the norms"),
    "notifications.message.resent": _("Sent a message again"),
    "organizations.contact.logged": _("Noted a talk with a unit"),
    "organizations.plan.added": _("Put a contingency plan on file"),
    "organizations.unit.created": _("Entered a resident unit"),
    "organizations.unit.linked": _("Linked a unit to its community"),
    "organizations.unit.unlinked": _("Ended the link of a unit"),
    "organizations.unit.updated": _("Changed facts about a unit"),
    "people.account.closed": _("Closed an account"),
    "people.account.created": _("Opened an account"),
    "people.account.link_made": _("Made a sign-in link"),
    "people.account.password_set": _("Set a password"),
    "people.account.reopened": _("Opened an account again"),
    "people.account.second_factor_confirmed": _("Confirmed a second factor"),
    "people.account.second_factor_reset": _("Reset a second factor"),
    "people.account.sessions_ended": _("Ended all sessions of an account"),
    "people.account.signed_in": _("Signed in"),
    "people.account.signed_out": _("Signed out"),
    "people.consent.given": _("Gave a consent"),
    "people.consent.withdrawn": _("Withdrew a consent"),
    "people.liaison.appointed": _("Appointed a liaison"),
    "people.person.completed": _("Completed what is known of a person"),
    "people.person.corrected": _("Corrected what is known of a person"),
    "people.person.erased": _("Erased a person"),
    "people.person.registered": _("Registered a person"),
    "people.report_in.recorded": _("Noted that a person reported in"),
    "people.reserve_team.formed": _("Formed a reserve team"),
    "people.role.granted": _("Granted a role"),
    "people.role.revoked": _("Took a role back"),
    "people.volunteer.age_exception_given": _("Allowed an exception of age"),
    "people.volunteer.changed": _("Changed the profile of a volunteer"),
    "people.volunteer.enrolled": _("Enrolled a volunteer"),
    "people.volunteer.guardian_agreed": _("Noted that a guardian agrees"),
    "people.volunteer.state_changed": _("Paused or resumed a volunteer"),
    "records.hours.approved": _("Approved hours beyond the cap"),
    "records.hours.confirmed": _("Confirmed hours"),
    "records.hours.credited": _("Credited hours"),
    "records.hours.retracted": _("Took credited hours back"),
    "records.hours.voided": _("Voided a record of hours"),
    "territory.building.created": _("Entered a building"),
    "territory.compound.created": _("Entered a compound"),
    "territory.divisions.loaded": _("Loaded an edition of the divisions"),
    "territory.gate.created": _("Entered a gate"),
    "web.drill.cleared": _("Cleared a drill away"),
}

OBJECTS = {
    "account": pgettext_lazy("trail", "account"),
    "assignment": pgettext_lazy("trail", "seat"),
    "building": pgettext_lazy("trail", "building"),
    "call_up": pgettext_lazy("trail", "call-up"),
    "compound": pgettext_lazy("trail", "compound"),
    "destruction": pgettext_lazy("trail", "certificate"),
    "dispatch_run": pgettext_lazy("trail", "dispatch"),
    "division": pgettext_lazy("trail", "division"),
    "edition": pgettext_lazy("trail", "edition"),
    "gate": pgettext_lazy("trail", "gate"),
    "message": pgettext_lazy("trail", "message"),
    "offer": pgettext_lazy("trail", "question"),
    "person": pgettext_lazy("trail", "person"),
    "post": pgettext_lazy("trail", "post"),
    "resident_unit": pgettext_lazy("trail", "unit"),
    "service_record": pgettext_lazy("trail", "record of hours"),
    "setting": pgettext_lazy("trail", "number"),
    "unit": pgettext_lazy("trail", "unit"),
    "unit_call": pgettext_lazy("trail", "call to a unit"),
    "view_pass": pgettext_lazy("trail", "page without sign-in"),
}

FACTS = {
    "asked": pgettext_lazy("trail", "asked"),
    "before": pgettext_lazy("trail", "before"),
    "call_up": pgettext_lazy("trail", "call-up"),
    "channel": pgettext_lazy("trail", "channel"),
    "detail": pgettext_lazy("trail", "detail"),
    "empty": pgettext_lazy("trail", "seats that stay empty"),
    "exception": pgettext_lazy("trail", "by exception"),
    "expected": pgettext_lazy("trail", "expected"),
    "field": pgettext_lazy("trail", "field"),
    "fields": pgettext_lazy("trail", "fields"),
    "force_class": pgettext_lazy("trail", "force"),
    "from": pgettext_lazy("trail", "from"),
    "hazard": pgettext_lazy("trail", "hazard"),
    "headcount": pgettext_lazy("trail", "people"),
    "kind": pgettext_lazy("trail", "kind"),
    "kinds": pgettext_lazy("trail", "kinds"),
    "left_out": pgettext_lazy("trail", "left out"),
    "level": pgettext_lazy("trail", "level"),
    "minutes": pgettext_lazy("trail", "minutes"),
    "moved": pgettext_lazy("trail", "moved"),
    "number": pgettext_lazy("trail", "number"),
    "on": pgettext_lazy("trail", "on"),
    "ordered": pgettext_lazy("trail", "ordered"),
    "people": pgettext_lazy("trail", "people"),
    "place": pgettext_lazy("trail", "place"),
    "post": pgettext_lazy("trail", "post"),
    "purpose": pgettext_lazy("trail", "purpose"),
    "reason": pgettext_lazy("trail", "reason"),
    "rows": pgettext_lazy("trail", "rows"),
    "seated": pgettext_lazy("trail", "seated"),
    "seats": pgettext_lazy("trail", "seats"),
    "state": pgettext_lazy("trail", "state"),
    "through": pgettext_lazy("trail", "through"),
    "to": pgettext_lazy("trail", "to"),
    "topic": pgettext_lazy("trail", "topic"),
    "unit": pgettext_lazy("trail", "unit"),
    "version": pgettext_lazy("trail", "version"),
    "wave": pgettext_lazy("trail", "wave"),
    "way": pgettext_lazy("trail", "way"),
    "mode": pgettext_lazy("trail", "mode"),
    "units": pgettext_lazy("trail", "units"),
    "begun": pgettext_lazy("trail", "begun"),
    "ended": pgettext_lazy("trail", "ended"),
    "corrected": pgettext_lazy("trail", "corrected"),
    "model": pgettext_lazy("trail", "model"),
    "gates": pgettext_lazy("trail", "gates"),
    "buildings": pgettext_lazy("trail", "buildings"),
    "side": pgettext_lazy("trail", "side"),
    "person": pgettext_lazy("trail", "person"),
    "members": pgettext_lazy("trail", "members"),
    "result": pgettext_lazy("trail", "result"),
    "role": pgettext_lazy("trail", "role"),
    "thanked": pgettext_lazy("trail", "thanked"),
    "valid_from": pgettext_lazy("trail", "counts from"),
    "valid_to": pgettext_lazy("trail", "counts until"),
    "waiting": pgettext_lazy("trail", "on standby"),
    "left_at": pgettext_lazy("trail", "left at"),
    "evidence": pgettext_lazy("trail", "proof"),
    "until": pgettext_lazy("trail", "until"),
    "name": pgettext_lazy("trail", "name"),
    "phone": pgettext_lazy("trail", "phone"),
    "address": pgettext_lazy("trail", "address"),
    "sex": pgettext_lazy("trail", "sex"),
    "birth_on": pgettext_lazy("trail", "born on"),
    "shifts": pgettext_lazy("trail", "shifts"),
    "skills": pgettext_lazy("trail", "skills"),
    "task_kinds": pgettext_lazy("trail", "tasks"),
    "availability": pgettext_lazy("trail", "hours of the week"),
    "emergency_willing": pgettext_lazy("trail", "willing in an emergency"),
    "health_limits": pgettext_lazy("trail", "limits of health"),
    "sensitive": pgettext_lazy("trail", "sensitive facts"),
    "id_number": pgettext_lazy("trail", "ID number"),
    "channel_preference": pgettext_lazy("trail", "channel"),
    "quiet_from_minute": pgettext_lazy("trail", "quiet from"),
    "quiet_to_minute": pgettext_lazy("trail", "quiet to"),
    "declared_cadre_count": pgettext_lazy("trail", "cadres"),
    "has_smartphone": pgettext_lazy("trail", "smartphone"),
    "division_code": pgettext_lazy("trail", "place"),
    "key": pgettext_lazy("trail", "key"),
    "value": pgettext_lazy("trail", "value"),
    "until_on": pgettext_lazy("trail", "until"),
    "kept": pgettext_lazy("trail", "kept"),
    "lapsed": pgettext_lazy("trail", "lapsed"),
}


def deed(verb: str) -> str:
    """The sentence for a verb."""
    return str(DEEDS.get(verb, verb))


def thing(kind: str) -> str:
    """The noun for the kind of an object."""
    return str(OBJECTS.get(kind, kind))


def facts(detail: dict[str, object]) -> list[tuple[str, str]]:
    """What an entry adds, by name; truth is said in words, lists without brackets, and what is empty is left out."""
    return [
        (str(FACTS.get(name, name)), _said(value))
        for name, value in detail.items()
        if value not in ("", None)
    ]


def _said(value: object) -> str:
    if isinstance(value, bool):
        return str(pgettext_lazy("trail", "yes") if value else pgettext_lazy("trail", "no"))
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    if isinstance(value, str):
        return str(FACTS.get(value) or _choices().get(value) or value)
    return str(value)


@cache
def _choices() -> dict[str, object]:
    """The words that the models themselves have for their states and kinds, whichever package they are of."""
    return {
        str(code): words
        for model in apps.get_models()
        if model.__module__.startswith("muster.")
        for field in model._meta.concrete_fields
        for code, words in field.flatchoices
    }
