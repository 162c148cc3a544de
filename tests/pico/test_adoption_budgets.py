"""The budget of an adoption on the emulated Pico: microseconds a step, and of the tick."""

from tests.pico.adoption_steps import measure_adoptions
from tests.pico.console_steps import STEP_LIMIT_US
from tests.pico.core_phases import TICK_LIMIT_US


def test_no_step_of_an_adoption_is_too_long_nor_is_its_tick() -> None:
    costs = measure_adoptions()
    print(f"\n{'steps':>6}{'worst':>8} µs{'tick':>8} µs")
    for cost in costs:
        print(f"{cost.steps:6}{cost.worst_us:8,}   {cost.tick_us:8,}")
    assert [cost.function for cost in costs] == [16, 16]
    assert all(0 < cost.tick_us <= TICK_LIMIT_US for cost in costs)
    assert all(cost.worst_us <= STEP_LIMIT_US for cost in costs)
