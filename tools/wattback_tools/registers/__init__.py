"""Generates the Modbus register map: firmware tables, host names and document, from one source.

The layout comes from the SunSpec models in JSON, the standard ones out of `pysunspec2` and our own
from `model_64750.json` and `model_64751.json`; `standard_points.py` and `vendor_points.py` say
what each implemented point shows and what a write of it does.
"""

import wattback_sim  # noqa: F401  (its import makes `wattback` importable)
