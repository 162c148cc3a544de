"""The whole unit on the emulated Pico: minutes, not seconds; `make test-pico`."""
