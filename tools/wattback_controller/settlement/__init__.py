"""Settlement: what the owner is paid for the energy that a month's events took from the vehicle.

Records go in (intervals, participations, events, a tariff), a statement comes out; nothing here
opens the store, reads a clock or talks to anyone. `tariff_file` reads what the programme pays,
`settle` works it out line by line, `table`, `csv_file` and `page` show it, `ocmf` signs what was
metered.
"""
