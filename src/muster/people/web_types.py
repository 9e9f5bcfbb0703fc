"""The request as views see it; the packages below people take it from the toolkit."""

from muster.toolkit.requests import ActorRequest

__all__ = ["ActorRequest"]
