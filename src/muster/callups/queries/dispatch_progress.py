"""How far a confirmed plan has been carried out: call-ups and people, counted and not guessed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from muster.callups.models import DispatchRun

# Nothing has moved for so long that somebody may give it a push; done twice it does no harm.
STILL = timedelta(minutes=1)
# A plan that is still not there has failed in a way that nobody foresaw, and keeps nobody from asking for a new one.
GIVEN_UP_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class CarryingOut:
    """`people_done` of `people` were seen to, in `call_ups_done` of `call_ups`. `stands_still`: nothing was done of late."""

    call_ups_done: int
    call_ups: int
    people_done: int
    people: int
    stands_still: bool

    @property
    def is_over(self) -> bool:
        """True once every call-up was seen to."""
        return self.call_ups_done == self.call_ups


def carrying_out(run: DispatchRun, at: datetime) -> CarryingOut | None:
    """None for a plan that nobody confirmed; one query."""
    if run.confirmed_at is None:
        return None
    parts = list(run.parts.values_list("call_up", "done_at"))
    people = people_by_call_up(run)
    done = [(call_up, done_at) for call_up, done_at in parts if done_at is not None]
    last = max([run.confirmed_at, *(done_at for _call_up, done_at in done)])
    return CarryingOut(
        call_ups_done=len(done),
        call_ups=len(parts),
        people_done=sum(people[call_up] for call_up, _done_at in done),
        people=sum(people.values()),
        stands_still=len(done) < len(parts) and at - last > STILL,
    )


def people_by_call_up(run: DispatchRun) -> Counter[int]:
    """How many people the plan sends, moves or lets go in each call-up."""
    plan = run.plan
    return Counter(
        line["call_up"]
        for line in (*plan["assignments"], *plan["let_go"])
        if line.get("was_at") != line["slot"]
    )
