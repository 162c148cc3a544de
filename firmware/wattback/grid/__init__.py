"""The grid code (IEEE 1547-2018): when a source may be on the grid, and when it must leave it."""
