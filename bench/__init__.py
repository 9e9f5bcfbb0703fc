"""Measurements: one file per benchmark, each beside its baseline in the same run."""
