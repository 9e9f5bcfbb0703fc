"""The kernel has no clock, so its tests measure work, not time."""

from hypothesis import settings

settings.register_profile("kernel", deadline=None)
settings.load_profile("kernel")
