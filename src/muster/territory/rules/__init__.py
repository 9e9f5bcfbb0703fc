"""Decisions about places on plain values: codes, names, head counts and positions."""

from muster.territory.rules.codes import ancestors_of, inside, parent_of, range_of

__all__ = ["ancestors_of", "inside", "parent_of", "range_of"]
