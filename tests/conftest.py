"""What all tests share: the firmware is importable, and hypothesis repeats itself exactly."""

from hypothesis import settings

import wattback_sim  # noqa: F401  (its import makes `wattback` importable)

# The same examples on every machine and every run: a test that fails somewhere fails everywhere.
settings.register_profile("default", derandomize=True, deadline=None, max_examples=100)
# For a search beyond them: pytest --hypothesis-profile=search
settings.register_profile("search", deadline=None, max_examples=5000)
settings.load_profile("default")
