"""The day itself, at the time that is played: who comes, when, by which proof, who does not, and who leaves when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from muster.web.drill import cast
from muster.web.drill.behavior import Presence
from muster.web.drill.browser import Answer, Browser, Unexpected
from muster.web.drill.play import CHECK_IN, CONFLICT, OK, Acknowledged, Call, Play, offer_code, post_on

MINUTE = timedelta(minutes=1)
# The leader notes who is not there when the last of those who are late has come.
ABSENT_AFTER = 45 * MINUTE
# Whoever gets a seat that fell free in the morning hears of it then, and has to get there.
CALLED_IN_AFTER = 75


@dataclass(frozen=True)
class Comer:
    """Somebody with a seat at a post."""

    phone: str
    name: str
    link: str  # "" for the regular force, who have no link
    post: str
    presence: Presence | None


@dataclass
class Morning:
    """One call-up on its day."""

    play: Play
    call: Call
    leader: Browser
    codes: dict[tuple[str, datetime], str] = field(default_factory=dict)
    there: dict[str, Comer] = field(default_factory=dict)

    def run(self) -> None:
        """From the first arrival to the last check-out, in the order of the clock."""
        expected = self._expected(0, set())
        self._arrivals(expected)
        self._absences({comer.post for comer in expected})
        self.play.settle(self.call)
        known = {comer.phone for comer in expected}
        self._arrivals(self._expected(CALLED_IN_AFTER, known))
        self._leaves()

    def _expected(self, later: int, known: set[str]) -> list[Comer]:
        """Who has a seat now and is not `known` yet; `later` minutes are added to each arrival.

        Who waited looks at his own page again; for the regular force the leader's lists say it.
        """
        waiting = sorted(self.call.links.keys() - self.call.posts.keys())
        for phone in waiting:
            if post := post_on(self.play.phone(self.call, phone).get(self.call.links[phone])):
                self.call.posts[phone] = post
        posts = {phone: post for phone, post in sorted(self.call.posts.items()) if phone not in known}
        letters = self.play.outbox.about(self.call.subject, "ordered")
        ordered = [letter.address for letter in letters if letter.address not in known]
        names = cast.names_of([*posts, *ordered])
        comers = [
            Comer(phone, names.get(phone, ""), self.call.links[phone], post, self._presence(phone, later))
            for phone, post in posts.items()
        ]
        return comers + [comer for phone in ordered for comer in self._ordered(phone, names[phone], later)]

    def _ordered(self, phone: str, name: str, later: int) -> Iterable[Comer]:
        """Regular force has no page of a seat: the leader's lists say where they are expected."""
        for post in self._posts():
            if self._list(post, self.call.starts_at).page().forms_to("/check-in/", naming=name):
                yield Comer(phone, name, "", post, self._presence(phone, later))
                return

    def _presence(self, phone: str, later: int) -> Presence | None:
        planned = self.play.people.presence(phone, self.call.key)
        if planned is None or not later:
            return planned
        return Presence(later + abs(planned.arrives), planned.leaves)

    def _arrivals(self, comers: Iterable[Comer]) -> None:
        planned = [(comer.presence.arrives, comer.phone, comer) for comer in comers if comer.presence]
        for minute, _phone, comer in sorted(planned, key=lambda row: row[:2]):
            at = self.call.starts_at + minute * MINUTE
            if comer.link and self.play.people.scans_alone(comer.phone, self.call.key):
                self._scan(comer, at, "in")
            else:
                self._by_leader(comer, at, "in")

    def _leaves(self) -> None:
        rows = [(comer.presence.leaves, comer) for comer in self.there.values() if comer.presence]
        for minute, comer in sorted(rows, key=lambda row: (row[0], row[1].phone)):
            at = self.call.ends_at + minute * MINUTE
            if comer.link and self.play.people.scans_alone(comer.phone, self.call.key):
                self._scan(comer, at, "out")
            else:
                self._by_leader(comer, at, "out")

    def _absences(self, posts: set[str]) -> None:
        """The leader notes everybody who is on the list and not there; who gets the seat then is not meant."""
        at = self.call.starts_at + ABSENT_AFTER
        for post in sorted(posts):
            opened = self._list(post, at)
            for seat in [form.fields["seat"] for form in opened.page().forms_to("/absent/")]:
                form = next(
                    form for form in opened.page().forms_to("/absent/") if form.fields["seat"] == seat
                )
                opened = self.leader.press(opened, form, at=at)
                if any(form.fields["seat"] == seat for form in opened.page().forms_to("/absent/")):
                    raise Unexpected(f"post {post}: seat {seat[0]} cannot be noted as absent")

    def _scan(self, comer: Comer, at: datetime, deed: str) -> None:
        """The person's own phone reads the code of the leader's phone."""
        digits = self._digits(comer.post, at)
        phone = self.play.phone(self.call, comer.phone)
        opened = phone.get(f"{CHECK_IN}{comer.post}/?c={digits}", at=at)
        form = opened.page().form("/check/", holding="deed")
        button = next(one for one in form.buttons if one.value == deed)
        answer = phone.press(opened, form, button, at=at)
        # A refusal has its reason, such as that the person is still at another post: then he is not there.
        if answer.status == OK:
            self._note(comer, deed)
        elif answer.status != CONFLICT or deed == "out":
            raise Unexpected(f"check-{deed} at {comer.post}: {answer.status} {answer.page().text[:200]}")

    def _by_leader(self, comer: Comer, at: datetime, deed: str) -> None:
        """The leader taps the name in the list; who can then be checked out is there, who cannot is not."""
        opened = self._list(comer.post, at)
        forms = opened.page().forms_to(f"/post/{comer.post}/check-{deed}/", naming=comer.name)
        if not forms:
            raise Unexpected(f"post {comer.post}: nobody of that name to check {deed}")
        after = self.leader.press(opened, forms[0], at=at)
        leaving = after.page().forms_to(f"/post/{comer.post}/check-out/")
        is_there = any(form.fields["seat"] == forms[0].fields["seat"] for form in leaving)
        if is_there == (deed == "in"):
            self._note(comer, deed)

    def _note(self, comer: Comer, deed: str) -> None:
        if deed == "in":
            self.there[comer.phone] = comer
        if comer.link:
            self.call.acknowledged.append(Acknowledged(deed, offer_code(comer.link)))

    def _digits(self, post: str, at: datetime) -> str:
        """The six digits on the leader's phone at that moment."""
        if (post, at) not in self.codes:
            shown = self.leader.get(f"/post/{post}/code/", at=at)
            digits = "".join(character for character in shown.page().text if character.isdigit())
            if len(digits) != len("123456"):
                raise Unexpected(f"post {post} shows no code: {shown.status} {shown.page().text[:200]}")
            self.codes[post, at] = digits
        return self.codes[post, at]

    def _posts(self) -> list[str]:
        """The posts of this call-up, from the leader's own page."""
        links = self.leader.get("/post/", at=self.call.starts_at).page().links_to("/post/")
        codes = (urlsplit(link).path.strip("/").rpartition("/")[2] for link in links)
        return sorted(code for code in codes if code not in {"", "post"})

    def _list(self, post: str, at: datetime) -> Answer:
        return self.leader.get(f"/post/{post}/", at=at)
