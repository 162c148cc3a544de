"""The statement of an evening in Texas equals a calculation by hand, line by line."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pytest

from tests.programme.texas_evening import ALERT, FIRST, NAMES, SECOND, STARTS, Evening, play

# ERCOT, HB_NORTH, day-ahead, the hour from 18:00 on 15 February 2021, of which the owner has 90 %.
PRICE_PER_MWH = Decimal("7152.52")
SHARE = Decimal("0.90")
RAMP_W_PER_S = 500  # target_ramp_w_per_s, by default
pytestmark = pytest.mark.timeout(1500)  # three connectors for an hour, beside other tests

CHARGING_W = 6300  # a third of 80 A, at the voltage that is left
# An event that ends under power ends between two readings, about a second apart, and what the
# register read there is found between them: at 9 kW, to 2.5 Wh.
WITHIN_WH = 3


def test_an_evening_in_texas(tmp_path: Path, subtests: pytest.Subtests) -> None:
    evening = play(tmp_path)
    for sentence in SENTENCES:
        with subtests.test(sentence.__name__):
            sentence(evening)


def credit_by_hand(energy_wh: int) -> Decimal:
    exact = Decimal(energy_wh) / 1000 * PRICE_PER_MWH / 1000 * SHARE
    return exact.quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def energy_by_hand_wh(power_w: int, lasts_s: int) -> float:
    """Up by the ramp from charging, through zero, to a power, and at it until the end."""
    silent_s = CHARGING_W / RAMP_W_PER_S
    ramp_s = power_w / RAMP_W_PER_S
    return (power_w * (lasts_s - silent_s - ramp_s) + power_w * ramp_s / 2) / 3600


def registers_wh(evening: Evening, name: str, span: tuple[int, int]) -> int:
    read = evening.exported_wh[name]
    return read[span[0] + span[1]] - read[span[0]]


def paid_as_the_registers_say(evening: Evening, event: str, name: str, energy_wh: int) -> None:
    """One line, of the registers' energy, and its credit to the cent."""
    ((paid_wh, credit),) = lines_of(evening, event, name)
    assert paid_wh == pytest.approx(energy_wh, abs=WITHIN_WH)
    assert credit == credit_by_hand(paid_wh)


def lines_of(evening: Evening, event: str, name: str) -> list[tuple[int, Decimal]]:
    ids = {total.name: total.event for total in evening.statement.events}
    return [
        (line.paid_wh, line.credit)
        for line in evening.statement.lines
        if line.event == ids[event] and line.connector == name
    ]


def the_truths_hold_in_every_tick_of_every_connector(evening: Evening) -> None:
    assert evening.violations == ()


def the_first_event_is_paid_as_the_registers_say(evening: Evening) -> None:
    for name in ("driveway", "street"):
        energy_wh = registers_wh(evening, name, FIRST)
        # 6 kW each, and 9 kW each once the third has reached its reserve.
        assert energy_by_hand_wh(6000, FIRST[1]) - 5 <= energy_wh
        assert energy_wh <= energy_by_hand_wh(9000, FIRST[1])
        paid_as_the_registers_say(evening, "first", name, energy_wh)


def a_reserve_ends_the_part_of_its_connector_and_the_others_take_over(
    evening: Evening,
) -> None:
    parts = [part for part in evening.parts if part.connector == "garage"]
    part = parts[0]
    assert part.stopped == "reserve"
    # It does not come and go: once more for the alert, once for the second event.
    assert [part.stopped for part in parts[1:]] == ["event_ended", "reserve"]
    ended_s = part.end_s - int(STARTS.timestamp())
    assert FIRST[0] < ended_s < FIRST[0] + FIRST[1]
    assert part.least_soc_bp >= part.reserve_bp
    ((paid_wh, credit),) = lines_of(evening, "first", "garage")
    energy_wh = registers_wh(evening, "garage", FIRST)
    assert energy_wh - 5 <= paid_wh <= energy_wh  # what flows while it is cut off is not paid
    assert credit == credit_by_hand(paid_wh)
    later_s = ended_s // 30 * 30 + 60
    powers = {name: evening.powers_w[name][later_s] for name in NAMES}
    assert powers["garage"] == pytest.approx(0, abs=50)  # and it does not charge either
    assert powers["driveway"] == pytest.approx(9000, abs=50)
    assert powers["street"] == pytest.approx(9000, abs=50)


def an_emergency_stops_all_charging_and_pays_nothing(evening: Evening) -> None:
    for name in NAMES:
        assert evening.powers_w[name][ALERT[0]] < -1000
        assert evening.powers_w[name][ALERT[0] + 60] == pytest.approx(0, abs=50)
        assert evening.powers_w[name][ALERT[0] + ALERT[1] + 60] < -1000
        assert lines_of(evening, "alert", name) == [(0, Decimal("0.00"))]


def who_stays_out_charges_on_and_has_no_line(evening: Evening) -> None:
    assert evening.powers_w["street"][SECOND[0] + 300] < -1000
    assert lines_of(evening, "second", "street") == []


def a_broken_network_ends_the_export_loses_nothing_and_work_resumes(
    evening: Evening,
) -> None:
    powers = evening.powers_w["driveway"]
    assert powers[50 * 60] > 5000
    assert powers[53 * 60] < 0  # its controller has been silent for more than a minute
    assert powers[59 * 60] > 5000
    energy_wh = registers_wh(evening, "driveway", SECOND)
    paid_as_the_registers_say(evening, "second", "driveway", energy_wh)


def the_total_is_the_sum_of_the_lines_by_hand(evening: Evening) -> None:
    by_hand = sum(
        (credit_by_hand(line.paid_wh) for line in evening.statement.lines), Decimal("0.00")
    )
    assert evening.statement.credit == by_hand
    assert by_hand > 0


def the_audit_log_tells_who_asked_for_what(evening: Evening) -> None:
    told = "\n".join(evening.audit)
    assert "owner: street: asks to stay out of event" in told
    assert "utility: announces event" in told
    assert "controller: driveway does not answer" in told
    assert "controller: driveway answers again" in told
    assert "refuse" not in told


SENTENCES = (
    the_truths_hold_in_every_tick_of_every_connector,
    the_first_event_is_paid_as_the_registers_say,
    a_reserve_ends_the_part_of_its_connector_and_the_others_take_over,
    an_emergency_stops_all_charging_and_pays_nothing,
    who_stays_out_charges_on_and_has_no_line,
    a_broken_network_ends_the_export_loses_nothing_and_work_resumes,
    the_total_is_the_sum_of_the_lines_by_hand,
    the_audit_log_tells_who_asked_for_what,
)
