"""The firmware on an emulated Pico: a stock image, exact cycle and byte counts."""
