"""The utility's side of the controller: a VEN of OpenADR 3.1, with no trust in what it is told.

`programme` is what a control loop steps. Below it: `client` (the network), `events` (from JSON to
records), `plausibility` and `memory` (what is believed), `registration` and `reports`.
"""
