"""The zone that a connector alone is blind in, stated and scanned (phasor model).

Shares of the load's own power: it is what the frequency goes by, as the voltage goes by what the
load takes beyond what is fed.
"""

import pytest

from tests.unit.island_zone import LIMIT_MS, Supervision, parted_ms

STEP = 0.005
VARS = [STEP * number for number in range(-30, 31)]
# Of active power that the load takes beyond what is fed; below it OV2 ends every export, beyond
# it is a dip.
WATTS = [-0.30, -0.15, 0.0, 0.2, 0.5, 1.0, 2.0, 2.9]
OVER = -0.31  # 1.20 pu is a load of 69.4 %
# Of the reactive power, by the category of the site: lowest and highest share not seen in 2 s.
ZONES = {
    Supervision(1): (-0.010, 0.010),
    Supervision(2): (-0.020, 0.020),
    Supervision(3): (-0.030, 0.030),
    Supervision(1, passive=False): (-0.110, 0.065),
    Supervision(2, passive=False): (-0.110, 0.065),
    Supervision(3, passive=False): (-0.110, 0.065),
}
NAMES = {zone: f"{zone.category}{'' if zone.passive else ', must-trips alone'}" for zone in ZONES}
each_zone = pytest.mark.parametrize("supervision", ZONES, ids=NAMES.values())


def picture(supervision: Supervision, more_w: float) -> str:
    """From the lowest share of reactive power to the highest: "." blind, "x" seen."""
    seen = (parted_ms(supervision, more_w, share * (1.0 + more_w)) for share in VARS)
    return "".join("." if ms is None else "x" for ms in seen)


@pytest.mark.covers("6.6 passive supervision")
@each_zone
def test_the_zone_that_a_connector_alone_is_blind_in_is_the_stated_one(
    supervision: Supervision,
) -> None:
    low, high = ZONES[supervision]
    stated = "".join("." if low - 1e-9 <= share <= high + 1e-9 else "x" for share in VARS)
    print(f"\ncategory {NAMES[supervision]}; reactive −15 … 15 %, steps of 0.5 %")
    for more_w in WATTS:
        drawn = picture(supervision, more_w)
        print(f"{more_w:+5.0%} {drawn}")
        assert drawn == stated
    assert "." not in picture(supervision, OVER)


@each_zone
def test_what_is_seen_is_left_within_2_s_and_mostly_in_half_a_second(
    supervision: Supervision,
) -> None:
    times = [parted_ms(supervision, 0.0, share) for share in VARS]
    seen = [ms for ms in times if ms is not None]
    assert max(seen) <= LIMIT_MS
    assert max(seen) <= 500


@pytest.mark.parametrize(("category", "longest_ms"), [(1, 300), (2, 300), (3, 2_150)])
def test_below_half_of_the_voltage_the_must_trips_alone_count(
    category: int, longest_ms: int
) -> None:
    # What is fed may be a dip, in which there may be no frequency. A load of 5.1 times is
    # 0.443 pu: UV2's time begins when the voltage has got there.
    supervision = Supervision(category)
    uv2_ms = parted_ms(supervision, 4.1, 0.0, longest_ms)
    assert uv2_ms == parted_ms(Supervision(category, passive=False), 4.1, 0.0, longest_ms)
    assert uv2_ms is not None
    assert uv2_ms > longest_ms - 150
    if category < 3:  # their UV2 is at 0.45 pu: above it UV1 is left, with 2 s of its own
        uv1_ms = parted_ms(supervision, 3.1, 0.0, 10_000)
        assert uv1_ms is not None
        assert LIMIT_MS < uv1_ms <= LIMIT_MS + 20
