"""The grid code as the simulated vehicle's inverter performs it (IEEE 1547-2018)."""
