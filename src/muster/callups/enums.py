"""States of a call-up and of everything in it, and the moves that are allowed. docs/reference draws them from here."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from muster.norms.enums import TaskKind as TaskKind  # noqa: PLC0414 - re-exported; it lives where people can read it

# Work that is done at a gate itself.
GATE_TASKS = (TaskKind.SCAN_TEMPERATURE, TaskKind.REGISTRATION, TaskKind.ORDER_KEEPING)


class CallUpState(models.TextChoices):
    OPEN = "open", _("open")  # asking
    HALTED = "halted", _("asking stopped")  # nobody new is asked; what was accepted stands
    STOOD_DOWN = "stood_down", _("stood down")
    CLOSED = "closed", _("closed")  # over, hours credited


class UnitCallState(models.TextChoices):
    CALLED = "called", _("called")
    PLEDGED = "pledged", _("pledged")
    NAMED = "named", _("named")
    DECLINED = "declined", _("cannot come")
    LAPSED = "lapsed", _("no answer in time")
    STOOD_DOWN = "stood_down", _("stood down")


class SeatKind(models.TextChoices):
    GENERAL = "general", _("general")
    BACKBONE = "backbone", _("backbone")
    SKILLED = "skilled", _("skilled")


class OfferState(models.TextChoices):
    """An assignment to a volunteer is an offer that needs acceptance (Order 685 art. 25)."""

    ASKED = "asked", _("asked")
    ACCEPTED = "accepted", _("accepted")
    WAITING = "waiting", _("waiting list")
    DECLINED = "declined", _("cannot come")
    EXPIRED = "expired", _("no answer in time")
    WITHDRAWN = "withdrawn", _("cannot come any more")
    THANKED = "thanked", _("thanked, not needed")
    STOOD_DOWN = "stood_down", _("stood down")


class AssignmentState(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    ORDERED = "ordered", _("ordered")  # regular force and on-duty staff only
    ARRIVED = "arrived", _("arrived")
    LEFT = "left", _("left")  # checked out
    ABSENT = "absent", _("did not come")
    WITHDRAWN = "withdrawn", _("withdrawn")
    STOOD_DOWN = "stood_down", _("stood down")


class AnswerReason(models.TextChoices):
    WORK = "work", _("at work")
    UNWELL = "unwell", _("not well")
    FAMILY = "family", _("caring for family")
    AWAY = "away", _("not nearby")
    OTHER = "other", _("another reason")


class AnswerWay(models.TextChoices):
    """How an answer reached us. All ways count alike; nobody needs a smartphone."""

    PAGE = "page", _("on the page")
    TEXT = "text", _("by text message")
    PHONE = "phone", _("on the phone")
    SPOT = "spot", _("at the post")  # walked up, or the leader took the word


class TextAnswer(models.TextChoices):
    """What a text message may say; the digit is the whole answer."""

    YES = "1", _("can come")
    NO = "2", _("cannot come")
    CALL = "3", _("wants to be called")


class RingResult(models.TextChoices):
    """What came of one call by telephone."""

    YES = "yes", _("can come")
    NO = "no", _("cannot come")
    LATER = "later", _("call again later")
    NOT_REACHED = "not_reached", _("not reached")
    UNNOTED = "unnoted", _("not noted")  # the number was shown, and nothing was written down


class PassKind(models.TextChoices):
    """What an address opens that nobody has to sign in for."""

    MY_CALENDAR = "my_calendar", _("calendar of a person")
    CALL_UP_CALENDAR = "call_up_calendar", _("calendar of a call-up")
    WALL = "wall", _("wall display of a post")


class SupportKind(models.TextChoices):
    """What the duty holder guarantees (R1.6, R2.15, R9.6): who uses volunteers provides for them."""

    PPE = "ppe", _("masks, gloves, disinfectant")
    MEALS = "meals", _("meals")
    TRANSPORT = "transport", _("transport")
    INSURANCE = "insurance", _("insurance")


class SupportGiver(models.TextChoices):
    COMMUNITY = "community", _("community")
    TOWNSHIP = "township", _("township")
    UNIT = "unit", _("sending unit")


class ScanResult(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")


class DispatchState(models.TextChoices):
    """A plan of the dispatch; who confirmed it is a fact beside it."""

    PLANNING = "planning", _("being planned")
    READY = "ready", _("planned")
    FAILED = "failed", _("could not be planned")


CALL_UP_MOVES: dict[str, frozenset[str]] = {
    CallUpState.OPEN: frozenset({CallUpState.HALTED, CallUpState.STOOD_DOWN, CallUpState.CLOSED}),
    CallUpState.HALTED: frozenset({CallUpState.OPEN, CallUpState.STOOD_DOWN, CallUpState.CLOSED}),
    CallUpState.STOOD_DOWN: frozenset(),
    CallUpState.CLOSED: frozenset(),
}
UNIT_CALL_MOVES: dict[str, frozenset[str]] = {
    # Whoever hands in a list without having pledged pledges by it.
    UnitCallState.CALLED: frozenset(
        {
            UnitCallState.PLEDGED,
            UnitCallState.NAMED,
            UnitCallState.DECLINED,
            UnitCallState.LAPSED,
            UnitCallState.STOOD_DOWN,
        }
    ),
    UnitCallState.PLEDGED: frozenset({UnitCallState.NAMED, UnitCallState.DECLINED, UnitCallState.STOOD_DOWN}),
    # Pledged for more than are named, or declined after all who were named have said no.
    UnitCallState.NAMED: frozenset({UnitCallState.PLEDGED, UnitCallState.DECLINED, UnitCallState.STOOD_DOWN}),
    UnitCallState.LAPSED: frozenset(
        {UnitCallState.PLEDGED, UnitCallState.NAMED, UnitCallState.DECLINED, UnitCallState.STOOD_DOWN}
    ),
    UnitCallState.DECLINED: frozenset({UnitCallState.PLEDGED, UnitCallState.NAMED, UnitCallState.STOOD_DOWN}),
    UnitCallState.STOOD_DOWN: frozenset(),
}
OFFER_MOVES: dict[str, frozenset[str]] = {
    OfferState.ASKED: frozenset(
        {
            OfferState.ACCEPTED,
            OfferState.WAITING,
            OfferState.DECLINED,
            OfferState.EXPIRED,
            OfferState.THANKED,
            OfferState.STOOD_DOWN,
        }
    ),
    OfferState.EXPIRED: frozenset(
        {OfferState.ACCEPTED, OfferState.WAITING, OfferState.DECLINED, OfferState.STOOD_DOWN}
    ),
    OfferState.DECLINED: frozenset({OfferState.ACCEPTED, OfferState.WAITING, OfferState.STOOD_DOWN}),
    OfferState.WAITING: frozenset(
        {OfferState.ACCEPTED, OfferState.DECLINED, OfferState.THANKED, OfferState.STOOD_DOWN}
    ),
    OfferState.ACCEPTED: frozenset({OfferState.WITHDRAWN, OfferState.STOOD_DOWN}),
    OfferState.WITHDRAWN: frozenset(),
    OfferState.THANKED: frozenset(),
    OfferState.STOOD_DOWN: frozenset(),
}
ASSIGNMENT_MOVES: dict[str, frozenset[str]] = {
    AssignmentState.ACCEPTED: frozenset(
        {
            AssignmentState.ARRIVED,
            AssignmentState.ABSENT,
            AssignmentState.WITHDRAWN,
            AssignmentState.STOOD_DOWN,
        }
    ),
    AssignmentState.ORDERED: frozenset(
        {
            AssignmentState.ARRIVED,
            AssignmentState.ABSENT,
            AssignmentState.WITHDRAWN,
            AssignmentState.STOOD_DOWN,
        }
    ),
    AssignmentState.ARRIVED: frozenset(
        {
            AssignmentState.LEFT,
            AssignmentState.ACCEPTED,  # undo
            AssignmentState.ORDERED,  # undo
            AssignmentState.WITHDRAWN,  # undo of a walk-up
        }
    ),
    AssignmentState.LEFT: frozenset({AssignmentState.ARRIVED}),  # undo
    AssignmentState.ABSENT: frozenset({AssignmentState.ARRIVED}),  # came late after all
    AssignmentState.WITHDRAWN: frozenset(),
    AssignmentState.STOOD_DOWN: frozenset(),
}
SEATED = (AssignmentState.ACCEPTED, AssignmentState.ORDERED, AssignmentState.ARRIVED, AssignmentState.LEFT)
MOVES = {
    "CallUpState": CALL_UP_MOVES,
    "UnitCallState": UNIT_CALL_MOVES,
    "OfferState": OFFER_MOVES,
    "AssignmentState": ASSIGNMENT_MOVES,
}
