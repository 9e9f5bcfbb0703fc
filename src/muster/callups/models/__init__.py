"""What a call-up is made of, split by noun: the call, the units' answers, the offers, the presence, the dispatch."""

from muster.callups.models.answers import Assignment, Offer
from muster.callups.models.calls import CallTemplate, CallUp, NeedItem, Post, Shift, Slot, SupportItem
from muster.callups.models.dispatch import DispatchPart, DispatchRun
from muster.callups.models.pledges import Pledge, UnitCall
from muster.callups.models.presence import Attendance, Scan, SupportIssue
from muster.callups.models.reaching import Ring, TextReply, ViewPass

__all__ = [
    "Assignment",
    "Attendance",
    "CallTemplate",
    "CallUp",
    "DispatchPart",
    "DispatchRun",
    "NeedItem",
    "Offer",
    "Pledge",
    "Post",
    "Ring",
    "Scan",
    "Shift",
    "Slot",
    "SupportIssue",
    "SupportItem",
    "TextReply",
    "UnitCall",
    "ViewPass",
]
