from muster.people.rules.ages import AgeLimits, age_on, check_age, may_serve_in_emergency
from muster.people.rules.identity import IdNumber, Phone, parse_id_number, parse_name, parse_phone
from muster.people.rules.indexes import id_number_index, name_keys, phone_index
from muster.people.rules.masking import (
    erased_values,
    masked_address,
    masked_id_number,
    masked_name,
    masked_phone,
)

__all__ = [
    "AgeLimits",
    "IdNumber",
    "Phone",
    "age_on",
    "check_age",
    "erased_values",
    "id_number_index",
    "masked_address",
    "masked_id_number",
    "masked_name",
    "masked_phone",
    "may_serve_in_emergency",
    "name_keys",
    "parse_id_number",
    "parse_name",
    "parse_phone",
    "phone_index",
]
