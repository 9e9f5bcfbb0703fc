"""Decisions on plain values, split by noun."""
