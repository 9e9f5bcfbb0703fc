"""Attendance: who was there, proven by the rotating code, by the leader, or by both (R9.3).

Lock order as in `actions.seats`: the call-up (shared), the person, the assignment, then the slot.
"""

from muster.callups.actions.attendance.closing import close_shift_due, confirm_time, mark_absent
from muster.callups.actions.attendance.presence import check_in, check_out, undo
from muster.callups.actions.attendance.scans import Attempt, check_code, key_of, refuse, seen_code
from muster.callups.actions.attendance.walk_ups import walk_up

__all__ = [
    "Attempt",
    "check_code",
    "check_in",
    "check_out",
    "close_shift_due",
    "confirm_time",
    "key_of",
    "mark_absent",
    "refuse",
    "seen_code",
    "undo",
    "walk_up",
]
