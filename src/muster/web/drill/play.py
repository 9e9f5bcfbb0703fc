"""One community's call-up as it is played before the day: raised, pledged, named, answered, given back, dispatched."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from functools import partial
from urllib.parse import urlsplit

from django.utils import timezone

from muster.norms.queries import number
from muster.people.links import HEAD_LENGTH
from muster.web.drill import cast
from muster.web.drill.behavior import People, Reply
from muster.web.drill.browser import Answer, Browser, Server, Unexpected
from muster.web.drill.cast import Community
from muster.web.drill.clearing import MARK
from muster.web.drill.outbox import Letter, Outbox
from muster.web.drill.pages import Button, PageForm
from muster.web.drill.settle import settle

TEMPLATE = "gate-dawn"
CHECK_IN = "/my/check-in/"
# Of all seats, what the called units are tempted to promise together.
UNITS_SHARE = 0.5
OK = 200
CONFLICT = 409
TRIES = 3


@dataclass(frozen=True)
class Acknowledged:
    """What the server told somebody is so: a seat, a no, an arrival, a leave. It has to be in the database at the end."""

    kind: str
    offer_code: str


@dataclass
class Call:
    """A call-up under way, with what its people know."""

    community: Community
    code: str
    leader: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    named: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    links: dict[str, str] = field(default_factory=dict)  # phone -> link, of those who said yes
    posts: dict[str, str] = field(default_factory=dict)  # phone -> post, of those whose page named one
    acknowledged: list[Acknowledged] = field(default_factory=list)
    phones: dict[str, Browser] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What keys the draws: the place, which is the same in every run."""
        return str(self.community.code)

    @property
    def subject(self) -> str:
        """How letters name it."""
        return f"call_up {self.code}"


@dataclass(frozen=True)
class Play:
    """The means of one drill."""

    server: Server
    outbox: Outbox
    people: People
    day: date
    sleep: Callable[[float], None] = time.sleep

    def settle(self, call: Call) -> None:
        """Wait until the jobs that somebody's tap caused are done."""
        settle(call.code, sleep=self.sleep)

    def open(self, community: Community) -> tuple[Call, Browser]:
        """The community's worker signs in and raises the call-up; nobody is asked beyond the first wave until told."""
        worker = self.enter(partial(cast.worker_door, community))
        call = self._raise(worker, community)
        self.settle(call)
        self._press_on_call(worker, call, "/halt/")
        return call, worker

    def enter(self, door: Callable[[], str]) -> Browser:
        """Somebody signs in with a link. A link opens once: if the answer to it got lost, they ask for another one."""
        for _try in range(TRIES):
            browser = Browser(self.server)
            opened = browser.get(door())
            inside = browser.press(opened, opened.page().form_here())
            if inside.status != CONFLICT:
                break
        if inside.status != OK:
            raise Unexpected(f"sign-in by link: {inside.status}")
        return browser

    def phone(self, call: Call, number: str) -> Browser:
        """The person's own phone: it remembers whose it is from the first link that it opens."""
        if number not in call.phones:
            call.phones[number] = Browser(self.server)
        return call.phones[number]

    def _raise(self, worker: Browser, community: Community) -> Call:
        opened = worker.get(f"/desk/callups/new/?community={community.code}&template={TEMPLATE}")
        form = opened.page().form(holding="request_key")
        seats, left_out = manned(form, int(number("drill.seats_per_community", community.code)))
        changes: dict[str, str | list[str]] = dict.fromkeys(left_out, "0")
        changes |= {
            "is_drill": "on",
            "day": self.day.isoformat(),
            "purpose": f"{MARK}（种子 {self.people.seed}）",
        }
        raised = worker.press(opened, form, changes=changes)
        code = urlsplit(raised.url).path.rstrip("/").rpartition("/")[2]
        if raised.status != OK or code in {"new", ""}:
            raise Unexpected(f"raising in {community.code}: {raised.status} {raised.page().text[:300]}")
        starts_at, ends_at = span(self.day, form.fields["start_time"][0], form.fields["end_time"][0])
        return Call(community, code, form.fields["leader"][0], starts_at, ends_at, sum(seats.values()))

    def units(self, call: Call) -> None:
        """Each called unit promises or declines, and names people of its reserve team."""
        letters = self.outbox.about(call.subject, "unit_called")
        most = max(1, round(call.seats * UNITS_SHARE / max(1, len(letters))))
        for letter in letters:
            liaison = self.enter(partial(cast.door_of_phone, letter.address))
            self._answer_as_unit(liaison, letter, call, most)
        # What units say changes no seat of anybody by a job, so one wait serves them all.
        self.settle(call)

    def _answer_as_unit(self, liaison: Browser, letter: Letter, call: Call, most: int) -> None:
        opened = liaison.get(letter.link)
        pledged = self.people.pledge(letter.address, call.key, most)
        if pledged == 0:
            liaison.press(opened, opened.page().form("/decline/"), changes={"reason": "这次人手都在岗位上"})
            return
        opened = liaison.press(opened, opened.page().form("/pledge/"), changes={"headcount": str(pledged)})
        team = cast.team_of(letter.address, urlsplit(letter.link).path.rstrip("/").rpartition("/")[2])
        lines = team[: self.people.names(letter.address, call.key, pledged)]
        if lines:
            text = "\n".join(f"{one.name} {one.phone}" for one in lines)
            liaison.press(opened, opened.page().form("/names/"), changes={"lines": text})
            call.named |= {one.phone for one in lines}

    def answers(self, call: Call) -> int:
        """Everybody who has a letter and has not answered it does what he does. Returns how many letters were new."""
        fresh = [one for one in self.outbox.about(call.subject, "offer") if one.address not in call.answered]
        for letter in fresh:
            call.answered.add(letter.address)
            reply = self.people.reply(letter.address, call.key, named=letter.address in call.named)
            if reply != Reply.SILENT:
                self._answer(call, letter, "yes" if reply == Reply.YES else self._no(letter.address, call))
        return len(fresh)

    def drop_outs(self, call: Call) -> None:
        """Some who accepted cannot come any more, and say so by the same link."""
        letters = {one.address: one for one in self.outbox.about(call.subject, "offer")}
        for phone in sorted(call.links):
            if self.people.drops_out(phone, call.key):
                self._answer(call, letters[phone], self._no(phone, call))

    def ask_more(self, call: Call, worker: Browser) -> None:
        """The worker asks on where seats are free."""
        opened = self._press_on_call(worker, call, "/resume/")
        asking = opened.page().forms_to("/ask-more/")
        if asking:
            worker.press(opened, asking[0])
        self.settle(call)
        self._press_on_call(worker, call, "/halt/")

    def dispatch(self, call: Call, worker: Browser) -> None:
        """What is still empty: the machine proposes, the worker confirms, and whoever is asked answers."""
        opened = self._press_on_call(worker, call, "/dispatch/")
        confirming = opened.page().forms_to("/confirm/")
        if confirming:
            worker.press(opened, confirming[0])
        self.settle(call)
        self.answers(call)

    def _answer(self, call: Call, letter: Letter, word: str) -> None:
        person = self.phone(call, letter.address)
        opened = person.get(letter.link)
        forms = [form for form in opened.page().forms_to("/answer/") if _button(form.buttons, word)]
        if not forms:
            return  # the page has nothing to answer any more: full, thanked, over
        answered = person.press(opened, forms[0], _button(forms[0].buttons, word))
        self.settle(call)
        self._note(call, letter, word, answered)

    def _note(self, call: Call, letter: Letter, word: str, answered: Answer) -> None:
        offer = offer_code(letter.link)
        if answered.status == CONFLICT:
            return
        if word != "yes":
            call.links.pop(letter.address, None)
            call.posts.pop(letter.address, None)
            call.acknowledged.append(Acknowledged("no", offer))
            return
        call.links[letter.address] = letter.link
        if post := post_on(answered):
            call.posts[letter.address] = post
            call.acknowledged.append(Acknowledged("seat", offer))

    def _no(self, phone: str, call: Call) -> str:
        return f"no-{self.people.reason(phone, call.key)}"

    def _press_on_call(self, worker: Browser, call: Call, action: str) -> Answer:
        """Press a button of the call-up's page; where somebody was faster the page has it no more, and that is as good."""
        opened = worker.get(f"/desk/callups/{call.code}/")
        forms = opened.page().forms_to(action)
        return worker.press(opened, forms[0]) if forms else opened


def offer_code(link: str) -> str:
    """The offer that a link opens: what follows the signature."""
    return urlsplit(link).path.rstrip("/").rpartition("/")[2][HEAD_LENGTH:]


def post_on(answer: Answer) -> str:
    """The post to which this page of an offer sends its person, or "" where there is no seat."""
    ways = answer.page().links_to(CHECK_IN)
    return urlsplit(ways[0]).path.rstrip("/").rpartition("/")[2] if ways else ""


def manned(form: PageForm, most: int) -> tuple[dict[str, int], list[str]]:
    """The seats at each place that is played, and the places that are not: from the first one on, as many as `most` allows.

    The seats of a place are those of the template; one place is always played.
    """
    manned: dict[str, int] = {}
    left_out: list[str] = []
    for name in form.fields:
        if not name.startswith("seats_") or name.startswith("seats_place_"):
            continue
        seats = int(form.fields[name][0] or 0)
        if manned and sum(manned.values()) + seats > most:
            left_out.append(name)
        else:
            manned[name] = seats
    return manned, left_out


def _button(buttons: Sequence[Button], value: str) -> Button | None:
    return next((button for button in buttons if button.value == value), None)


def span(day: date, start: str, end: str) -> tuple[datetime, datetime]:
    """When a shift of that day begins and ends by the clocks of the form; one that would end first ends the next day."""
    here = timezone.get_default_timezone()
    starts_at = datetime.combine(day, clock_time.fromisoformat(start), tzinfo=here)
    ends_at = datetime.combine(day, clock_time.fromisoformat(end), tzinfo=here)
    return starts_at, ends_at if ends_at > starts_at else ends_at + timedelta(days=1)
