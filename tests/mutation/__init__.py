"""Mutation of the safety files: what one small change of the firmware no test would notice."""
