"""The reads behind the register: flat whatever the province holds, and numbers that point at nobody."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from muster.norms import queries as norms
from muster.norms.models import Setting
from muster.norms.rules import Told
from muster.organizations.models import ResidentUnit
from muster.people.enums import ForceClass
from muster.people.models import Person, ReportIn, VolunteerProfile
from muster.people.queries.party import CadreCount, cadre_report_ins
from muster.people.queries.register import coverage, search_people
from tests.world import COUNTY, HERE, NEXT_DOOR, PROVINCE, TOWNSHIP, World, make_person, make_unit

TODAY = date(2026, 3, 2)


def in_steps_of(people: int, place: int = PROVINCE) -> None:
    """That place tells figures of sensitive kinds in steps of so many."""
    Setting.objects.create(
        key="privacy.smallest_told",
        value=people,
        unit="person",
        basis="D",
        source="x",
        rule_set=norms.RULE_SET,
        division_code=place,
        valid_from=TODAY - timedelta(days=9),
        changed_by_label="x",
    )
    norms.forget()


def crowd_next_door() -> None:
    """So many neighbors that it is cheaper to look the few of here up than to go through everybody."""
    people = Person.objects.bulk_create(Person(name="某人", division_code=NEXT_DOOR) for _ in range(300))
    now = timezone.now()
    VolunteerProfile.objects.bulk_create(
        VolunteerProfile(person=one, division_code=NEXT_DOOR, willingness_at=now, registered_at=now)
        for one in people
    )


def plan_of(world: World, name: str, **search: str) -> str:
    """How the database reads the page, when the tables are too large to be read whole."""
    with CaptureQueriesContext(connection) as queries:
        search_people(world.actor(name), **search)
    statement = next(one["sql"] for one in queries if "LIMIT 51" in one["sql"])
    with connection.cursor() as cursor:
        # Statistics from an earlier test's full or empty tables would choose for the wrong size.
        cursor.execute("ANALYZE people_person, people_volunteerprofile")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        # A few rows are sorted sooner than they are read in order; of many thousands that would be the wrong plan.
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize(
    ("search", "index"),
    [
        ({}, "person_by_division"),
        ({"force": "grid_worker"}, "person_by_force"),
        ({"force": "callable"}, "person_by_division"),
    ],
)
def test_community_is_read_in_order_from_one_index(world: World, search: dict[str, str], index: str) -> None:
    crowd_next_door()

    plan = plan_of(world, "worker", **search)

    assert f"using {index} on people_person" in plan
    assert "Sort" not in plan


def test_gaps_cost_one_query(world: World) -> None:
    make_person("刘芳", "13712345678", HERE, ForceClass.GRID_WORKER)
    make_person("王伟", "13712345679", NEXT_DOOR, ForceClass.GROUP_LEADER)

    with CaptureQueriesContext(connection) as queries:
        gaps = coverage(HERE)

    assert len(queries) == 1
    assert gaps.missing_regular == (ForceClass.COMMITTEE_MEMBER, ForceClass.GROUP_LEADER)
    assert gaps.missing_auxiliary == (ForceClass.SOCIAL_ORGANIZATION_MEMBER, ForceClass.SOCIAL_WORKER)


def test_somebody_erased_fills_no_gap(world: World) -> None:
    Person.objects.filter(pk=world.person("guard").pk).update(erased_at="2026-03-02T00:00Z")

    assert ForceClass.PROPERTY_STAFF in coverage(HERE).missing_auxiliary


class TestPartyCadres:
    def reported(
        self, world: World, count: int, *, is_member: bool, first: int = 0, place: int = HERE
    ) -> None:
        for number in range(first, first + count):
            person = make_person(f"干部{number}", f"137{number:08d}", place, "reported_person", world.unit)
            Person.objects.filter(pk=person.pk).update(is_party_member=is_member)
            ReportIn.objects.create(
                person=person,
                unit=world.unit,
                division_code=place,
                reported_on=TODAY - timedelta(days=1),
                valid_to=TODAY,
            )

    @pytest.mark.req("R2.5")
    def test_cadres_are_counted_by_place_and_day(self, world: World) -> None:
        self.reported(world, 6, is_member=True)
        self.reported(world, 4, is_member=False, first=10)
        self.reported(world, 5, is_member=True, first=20, place=NEXT_DOOR)

        in_steps_of(1)
        assert cadre_report_ins(HERE, HERE + 1, TODAY) == CadreCount(Told(20, 1), Told(6, 1))
        assert cadre_report_ins(TOWNSHIP, TOWNSHIP + 1000, TODAY) == CadreCount(Told(20, 1), Told(11, 1))
        assert cadre_report_ins(HERE, HERE + 1, TODAY + timedelta(days=1)).reported_in == Told(0, 1)

    @pytest.mark.req("R2.5")
    @pytest.mark.parametrize(("count", "least"), [(0, 0), (4, 0), (5, 5), (9, 5), (10, 10)])
    def test_figure_that_would_point_at_people_is_not_told(
        self, world: World, count: int, least: int
    ) -> None:
        self.reported(world, count, is_member=True)

        found = cadre_report_ins(HERE, HERE + 1, TODAY).reported_in
        assert (found, found.is_small) == (Told(least, 5), count < 5)

    @pytest.mark.req("R2.5")
    def test_the_place_above_minus_the_neighbors_gives_nobody_away(self, world: World) -> None:
        self.reported(world, 7, is_member=True)
        alone = cadre_report_ins(TOWNSHIP, TOWNSHIP + 1000, TODAY)
        self.reported(world, 1, is_member=True, first=20, place=NEXT_DOOR)

        assert cadre_report_ins(TOWNSHIP, TOWNSHIP + 1000, TODAY) == alone

    @pytest.mark.req("R2.5")
    def test_what_a_unit_declares_is_told_no_closer(self, world: World) -> None:
        ResidentUnit.objects.filter(pk=world.unit.pk).update(declared_cadre_count=3)

        assert cadre_report_ins(HERE, HERE + 1, TODAY).declared.is_small

    def test_a_place_may_ask_for_more_care(self, world: World) -> None:
        self.reported(world, 9, is_member=True)
        in_steps_of(10, COUNTY)

        assert cadre_report_ins(HERE, HERE + 1, TODAY).reported_in == Told(0, 10)

    def test_only_linked_units_declare(self, world: World) -> None:
        other = make_unit("成都市第二中学", uscc="12510107450716225H")
        other.linked_at = None
        other.save()

        assert cadre_report_ins(COUNTY, COUNTY + 1_000_000, TODAY).declared.least == 20
