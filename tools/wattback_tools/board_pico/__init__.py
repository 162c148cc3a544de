"""The circuit around a Raspberry Pi Pico: pin table, errors of the pilot's front end, drawing.

`pins` says what each pin of the firmware is soldered to; `front_end` has the parts and tolerances
that measure the pilot, `thresholds` what the firmware does with the result; `scales` reads the
metering constants out of the firmware. `page` puts the tables into docs/board_pico.md, `drawing`
writes docs/board_pico.svg.
"""
