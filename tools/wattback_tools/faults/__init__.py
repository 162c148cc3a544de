"""Generates docs/faults.md, the fault table for people.

What a fault does and how it ends comes from the firmware's table, its words from
`wattback_sim.fault_texts`, the defaults of the settings it names from the firmware's settings.
"""

import wattback_sim  # noqa: F401  (its import makes `wattback` importable)
