"""A deed behind a form: done, or the form comes back with what is wrong with it. One order of things for every view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Generic, TypeVar

from django import forms

from muster.toolkit.refusal import Refused

Result = TypeVar("Result")


@dataclass(frozen=True)
class Attempt(Generic[Result]):
    """What came of it: OK with what the deed returned, 422 where the form was wrong, 409 where the deed was refused."""

    status: HTTPStatus
    results: tuple[Result, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the form goes back to the person."""
        return self.status != HTTPStatus.OK

    @property
    def result(self) -> Result:
        """What the deed returned; only of one that was done."""
        return self.results[0]


def attempt(
    form: forms.Form, deed: Callable[..., Result], *, blame: str | None = None, **facts: object
) -> Attempt[Result]:
    """Does `deed` with `facts` and what the form holds, once that is right. A refusal is said beside the field `blame`."""
    if not form.is_valid():
        return Attempt(HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        return Attempt(HTTPStatus.OK, (deed(**facts, **form.cleaned_data),))
    except Refused as refused:
        form.add_error(blame, refused.message)
        return Attempt(HTTPStatus.CONFLICT)
