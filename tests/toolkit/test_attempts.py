"""One order of things behind every form: the form first, then the deed, and a refusal beside the field it is about."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django import forms

from muster.toolkit.attempts import attempt
from muster.toolkit.refusal import Refused


class HeadsForm(forms.Form):
    heads = forms.IntegerField(min_value=1)


def pledge(*, heads: int, actor: str) -> str:
    """A deed that has room for three."""
    if heads > 3:
        raise Refused("too_many", "There is room for three.")
    return f"{actor}: {heads}"


def test_a_good_form_does_the_deed_with_what_it_holds() -> None:
    form = HeadsForm({"heads": "3"})

    done = attempt(form, pledge, actor="周敏")

    assert (done.failed, done.status, done.result) == (False, HTTPStatus.OK, "周敏: 3")


@pytest.mark.parametrize("heads", ["", "0", "many"])
def test_a_wrong_form_does_nothing(heads: str) -> None:
    done = attempt(HeadsForm({"heads": heads}), lambda **_: pytest.fail("the deed was done"))

    assert (done.failed, done.status, done.results) == (True, HTTPStatus.UNPROCESSABLE_ENTITY, ())


@pytest.mark.parametrize(("blame", "field"), [("heads", "heads"), (None, "__all__")])
def test_a_refusal_is_said_where_it_belongs(blame: str | None, field: str) -> None:
    form = HeadsForm({"heads": "4"})

    done = attempt(form, pledge, blame=blame, actor="周敏")

    assert (done.failed, done.status) == (True, HTTPStatus.CONFLICT)
    assert form.errors == {field: ["There is room for three."]}


def test_anything_but_a_refusal_is_a_bug_and_falls_through() -> None:
    with pytest.raises(ZeroDivisionError):
        attempt(HeadsForm({"heads": "1"}), lambda **facts: facts["heads"] / 0)
