"""After a change of keys or of suite: seal every value anew, and index people anew."""

from collections.abc import Iterator

from django.apps import apps
from django.db import models, transaction
from django.db.models import F, Q, TextField
from django.db.models.functions import Cast

from muster.people.models import Person
from muster.people.rules import id_number_index, name_keys, phone_index
from muster.toolkit import crypto
from muster.toolkit.fields import EncryptedTextField

BATCH = 500


def sealed_fields() -> list[tuple[type[models.Model], list[str]]]:
    """Every model with sealed fields, and their names."""
    found = []
    for model in apps.get_models():
        names = [field.name for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)]
        if names:
            found.append((model, names))
    return found


def reencrypt() -> Iterator[int]:
    """Seal again what the writing key and suite of now did not seal; yields the rows done after each batch.

    It may be stopped and started again at any time, and runs beside a working copy: both keys are in the ring meanwhile.
    When it ends, no row is left: rows that others hold are passed over first and waited for at the end.
    """
    done = 0
    for model, names in sealed_fields():
        while True:
            with transaction.atomic():
                stale = _stale(model, names)
                rows = list(stale.select_for_update(skip_locked=True)[:BATCH]) or list(
                    stale.select_for_update()[:BATCH]
                )
                for row in rows:
                    row.save(update_fields=names)
            if not rows:
                break
            done += len(rows)
            yield done


def reindex() -> Iterator[int]:
    """Compute every blind index of people again, after the oldest key left the ring or the hash changed.

    Stop the web and the worker first: until it ends, a search may miss a person and a registration make a second one.
    """
    done, last = 0, 0
    while True:
        with transaction.atomic():
            people = list(
                Person.objects.select_for_update().filter(pk__gt=last, erased_at=None).order_by("pk")[:BATCH]
            )
            for person in people:
                person.phone_index = phone_index(person.phone) if person.phone else None
                person.id_number_index = id_number_index(person.id_number) if person.id_number else None
                person.search_keys = name_keys(person.name)
            Person.objects.bulk_update(people, ["phone_index", "id_number_index", "search_keys"])
        if not people:
            return
        done, last = done + len(people), people[-1].pk
        yield done


def _stale(model: type[models.Model], names: list[str]) -> models.QuerySet[models.Model]:
    """The rows with a value under another key or suite; read as stored text, which the field itself would open."""
    wanted = Q()
    stored = {f"stored_{name}": Cast(F(name), TextField()) for name in names}
    for name in stored:
        wanted |= ~Q(**{name: ""}) & ~Q(**{f"{name}__startswith": crypto.current_head()})
    rows: models.QuerySet[models.Model] = model._default_manager.annotate(**stored)
    return rows.filter(wanted).order_by("pk")
