"""Coverage-guided fuzzing of the firmware's ports, on CPython, the same at every run."""
