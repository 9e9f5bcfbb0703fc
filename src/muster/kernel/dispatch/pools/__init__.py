"""Dispatch for a whole province: who stands where, proved the best over every community and every seat.

People of one community form pools, so that one flow over a few million arcs answers for a billion pairs. Arrays in,
arrays out; `docs/reference/dispatch.md` has the model.
"""
