"""What a text message that comes in means, and the words that answer it. Plain values in, decisions and sentences out."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from muster.callups.enums import TextAnswer
from muster.callups.rules.letters import Errand, Words, question, worded
from muster.toolkit import clock

# What people write behind the digit, or in its place. A sentence of their own is for a person to read, not for this.
WORDS: dict[TextAnswer, tuple[str, ...]] = {
    TextAnswer.YES: ("能来", "我能来", "可以来", "能", "可以", "来", "我来", "yes", "ok"),
    TextAnswer.NO: ("来不了", "我来不了", "不能来", "不来", "不能", "不行", "no"),
    TextAnswer.CALL: (
        "打电话",
        "给我打电话",
        "请打电话",
        "请打电话给我",
        "请给我打电话",
        "打电话给我",
        "回电",
        "call",
        "call me",
    ),
}
MARKS = " \t\r\n.,;:!?\"'()[]<>、。．，；：！？（）【】《》「」“”‘’-—–"
DIGIT = re.compile(r"([0-9]*)(.*)", re.DOTALL)
# Numerals that the width table does not know: 一 and ① as phones write them.
NUMERALS = str.maketrans({"一": "1", "二": "2", "三": "3"})
_ANSWER_OF = {word: answer for answer, words in WORDS.items() for word in words}


def understood(text: str) -> TextAnswer | None:
    """The answer in `text`: a digit, its words, or both when they agree; None for everything else.

    "1", "１。", "①", "1 能来" and "能来" are a yes; "12", "1或2", "1 来不了" and "3点以后能来" are none, because a wrong guess
    would put somebody on a list who did not say so.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().strip(MARKS)
    plain = plain.translate(NUMERALS) if len(plain) == 1 else plain
    found = DIGIT.fullmatch(plain)
    digits, rest = (found[1], found[2].strip(MARKS)) if found else ("", plain)
    said = _ANSWER_OF.get(rest)
    if not digits:
        return said
    if digits not in TextAnswer.values:
        return None
    answer = TextAnswer(digits)
    return answer if not rest or said == answer else None


def by_text(link: str) -> str:
    """How somebody without a smartphone answers; whoever helps them may open the address."""
    return _("reply 1 can come, 2 cannot, 3 call me (or have somebody open %(link)s)") % {"link": link}


def take_back_by_text(link: str) -> str:
    """How somebody without a smartphone gives a seat back."""
    return _("reply 2 (or have somebody open %(link)s)") % {"link": link}


def ask(errand: Errand, reply_by: str, risk: str, link: str) -> Words:
    """Can you come? With the risk, because a yes by text is given under these words (R9.2)."""
    body = _(
        "%(community)s needs your help: %(hours)s, %(place)s, %(task)s. Look out: %(risk)s Until %(reply)s: %(way)s"
    )
    return question(errand, body, risk=risk, reply=reply_by, way=by_text(link))


def agreed(errand: Errand, bring: str) -> Words:
    """Yes, and there is a seat: which one, for there may be several questions."""
    body = _(
        "Noted, you are coming: %(hours)s, %(place)s. Muster at %(muster)s. Bring: %(bring)s. Cannot come any more? Reply 2."
    )
    return worded(
        errand,
        _("Agreed, see you there"),
        body
        % {
            "hours": errand.hours,
            "place": errand.place,
            "muster": clock.face(errand.muster_at),
            "bring": bring or _("yourself"),
        },
    )


def on_standby(errand: Errand, position: int) -> Words:
    """Yes, and all seats are taken."""
    body = _(
        "Thank you. %(place)s, %(hours)s is full; you are number %(position)s on standby. We write when a seat is free."
    )
    return worded(
        errand,
        _("You are on standby"),
        body % {"place": errand.place, "hours": errand.hours, "position": position},
    )


def noted_no(errand: Errand) -> Words:
    """No."""
    body = _("Noted: you cannot come to %(place)s, %(hours)s. That is all right; thank you for telling us.")
    return worded(
        errand, _("Thank you for telling us"), body % {"place": errand.place, "hours": errand.hours}
    )


def will_call(errand: Errand) -> Words:
    """Somebody wants to be called."""
    body = _("%(community)s will call you about %(place)s, %(hours)s. Please stay near your phone.")
    return worded(
        errand,
        _("We will call you"),
        body % {"community": errand.community, "place": errand.place, "hours": errand.hours},
    )


def cannot(errand: Errand, message: str) -> Words:
    """An answer that could not be taken, with the way out."""
    body = _("About %(place)s, %(hours)s: %(message)s")
    return worded(
        errand,
        _("About your answer"),
        body % {"place": errand.place, "hours": errand.hours, "message": message},
    )


def how_to_answer(errand: Errand) -> Words:
    """The one helpful word on a text that was none of the three answers."""
    body = _(
        "We could not read your answer about %(place)s, %(hours)s. Reply with one digit: 1 can come, 2 cannot, 3 call me."
    )
    return worded(errand, _("About your answer"), body % {"place": errand.place, "hours": errand.hours})


def nothing_open() -> Words:
    """For a number that no question is open for. The same words whoever writes, so that they tell nobody who is on file."""
    return Words(
        _("No question is open"),
        _("No question is open for this number. If you want to help or to ask, please call your community."),
    )


def with_others(words: Words, others: list[Errand]) -> Words:
    """The same answer, and that the others are asked about by themselves."""
    if not others:
        return words
    named = pgettext("between two reasons", ", ").join(f"{errand.place} {errand.hours}" for errand in others)
    more = _("You were also asked for: %(others)s. We ask you about that again by itself.")
    return Words(words.title, f"{words.body} {more % {'others': named}}")
