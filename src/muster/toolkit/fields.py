"""Model fields that no domain owns."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact

from muster.toolkit import crypto


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # the stubs' two type arguments add nothing here
    """Text that is sealed on its way into the database and opened on its way out; "" stays "".

    Stored as text, not bytes: a BinaryField would turn off Django's UNNEST in bulk_create (one INSERT, five times faster).
    """

    place = ""

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        self.place = f"{cls._meta.db_table}.{name}"

    def get_prep_value(self, value: Any) -> Any:
        return crypto.encrypt(str(value), place=self.place) if value else ""

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return crypto.decrypt(value, place=self.place) if value else value


@EncryptedTextField.register_lookup
class EmptyOnly(Exact):
    """A sealed value differs each time it is sealed, so it cannot be looked for; only "" can."""

    def get_prep_lookup(self) -> Any:
        if self.rhs:
            raise FieldError("A sealed field is found by its blind index, not by its value.")
        return ""
