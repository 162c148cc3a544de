"""The firmware on the 32-bit MicroPython for WebAssembly, in lock-step with the unix port."""

import wattback_sim  # noqa: F401  (its import makes `wattback` importable)
