"""Personal data as most pages show it: enough to recognize, too little to use; and what is left of it after its end."""

from datetime import datetime
from typing import Any

from muster.people.enums import Sex


def masked_phone(phone: str) -> str:
    """138****1234, with or without +86; "" stays ""."""
    digits = phone.removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}" if digits else ""


def masked_name(name: str) -> str:
    """陈*英, 陈* for two characters; longer names show no more and not how long they are."""
    if len(name) <= 2:
        return f"{name[:1]}*" if name else ""
    return f"{name[0]}*{name[-1]}" if len(name) == 3 else f"{name[0]}**{name[-1]}"


def masked_id_number(value: str) -> str:
    """The first three and the last two characters: the birth date and the sequence stay hidden."""
    return f"{value[:3]}*************{value[-2:]}" if value else ""


def masked_address(address: str) -> str:
    """The street, up to the first number."""
    street = address
    for place, character in enumerate(address):
        if character.isdigit() or character in "一二三四五六七八九十":
            street = address[:place]
            break
    return f"{street[:20]}***" if address else ""


def erased_values(at: datetime) -> dict[str, Any]:
    """The columns of a person who was erased at that time."""
    return {
        "name": "—",
        "search_keys": [],
        "sex": Sex.UNKNOWN,
        "birth_on": None,
        "id_number": "",
        "id_number_index": None,
        "phone": "",
        "phone_index": None,
        "address": "",
        "lon": None,
        "lat": None,
        "is_party_member": False,
        "erased_at": at,
    }
