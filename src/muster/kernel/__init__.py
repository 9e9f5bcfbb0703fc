"""Algorithms with a name, in plain Python: dispatch, eligibility, hours, codes, calling.

Nothing here knows Django, reads a clock or throws dice: the caller passes the time and the facts, ids
stand for objects, frozen dataclasses come back. The same input always gives the same output.
"""
