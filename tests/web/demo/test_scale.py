"""The demo of other places and of another size."""

from collections import Counter

import pytest

from muster.people.enums import ForceClass
from muster.people.models import Person
from muster.territory.models import Division
from muster.web.demo import build
from muster.web.demo.census import bands_of

from .conftest import AT, JINLI, STREET, VILLAGE

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("street")
def test_scale_makes_it_smaller_and_leaves_nobody_out() -> None:
    summary = build(STREET, 7, 0.1, in_motion=False, at=AT)

    assert summary.volunteers < bands_of(JINLI).volunteers_among(3200) / 5
    classes = Counter(Person.objects.filter(division_code=VILLAGE).values_list("force_class", flat=True))
    assert min(classes.values()) >= 1
    assert classes[ForceClass.COMMITTEE_MEMBER] == 2


@pytest.mark.usefixtures("street")
def test_build_of_one_community_works_as_well() -> None:
    summary = build(JINLI, 7, 0.1, in_motion=False, at=AT)

    assert (summary.communities, summary.stage_code) == (1, JINLI)
    assert not Person.objects.filter(division_code=VILLAGE).exists()


@pytest.mark.usefixtures("street")
def test_build_of_a_place_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(Division.DoesNotExist):
        build(510199999000, 7, at=AT)
