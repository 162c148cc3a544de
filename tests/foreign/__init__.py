"""Programs that nobody here wrote, unmodified, against a served board on MicroPython."""
