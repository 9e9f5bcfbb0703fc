"""What `muster dispatch` says: a sentence for every mistake in a folder, every fault of a plan, and the summary."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.language import gettext_noop, sentences
from muster.kernel.dispatch.answers import Empty
from muster.kernel.dispatch.pools.faults import BadFiles, Fault
from muster.kernel.dispatch.pools.recount import Violation

FAULTS = {
    "no_folder": gettext_noop("there is no such folder."),
    "missing_file": gettext_noop("the file is missing."),
    "empty_file": gettext_noop("the file is empty."),
    "unreadable": gettext_noop("it cannot be read: {why}."),
    "is_input": gettext_noop(
        "the plan is made from this file and would replace it. Choose another name for the plan."
    ),
    "unwritable": gettext_noop("it cannot be written: {why}."),
    "not_utf8": gettext_noop("the byte {byte} is no UTF-8. Save the file as UTF-8."),
    "broken_quotes": gettext_noop("a quotation mark is not closed, or stands alone inside a cell."),
    "long_cell": gettext_noop(
        "a cell is longer than {most} characters. Maybe a quotation mark is not closed."
    ),
    "wrong_separator": gettext_noop("no commas stand between the cells. Save the file as CSV with commas."),
    "missing_column": gettext_noop("this column is missing. Add it."),
    "unknown_column": gettext_noop("no column is called so. Correct its name, or remove it."),
    "double_column": gettext_noop("this column is there twice."),
    "wrong_cells": gettext_noop("the row has {found} cells, the header has {wanted}."),
    "empty_cell": gettext_noop("the cell is empty."),
    "twice": gettext_noop("“{value}” is there already, in line {first}."),
    "not_a_number": gettext_noop("“{value}” is no number."),
    "not_whole": gettext_noop("“{value}” is no whole number."),
    "out_of_range": gettext_noop("{value} is not from {low} to {high}."),
    "not_a_flag": gettext_noop("“{value}” is neither 0 nor 1."),
    "unknown_community": gettext_noop("communities.csv has no community “{value}”."),
    "unknown_tier": gettext_noop("tier_km in config.json has no price for the tier “{value}”."),
    "not_a_slot": gettext_noop("“{value}” is no slot. The second shift of the first day is d0s1."),
    "slot_outside": gettext_noop("{value} is outside the horizon, whose last slot is {last}."),
    "too_many_skills": gettext_noop("there are more than {most} different skills."),
    "several_skills": gettext_noop(
        "“{value}” are several skills. A post asks for one; make a post for each."
    ),
    "no_skill": gettext_noop("skilled seats ({seats}), but no skill is named."),
    "unknown_volunteer": gettext_noop("volunteers.csv has no volunteer “{value}”."),
    "unknown_post": gettext_noop("posts.csv has no post “{value}”."),
    "pairs_missing": gettext_noop("pairs_only is true, but this file is missing."),
    "broken_json": gettext_noop(
        "this is no valid JSON. A comma, a bracket or a quotation mark is missing, or one too many."
    ),
    "not_an_object": gettext_noop("this is no JSON object."),
    "missing_key": gettext_noop("this key is missing. Add it."),
    "unknown_key": gettext_noop("no key is called so. Correct its name, or remove it."),
    "double_key": gettext_noop("this key is there twice."),
    "wrong_type": gettext_noop("this should be {wanted}."),
    "prices_apart": gettext_noop(
        "its prices, or the weights in posts.csv, lie too far apart to be added up. Make the highest ones lower."
    ),
    "too_many_slots": gettext_noop("{days} days × {shifts} shifts are more than {most} slots."),
    "no_such_shift": gettext_noop("{pair} names a shift that there is not: {shifts} shifts, counted from 0."),
}
# What an operating system says of a file.
REASONS_OF_SYSTEM = (
    gettext_noop("File exists"),
    gettext_noop("File name too long"),
    gettext_noop("Is a directory"),
    gettext_noop("No such file or directory"),
    gettext_noop("No space left on device"),
    gettext_noop("Not a directory"),
    gettext_noop("Permission denied"),
    gettext_noop("Read-only file system"),
)
WANTED = {
    "count": gettext_noop("a whole number from 1"),
    "flag": gettext_noop("true or false"),
    "pairs": gettext_noop("a list of pairs of shifts, such as [[2, 0]]"),
    "prices": gettext_noop("an object with a price for each tier"),
    "price": gettext_noop("a number of kilometers, not below 0"),
    "value": gettext_noop("a number of kilometers above 0"),
    "price or null": gettext_noop("a number of kilometers, or null"),
    "status": gettext_noop("“proven” or “gap”"),
    "number": gettext_noop("a number"),
    "text": gettext_noop("a text"),
    "whole": gettext_noop("a whole number"),
    "list": gettext_noop("a list"),
}
VIOLATIONS = {
    "unknown_volunteer": gettext_noop("there is no such volunteer."),
    "unknown_post": gettext_noop("there is no such post."),
    "unknown_kind": gettext_noop("“{kind}” is no kind of seat."),
    "unknown_empty": gettext_noop("empty seats of a post or kind that there is not ({kind})."),
    "wrong_slot": gettext_noop("the post is in slot {is}, not in {said}."),
    "not_available": gettext_noop("not available in the slot of this post."),
    "not_backbone": gettext_noop("a backbone seat, but no backbone member."),
    "skill_missing": gettext_noop("a skilled seat, but the skill is missing."),
    "not_a_pair": gettext_noop("only the pairs of pairs.csv are allowed, and this is none of them."),
    "closed": gettext_noop("the post is closed to people of that community."),
    "too_far": gettext_noop("{km} km are farther than the radius allows."),
    "wrong_km": gettext_noop("the distance is {km} km, not {said} km."),
    "declined": gettext_noop("has declined, and is sent all the same."),
    "too_many_shifts": gettext_noop("{seats} seats, but at most {most} shifts."),
    "twice_in_slot": gettext_noop("two seats in slot {slot}."),
    "twice_on_day": gettext_noop("two seats on day {day}."),
    "no_rest": gettext_noop("no rest: {slot}, and then {then}."),
    "overfilled": gettext_noop("{filled} people on {seats} seats ({kind})."),
    "wrong_empty": gettext_noop("{filled} filled and {empty} empty do not make {seats} seats ({kind})."),
    "wrong_objective": gettext_noop("objective_km is {said}, recounted it is {is}."),
    "bound_too_high": gettext_noop("the lower bound {bound} is above the objective {objective}."),
    "not_proven": gettext_noop("it says proven, but the bound {bound} is below the objective {objective}."),
    "wrong_seat_value": gettext_noop(
        "a seat is valued at {said} units, at least {least} and even are right."
    ),
}
KINDS = {
    "general": gettext_noop("general seats"),
    "backbone": gettext_noop("backbone seats"),
    "skilled": gettext_noop("skilled seats"),
}

# Why seats are empty: what is said of all seats with the same reason. The figures are those of `answers.Empty`.
REASONS = {
    "nobody_qualified": gettext_noop("nobody who has what it takes is free."),
    "nobody_in_reach": gettext_noop(
        "nobody who could lives within {radius} km; the nearest is {nearest} km away."
    ),
    "fewer_qualified_than_seats": gettext_noop(
        "{people} people, who can fill {capacity}, for {seats} seats at {posts} posts that share them."
    ),
    "taken_by_higher_weight": gettext_noop(
        "{people} people, who can fill {capacity}, for {seats} seats at {posts} posts that share them; "
        "what weighs more comes first: {higher}."
    ),
    "kept_for_rest": gettext_noop("who could come has to rest before or after another shift ({resting})."),
    "could_be_filled": gettext_noop("{qualified} people could come; the plan is not the best there is."),
}
# Of many reasons those of the most seats are told.
MOST_REASONS = 20


@dataclass(frozen=True)
class Summary:
    """A plan in figures.

    `kept`: (promises kept, promises in all, people who go elsewhere), None without a plan in force; `lost`: promises in it
    of people or posts that there are not.
    """

    volunteers: int
    free: int
    posts: int
    seats: int
    filled: int
    empty: Mapping[str, int]
    stand_ins: int
    objective_km: float
    bound_km: float
    gap: float
    is_proven: bool
    mean_km: float
    longest_km: float
    kept: tuple[int, int, int] | None
    lost: int
    seconds: float


class Words:
    """Sentences in the language of the terminal."""

    def __init__(self) -> None:
        self._ = sentences()

    def faults(self, error: BadFiles) -> Iterator[str]:
        """A line for each mistake."""
        yield from map(self.fault, error.faults)
        if error.more:
            yield self._("There are more mistakes; these are the first.")

    def fault(self, one: Fault) -> str:
        """One mistake with its place."""
        figures = dict(one.figures)
        if "wanted" in figures and one.code == "wrong_type":
            figures["wanted"] = self._(WANTED[str(figures["wanted"])])
        if figures.get("why") in REASONS_OF_SYSTEM:
            figures["why"] = self._(str(figures["why"]))
        place = {"file": one.file, "line": one.line, "column": one.column}
        place["what"] = self._(FAULTS[one.code]).format(**figures)
        if one.line and one.column:
            return self._("{file}, line {line}, column {column}: {what}").format(**place)
        if one.line:
            return self._("{file}, line {line}: {what}").format(**place)
        if one.column:
            return self._("{file}, {column}: {what}").format(**place)
        return self._("{file}: {what}").format(**place)

    def violation(self, one: Violation) -> str:
        """One thing that is wrong with a plan."""
        figures = dict(one.figures)
        if figures.get("kind") in KINDS:
            figures["kind"] = self._(KINDS[str(figures["kind"])])
        what = self._(VIOLATIONS[one.code]).format(**figures)
        who = {"volunteer": one.volunteer, "post": one.post, "what": what}
        if one.volunteer and one.post:
            return self._("{volunteer} at {post}: {what}").format(**who)
        if one.volunteer or one.post:
            return self._("{who}: {what}").format(who=one.volunteer or one.post, what=what)
        return what

    def wrong(self, many: int) -> str:
        """The head of a list of violations."""
        return self._("The plan does not stand its check. What is wrong: {many}").format(many=f"{many:,}")

    def more(self, many: int) -> str:
        """The end of a list that is too long."""
        return self._("and {many} more.").format(many=f"{many:,}")

    def right(self, filled: int, empty: int, km: float) -> str:
        """A plan stands."""
        return self._("The plan stands: {filled} seats filled, {empty} empty, {km} km.").format(
            filled=f"{filled:,}", empty=f"{empty:,}", km=f"{km:,.2f}"
        )

    def made(self, volunteers: int, posts: int, seats: int, folder: Path) -> str:
        """A folder has been invented."""
        return self._("{folder}: {volunteers} volunteers, {posts} posts, {seats} seats.").format(
            folder=folder, volunteers=f"{volunteers:,}", posts=f"{posts:,}", seats=f"{seats:,}"
        )

    def progress(self, rounds: int, gap: float, seconds: float) -> str:
        """How far a search is."""
        return self._("Round {rounds}: at most {gap} above the best, {seconds} s").format(
            rounds=rounds, gap=f"{gap:.4%}", seconds=f"{seconds:.1f}"
        )

    def summary(self, one: Summary, peak_mb: float, out: Path | None) -> Iterator[str]:
        """A plan in a few lines."""
        yield self._("{volunteers} volunteers ({free} available), {posts} posts, {seats} seats.").format(
            volunteers=f"{one.volunteers:,}",
            free=f"{one.free:,}",
            posts=f"{one.posts:,}",
            seats=f"{one.seats:,}",
        )
        yield self._("Filled: {filled}. Empty: {empty} ({kinds}).").format(
            filled=f"{one.filled:,}",
            empty=f"{sum(one.empty.values()):,}",
            kinds=self._(", ").join(f"{self._(KINDS[kind])} {many:,}" for kind, many in one.empty.items()),
        )
        if one.stand_ins:
            yield self._("Backbone seats that others stand in for: {many}.").format(many=f"{one.stand_ins:,}")
        yield self._("Costs: {km} km in all; on average {mean} km of travel, {longest} km at most.").format(
            km=f"{one.objective_km:,.2f}", mean=f"{one.mean_km:.2f}", longest=f"{one.longest_km:.2f}"
        )
        if one.kept is not None:
            kept, promised, elsewhere = (f"{many:,}" for many in one.kept)
            yield self._("Kept {kept} of {promised} promises; {elsewhere} people go elsewhere.").format(
                kept=kept, promised=promised, elsewhere=elsewhere
            )
        if one.lost:
            yield self._("Promises to people, or for posts, that are not in this folder: {many}.").format(
                many=f"{one.lost:,}"
            )
        yield self._proof(one)
        yield self._("{seconds} s, {megabytes} MB.").format(
            seconds=f"{one.seconds:.1f}", megabytes=f"{peak_mb:,.0f}"
        )
        if out is not None:
            yield self._("The plan is in {out}.").format(out=out)

    def shortages(self, empties: Iterable[Empty]) -> Iterator[str]:
        """Why seats are empty, all with the same reason in one line, the most seats first."""
        alike: dict[tuple[object, ...], list[Empty]] = {}
        for one in empties:
            ring = one.ring_slots if one.ring_people else (one.nearest_km, one.kind)
            alike.setdefault((one.code, one.in_full, ring), []).append(one)
        ranked = sorted(alike.values(), key=lambda lines: -sum(one.seats for one in lines))
        for lines in ranked[:MOST_REASONS]:
            posts = sorted({one.slot for one in lines})
            yield self._("Empty: {seats} seats at {posts}: {why}").format(
                seats=f"{sum(one.seats for one in lines):,}",
                posts=posts[0]
                if len(posts) == 1
                else self._("{first} and {many} more").format(first=posts[0], many=f"{len(posts) - 1:,}"),
                why=self._reason(lines[0]),
            )
        if len(ranked) > MOST_REASONS:
            yield self.more(len(ranked) - MOST_REASONS)

    def _reason(self, one: Empty) -> str:
        return self._(REASONS[one.code]).format(
            radius=f"{one.radius_km or 0:g}",
            nearest=f"{one.nearest_km or 0:.1f}",
            people=f"{one.ring_people:,}",
            capacity=f"{one.ring_capacity:,}",
            seats=f"{one.ring_seats:,}",
            posts=f"{len(set(one.ring_slots)):,}",
            higher=self._(", ").join(post for post, _ in one.higher[:3]),
            resting=f"{one.resting:,}",
            qualified=f"{one.qualified:,}",
        )

    def _proof(self, one: Summary) -> str:
        if one.is_proven:
            return self._("Proven: no plan fills more, and none that fills as much costs less.")
        if one.gap >= 1:
            return self._("Nothing is known of how far it is from the best.")
        return self._("Not proven: at most {gap} above the best, which costs at least {bound} km.").format(
            gap=f"{one.gap:.4%}", bound=f"{one.bound_km:,.2f}"
        )
