"""A drill before its day, over the pages of the product: raised, pledged, named, answered, given back, dispatched."""

from __future__ import annotations

import pytest

from muster.callups.enums import CallUpState
from muster.callups.models import CallUp, Slot
from tests.web.drill.stage import stage

pytestmark = pytest.mark.django_db


def test_raising(village: int) -> None:
    one = stage()
    call = one.opened()

    call_up = CallUp.objects.get(code=call.code)
    assert (call_up.is_drill, call_up.state, call_up.division_code) == (True, CallUpState.HALTED, village)
    assert call.seats == sum(Slot.objects.filter(call_up=call_up).values_list("seats", flat=True)) == 6
    one.mustered(call)
    one.attended(call)
