"""The serial console: readable lines for people, SMP frames for programs, on one wire."""
