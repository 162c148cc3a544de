"""Coverage-guided fuzzing of the firmware's ports, in process on CPython, the same at every run."""
