"""Ways around a stop that people, wires and outages find; none of them may lead back to energy."""

import pytest

from tests.unit.linked_wall import LinkedWall, exporting_wall, settings_with
from tests.unit.safety_bench import again, charging_wall, press, reset_from_afar
from tests.unit.wall import LONGEST_STEP_MS, Wall
from wattback import commands
from wattback.fault_table import FAULTS
from wattback.limits import OWNER_SITE
from wattback.retained import FAULTS_LATCHED, RETRIES, WORDS

NAMES = [row[0] for row in FAULTS]


def latched(*names: str) -> list[int]:
    """Retained words of a unit that kept these rows."""
    words = [0] * WORDS
    words[FAULTS_LATCHED] = sum(1 << NAMES.index(name) for name in names)
    return words


# --- a button that is stuck ---


@pytest.mark.parametrize("row", ["emergency_stop", "disconnect_open", "ground_fault_latch"])
def test_a_reset_button_that_is_stuck_down_resets_nothing_after_a_power_cut(row: str) -> None:
    wall = Wall(retained=latched(row))
    wall.vehicle = "C"
    wall.hold = {"reset_pressed": 1}
    wall.run(30_000)
    assert (wall.faults, wall.closed) == ([row], False)
    wall.hold = {}
    wall.run(100)
    press(wall)
    wall.until_state("charging", 60_000)


# --- a master that resets again and again ---


@pytest.mark.parametrize("row", ["ground_fault", "ground_fault_early", "ground_fault_latch"])
def test_no_reset_from_afar_closes_on_a_leak_again(row: str) -> None:
    wall = Wall(retained=latched(row))
    wall.vehicle = "C"
    for _ in range(30):
        reset_from_afar(wall)
        wall.run(1_000)
    assert (wall.faults, wall.state) == ([row], "fault")
    press(wall)
    wall.until_state("charging", 60_000)


def test_a_leak_that_shows_while_another_cause_opens_is_locked_out_too() -> None:
    wall = charging_wall()
    wall.vehicle = "B"
    wall.tick()
    wall.tick()
    wall.hold = {"ground_fault_latched": 1}
    wall.run(500)
    assert "ground_fault_early" in wall.faults


# --- the pilot after a restart ---


def test_a_moment_of_state_a_after_a_restart_is_no_unplug() -> None:
    wall = Wall(retained=latched("ground_fault_early"))
    wall.vehicle = "C"
    wall.run(3_000)
    for _ in range(20):
        wall.vehicle = "A"
        wall.run(400)
        wall.vehicle = "C"
        wall.run(1_000)
    assert wall.faults == ["ground_fault_early"]
    wall.vehicle = "A"
    wall.run(700)
    assert wall.faults == []


# --- outages ---


def test_a_street_that_was_held_back_does_not_come_back_as_a_step() -> None:
    values = settings_with(restart_delay_s=60, restart_ramp_s=60)
    wall = Wall(values)
    wall.vehicle = "C"
    wall.until_state("charging")
    wall.obeys = True
    queue = wall.connector.queue
    assert queue.put(commands.COMMAND_SET_LIMIT, OWNER_SITE, 0, 0, 0) == commands.ACCEPTED
    wall.until_open()
    wall.run(30_000)
    after = again(wall, chance=1 << 14, restart_delay_s=60, restart_ramp_s=60)
    after.run(20_000)
    assert after.waits == ["restart_delay"]
    after.until_state("charging", 60_000)
    assert after.connector.status.offered_ma < 8_000


def test_a_row_that_hides_the_vehicle_hides_no_outage() -> None:
    wall = charging_wall()
    words = list(wall.connector.retained)
    words[FAULTS_LATCHED] = 1 << NAMES.index("ground_fault_latch")  # a pilot at −12 V
    after = Wall(settings_with(restart_delay_s=1_800), words, chance=1 << 14)
    after.vehicle = "C"
    after.run(60_000)
    press(after)
    after.run(60_000)
    # The press that ends the fault also ends the wait, and not the ramp.
    assert after.connector.status.import_limit_owner == 8


# --- what a linked vehicle is told ---


@pytest.mark.parametrize("field", ["emergency_stopped", "handle_loose"])
def test_a_vehicle_that_must_stop_is_told_no_power_either_way(field: str) -> None:
    wall = LinkedWall(settings_with(proximity_profile=1))
    wall.hold = {"proximity_ohm": 150}
    wall.vehicle = "C"
    wall.until_state("charging")
    wall.run(2_000)
    assert wall.target_w < -5_000
    wall.hold = {"proximity_ohm": 150, field: 1}
    wall.stubborn_w = -2_000
    wall.run(1_200)
    assert (wall.target_w, wall.state) == (
        0,
        "fault" if field == "emergency_stopped" else "stopping",
    )
    wall.stubborn_w = 0
    wall.run(2_000)  # the contactor has opened, and the vehicle must still not charge
    assert (wall.target_w, wall.closed) == (0, False)


def test_a_state_d_that_nobody_ventilates_ends_an_export() -> None:
    wall = exporting_wall(4_000)
    assert wall.closed
    wall.vehicle = "D"
    wall.run_until(lambda: not wall.closed, 10_000)
    assert wall.faults == []


# --- counts of one vehicle ---


def test_the_next_vehicle_does_not_inherit_the_retries_of_the_last() -> None:
    words = [0] * WORDS
    words[RETRIES] = 4
    wall = Wall(retained=words)
    wall.vehicle = "C"
    wall.until_state("charging", 60_000)
    assert wall.connector.retained[RETRIES] == 4
    wall.vehicle = "A"
    wall.until_state("idle")
    wall.run(1_000)
    assert wall.connector.retained[RETRIES] == 0


def test_readings_below_0_are_no_dead_side_and_no_sound_sensor() -> None:
    wall = Wall()
    wall.vehicle = "C"
    wall.hold = {"load_mv": -100_000}
    for _ in range(30_000 // LONGEST_STEP_MS):
        wall.tick(LONGEST_STEP_MS)
        assert not wall.closed
    leaking = charging_wall()
    leaking.hold = {"residual_ua": -(1 << 28)}
    leaking.until_open(1_000)
