"""Links, contacts and plans of a unit: when each counts, to the day, and what a refusal leaves behind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from muster.audit.models import Entry
from muster.organizations import rules
from muster.organizations.actions import units
from muster.organizations.enums import ContactWay
from muster.organizations.models import ContingencyPlan, ResidentUnit, UnitContact
from muster.organizations.queries import units as queries
from muster.toolkit.refusal import Refused
from tests.organizations.ground import plan_of, unit_of
from tests.world import World

NOW = datetime(2026, 12, 3, 2, 0, tzinfo=UTC)
TODAY = date(2026, 12, 3)
DAY = timedelta(days=1)


def listed(unit: ResidentUnit, on: date = TODAY, **facts: str) -> ResidentUnit | None:
    """The unit as the register shows it that day, None where the register leaves it out."""
    page = queries.units_listed(
        ResidentUnit.objects.filter(pk=unit.pk),
        on=on,
        reviewed_since=rules.reviewed_since(on, 12),
        **facts,
    )
    return next(iter(page.rows), None)


@pytest.mark.django_db
class TestLinks:
    """A unit reports in, leaves and comes back (R2.3)."""

    def verbs(self, unit: ResidentUnit) -> list[str]:
        return list(
            Entry.objects.filter(object_code=unit.code, verb__startswith="organizations.unit.")
            .exclude(verb="organizations.unit.created")
            .order_by("id")
            .values_list("verb", flat=True)
        )

    def test_a_second_link_changes_neither_the_day_nor_the_trail(self, world: World) -> None:
        unit, worker = unit_of(world, 1), world.actor("worker")
        units.link(unit, actor=worker, at=NOW)

        with pytest.raises(Refused) as refused:
            units.link(unit, actor=worker, at=NOW + DAY)

        unit.refresh_from_db()
        assert refused.value.code == "already_linked"
        assert (unit.linked_at, unit.unlinked_at) == (NOW, None)
        assert self.verbs(unit) == ["organizations.unit.linked"]

    def test_a_unit_that_never_reported_cannot_leave(self, world: World) -> None:
        unit = unit_of(world, 1)

        with pytest.raises(Refused) as refused:
            units.unlink(unit, reason="搬走了", actor=world.actor("worker"), at=NOW)

        unit.refresh_from_db()
        assert refused.value.code == "not_linked"
        assert unit.unlinked_at is None
        assert self.verbs(unit) == []

    def test_the_reason_of_leaving_stands_on_the_trail(self, world: World) -> None:
        unit, worker = unit_of(world, 1), world.actor("worker")
        units.link(unit, actor=worker, at=NOW)

        units.unlink(unit, reason="搬到高新区", actor=worker, at=NOW + DAY)

        entry = Entry.objects.get(verb="organizations.unit.unlinked")
        assert (entry.detail, entry.division_code) == ({"reason": "搬到高新区"}, world.here)

    def test_coming_back_begins_the_link_anew(self, world: World) -> None:
        unit, worker = unit_of(world, 1), world.actor("worker")
        units.link(unit, actor=worker, at=NOW)
        units.unlink(unit, reason="装修", actor=worker, at=NOW + DAY)

        units.link(unit, actor=worker, at=NOW + 2 * DAY)

        unit.refresh_from_db()
        assert (unit.linked_at, unit.unlinked_at) == (NOW + 2 * DAY, None)
        assert self.verbs(unit) == [f"organizations.unit.{verb}" for verb in ("linked", "unlinked", "linked")]

    @pytest.mark.req("R2.3")
    @pytest.mark.parametrize(
        ("steps", "linked"),
        [([], False), (["link"], True), (["link", "unlink"], False), (["link", "unlink", "link"], True)],
        ids=["never", "linked", "left", "back"],
    )
    def test_the_register_tells_linked_units_from_others(
        self, world: World, steps: list[str], linked: bool
    ) -> None:
        unit, worker = unit_of(world, 1), world.actor("worker")
        for number, step in enumerate(steps):
            facts = {"reason": "装修"} if step == "unlink" else {}
            getattr(units, step)(unit, actor=worker, at=NOW + number * DAY, **facts)

        unit.refresh_from_db()
        assert rules.is_linked(unit.linked_at, unit.unlinked_at) is linked
        assert (listed(unit, linked="yes") is not None) is linked
        assert (listed(unit, linked="no") is not None) is not linked
        assert listed(unit) == unit

    def test_the_database_refuses_a_unit_that_left_before_it_came(self, world: World) -> None:
        unit = unit_of(world, 1)

        with pytest.raises(IntegrityError, match="unit_unlinked_after_linked"), transaction.atomic():
            ResidentUnit.objects.filter(pk=unit.pk).update(linked_at=NOW, unlinked_at=NOW)


@pytest.mark.django_db
class TestContacts:
    """Unit and community spoke (R2.10)."""

    @pytest.mark.req("R2.10")
    def test_the_register_shows_the_last_contact_and_not_the_last_entered(self, world: World) -> None:
        unit, worker = unit_of(world, 1), world.actor("worker")
        units.log_contact(unit, way=ContactWay.VISIT, note="走访", actor=worker, at=NOW)
        units.log_contact(unit, way=ContactWay.PHONE, note="补记", actor=worker, at=NOW - 40 * DAY)

        row = listed(unit)

        assert row is not None
        assert row.last_contact_at == NOW

    def test_a_unit_nobody_spoke_with_has_no_last_contact(self, world: World) -> None:
        row = listed(unit_of(world, 1))

        assert row is not None
        assert row.last_contact_at is None

    def test_contacts_of_another_unit_are_not_shown(self, world: World) -> None:
        one, other = unit_of(world, 1), unit_of(world, 2)
        units.log_contact(other, way=ContactWay.VISIT, note="走访", actor=world.actor("worker"), at=NOW)

        assert queries.newest_contacts(one) == []
        row = listed(one)
        assert row is not None
        assert row.last_contact_at is None

    def test_the_page_shows_the_last_twenty_newest_first(self, world: World) -> None:
        unit, worker = unit_of(world, 1), world.actor("worker")
        for day in range(queries.NEWEST_CONTACTS + 1):
            units.log_contact(unit, way="phone", note=f"第{day}次", actor=worker, at=NOW + day * DAY)

        notes = [contact.note for contact in queries.newest_contacts(unit)]

        assert notes == [f"第{day}次" for day in range(queries.NEWEST_CONTACTS, 0, -1)]

    def test_what_was_spoken_is_not_on_the_trail(self, world: World) -> None:
        unit = unit_of(world, 1)

        units.log_contact(unit, way="phone", note="王经理的母亲病了", actor=world.actor("worker"), at=NOW)

        entry = Entry.objects.get(verb="organizations.contact.logged")
        assert entry.detail == {"way": "phone"}
        assert UnitContact.objects.get().note == "王经理的母亲病了"


@pytest.mark.parametrize(
    ("seconds", "fresh"), [(0, True), (1, True), (-1, False)], ids=["exactly", "within", "beyond"]
)
def test_a_contact_is_fresh_to_the_second(seconds: int, fresh: bool) -> None:
    last_at = NOW - timedelta(days=30) + timedelta(seconds=seconds)

    assert rules.is_contact_fresh(last_at, NOW, 30) is fresh


@pytest.mark.django_db
class TestPlans:
    """The contingency plan counts from its first day to its last, for a year after its review (R2.13)."""

    @pytest.mark.req("R2.13")
    @pytest.mark.parametrize(
        ("begin", "end", "valid"),
        [
            (TODAY, TODAY + DAY, True),
            (TODAY + DAY, TODAY + 2 * DAY, False),
            (TODAY - DAY, TODAY, True),
            (TODAY - 2 * DAY, TODAY - DAY, False),
            (date(2025, 12, 3), date(2028, 1, 1), True),
            (date(2025, 12, 2), date(2028, 1, 1), False),
        ],
        ids=["first day", "tomorrow", "last day", "yesterday", "a year ago", "a year and a day ago"],
    )
    def test_a_plan_counts_on_exactly_its_days(
        self, world: World, begin: date, end: date, valid: bool
    ) -> None:
        unit = unit_of(world, 1)
        plan_of(world, unit, begin, end)

        row = listed(unit)

        assert row is not None
        assert row.has_valid_plan is valid

    def test_the_plan_of_another_unit_counts_for_that_unit_only(self, world: World) -> None:
        one, other = unit_of(world, 1), unit_of(world, 2)
        plan_of(world, other, TODAY, TODAY + DAY)

        rows = (listed(one), listed(other))

        assert [row.has_valid_plan for row in rows if row] == [False, True]

    def test_versions_are_counted_for_each_unit_apart(self, world: World) -> None:
        one, other = unit_of(world, 1), unit_of(world, 2)

        versions = [plan_of(world, unit, TODAY, TODAY + DAY).version for unit in (one, one, other, one)]

        assert versions == [1, 2, 1, 3]

    @pytest.mark.parametrize("days", [0, -1, -365])
    def test_a_plan_that_ends_too_early_leaves_nothing_behind(self, world: World, days: int) -> None:
        unit = unit_of(world, 1)

        with translation.override("en"), pytest.raises(Refused) as refused:
            plan_of(world, unit, TODAY, TODAY + days * DAY)

        assert refused.value.message == "The plan ends before it begins. Put the end after the beginning."
        assert not ContingencyPlan.objects.exists()
        assert not Entry.objects.filter(verb="organizations.plan.added").exists()

    def test_a_plan_that_ends_too_early_cannot_be_stored_either(self, world: World) -> None:
        plan = plan_of(world, unit_of(world, 1), TODAY, TODAY + DAY)

        with pytest.raises(IntegrityError, match="plan_ends_after_it_began"), transaction.atomic():
            ContingencyPlan.objects.filter(pk=plan.pk).update(valid_to=TODAY)


DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(DAYS, st.integers(0, 48))
def test_counting_back_lands_on_the_same_day_of_the_month_or_its_last(on: date, months: int) -> None:
    since = rules.reviewed_since(on, months)

    assert (on.year * 12 + on.month) - (since.year * 12 + since.month) == months
    assert since.day == on.day or (since.day < on.day and (since + DAY).month != since.month)


@given(DAYS, DAYS, st.integers(0, 24))
def test_what_counted_as_reviewed_never_counts_again_after_it_ran_out(
    one: date, other: date, months: int
) -> None:
    earlier, later = sorted((one, other))

    assert rules.reviewed_since(earlier, months) <= rules.reviewed_since(later, months)


@pytest.mark.parametrize(
    ("on", "since"),
    [
        (date(2026, 12, 31), date(2025, 12, 31)),
        (date(2026, 12, 29), date(2025, 12, 29)),
        (date(2028, 2, 29), date(2027, 2, 28)),
        (date(2029, 2, 28), date(2028, 2, 28)),
    ],
)
def test_a_year_back_is_a_year_at_the_end_of_a_month_too(on: date, since: date) -> None:
    assert rules.reviewed_since(on, 12) == since
