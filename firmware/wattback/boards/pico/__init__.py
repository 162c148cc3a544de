"""A Raspberry Pi Pico (RP2040, or RP2350 by the same code) with the circuit of docs/board_pico.md.

`pins` is the wiring, `board` the contract of `wattback.boards`, `unit` what runs it all. What runs
in the tick's interrupt allocates nothing; what is for the service plane says so.
"""
