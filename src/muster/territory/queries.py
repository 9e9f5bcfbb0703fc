"""What other packages ask about places. Codes that ended are followed to the division that took their place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from muster.territory.enums import DivisionKind, Level
from muster.territory.models import Division
from muster.territory.rules import ancestors_of, range_of
from muster.territory.rules.names import keys_wanted, normal

Ranges = Sequence[tuple[int, int]]
FOLLOWED = 8  # successions; more than this would be a circle in the data
# In the names of most places: to rank them all would cost more than it tells.
EVERYWHERE = frozenset({"村", "社区"})
NARROWED = 20  # places that one word of a search may stand for


def in_force() -> QuerySet[Division]:
    """The divisions of today's edition."""
    return Division.objects.filter(valid_to__isnull=True)


def division(code: int, *, on: date | None = None) -> Division:
    """The division with this code, as it is today or was on a day; a code that ended leads to its successor.

    Raises Division.DoesNotExist where the code never was one.
    """
    if on is not None:
        return Division.objects.exclude(valid_to__lte=on).get(code=code, valid_from__lte=on)
    for _ in range(FOLLOWED):
        newest = Division.objects.filter(code=code).order_by("-valid_from").first()
        if newest is None:
            break
        if newest.valid_to is None:
            return newest
        if newest.replaced_by is None:
            break
        code = newest.replaced_by
    raise Division.DoesNotExist(f"No division {code} is in force.")


def children(code: int) -> QuerySet[Division]:
    """The divisions directly below this one, in the order of their codes."""
    return in_force().filter(parent_code=code).order_by("code")


def ancestors(code: int) -> list[Division]:
    """The divisions above this one, the province first."""
    above = ancestors_of(code, division(code).level)
    return list(in_force().filter(code__in=above).order_by("code"))


def path_to_community(code: int) -> list[Division]:
    """County, township and community of a community, in one query; a code that ended shows what is left above it."""
    path = [*ancestors_of(code, Level.COMMUNITY)[:2], code]
    return list(in_force().filter(code__in=path).order_by("code"))


def inside(low: int, high: int) -> QuerySet[Division]:
    """The divisions with codes in [low, high), in the order of their codes: a range scan of one index."""
    return in_force().filter(code__gte=low, code__lt=high).order_by("code")


def communities_in(low: int, high: int, *, with_villages: bool = True) -> QuerySet[Division]:
    """The lowest-level divisions with codes in [low, high)."""
    found = inside(low, high).filter(level=Level.COMMUNITY)
    return found if with_villages else found.exclude(kind=DivisionKind.VILLAGE)


def names_of(codes: Sequence[int]) -> dict[int, str]:
    """Short names by code, in one query; codes that are not in force are left out."""
    return dict(in_force().filter(code__in=set(codes)).values_list("code", "short_name"))


def find(text: str, *, within: Ranges | None = None, limit: int = 20) -> list[Division]:
    """Divisions found by name, pinyin or initials, the best first; several words narrow from the place above down.

    `within` are the half-open code ranges that the caller may see; None is everywhere, an empty one is nowhere.
    """
    words = text.split()
    if not words:
        return []
    if len(words) > 1 and text.isascii():
        # Syllables apart: "jin li" is 锦里 before it is a 里 in some 金.
        spelled = list(_matching("".join(words), within)[:limit])
        if spelled:
            return spelled
    *above, wanted = words
    ranges = within
    for word in above:
        places = list(_matching(word, ranges).filter(level__lt=Level.COMMUNITY)[:NARROWED])
        ranges = _narrowed([range_of(place.code, place.level) for place in places], ranges)
    return list(_matching(wanted, ranges)[:limit])


def _narrowed(found: Ranges, within: Ranges | None) -> list[tuple[int, int]]:
    if within is None:
        return list(found)
    overlaps = [(max(a, low), min(b, high)) for a, b in found for low, high in within]
    return [(low, high) for low, high in overlaps if low < high]


def _matching(text: str, within: Ranges | None) -> QuerySet[Division]:
    keys = keys_wanted(text)
    if not keys or (within is not None and not within):
        return Division.objects.none()
    name, letters = normal(text), keys[0]
    place = Q()
    for low, high in within or ():
        place |= Q(code__gte=low, code__lt=high)
    found = in_force().filter(place, search_keys__contains=keys)
    if name in EVERYWHERE:
        return found.order_by("level", "code")
    rank = Case(
        When(short_name=name, then=Value(0)),
        When(short_name__startswith=name, then=Value(1)),
        When(initials=letters, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return found.order_by(rank, "level", "code")
