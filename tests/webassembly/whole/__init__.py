"""Scenarios for two floors at once: `make test-webassembly`, whose plugin makes boards of two."""
