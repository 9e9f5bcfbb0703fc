from muster.people.rules.indexes import id_number_index, name_keys, phone_index

__all__ = ["id_number_index", "name_keys", "phone_index"]
