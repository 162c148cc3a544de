"""What a board must offer, in words. `sim.py` is the simulated one, `pico/` a Raspberry Pi Pico.

A board is an object with two methods, built before the connector and handed to it:

`drive(outputs)` puts `Outputs` on the wires. The connector calls it first of all with the safe
values (contactor open, pilot −12 V) and then at the end of every tick. The pilot follows at its
next period, the coil at once. `contactor_closed` is a *permission*: the hardware chain
(ground-fault latch, watchdog) cuts the coil without asking, and nothing in software can close it
against the chain.

`sample(inputs)` fills `Inputs` at the start of every tick from measurements that are at most one
tick old; temperatures and the proximity may be a second old, the angles 50 ms. Magnitudes are
saturated below 2^28, so that sums stay small integers. What cannot be measured is not guessed: a
converter or chip that does not answer reads what keeps a contactor open (a dead pilot, no supply,
a temperature that no place can have, a pressed emergency stop), never its last good value.

Both neither wait nor allocate, for they run inside the tick: on real hardware a hard timer
interrupt every 10 ms, wrapped so that any exception opens the contactor and stops feeding the
watchdog.

The board also brings, when it builds the connector:

- *retained memory*: `retained.WORDS` words of 32 bits that outlive a power cut. Read before the
  connector is built, stored again when they have changed, with a lag that the board states; all 0
  when new;
- *settings*: the values of `settings.SETTINGS`, in table order, handed to `load_settings` once;
- *time*: a millisecond counter that wraps at 2^29, handed to `tick`;
- *bytes*: it moves them between its wires and the ports of `service.py`, whose contract stands
  there, with a microsecond counter that wraps at 2^29 as well;
- *identity*: the serial number of the unit;
- *the reset's cause*, in the words of `resets.py`;
- *random bits*, 30 of them, others for each unit and each start.

Commands from ports and people go to `connector.queue`, never to the parts; what the connector
tells is `connector.status` and `connector.report`. The vehicle link alone has an inbox of its own,
`connector.vehicle.inbox`, because its messages are measurements, not commands.
"""
