"""Backup: the vehicle keeps the home alive in an outage, behind the open switch of a gateway."""
