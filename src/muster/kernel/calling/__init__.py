"""Calling: who will say yes, how many to ask, who is asked next, and when the next wave goes.

Plain facts in, plain facts out, people as positions in arrays; no clock and no dice, so the same facts give the same call.

- `beliefs`: what each person's chance to say yes is, and how sure that is (`learn`, `Learnt.posterior`).
- `times`: how long answers take, and what silence means (`times_from`, `AnswerTimes.still`).
- `counts`: how many yeses a list of people gives (`at_least`, `filled_by`, `fewest`).
- `sizing`: what the desk shows before it sends (`size`). `policy`: the next wave (`next_step`) and the reserve.
- `ranking`: whom to ask first, and the reasons (`ranked`).
"""

from muster.kernel.calling.beliefs import Beliefs, Learnt, Posterior, learn
from muster.kernel.calling.even import Prior, acceptance
from muster.kernel.calling.history import History
from muster.kernel.calling.policy import Policy, Step, next_step, reserve_size
from muster.kernel.calling.ranking import Kept, People, Prices, Ranking, Reason, ranked
from muster.kernel.calling.segments import DRILL, NEVER, REAL, UNKNOWN, UNWILLING, WILLING, Bounds, Factor
from muster.kernel.calling.sizing import Size, size
from muster.kernel.calling.times import AnswerTimes, Pace, Waits, times_from

__all__ = [
    "DRILL",
    "NEVER",
    "REAL",
    "UNKNOWN",
    "UNWILLING",
    "WILLING",
    "AnswerTimes",
    "Beliefs",
    "Bounds",
    "Factor",
    "History",
    "Kept",
    "Learnt",
    "Pace",
    "People",
    "Policy",
    "Posterior",
    "Prices",
    "Prior",
    "Ranking",
    "Reason",
    "Size",
    "Step",
    "Waits",
    "acceptance",
    "learn",
    "next_step",
    "ranked",
    "reserve_size",
    "size",
    "times_from",
]
