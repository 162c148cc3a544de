"""Generates docs/backup.md: the steps of an outage and of the return, from the firmware."""

import wattback_sim  # noqa: F401  (puts the firmware on the import path)
