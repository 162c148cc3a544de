"""Exploration: the shipped connector driven from snapshots through all orders of chosen events."""
