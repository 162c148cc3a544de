"""An emulated Raspberry Pi Pico with the circuit of docs/board_pico.md around it.

`chip` is the emulator with its flash written; `circuit` what is soldered to it, out of a
`metering` chip, an `fram_chip`, the `pilot_line` and serial `lines`; `probe` reads the firmware's
memory as a debug probe would. Times are cycle counts of the emulated chip and repeat exactly.
"""
