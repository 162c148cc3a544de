"""The budget of the console on the emulated Pico: microseconds a step."""

from tests.pico.console_steps import STEP_LIMIT_US, measure_steps


def test_no_step_is_too_long_and_a_quiet_one_allocates_nothing() -> None:
    costs, left_bytes = measure_steps()
    print(f"\n{'traffic':24}{'steps':>6}{'worst':>8} µs")
    for cost in costs:
        print(f"{cost.name:24}{cost.steps:6}{cost.worst_us:8,}")
    slow = {cost.name: cost.worst_us for cost in costs if cost.worst_us > STEP_LIMIT_US}
    assert not slow, f"over {STEP_LIMIT_US} µs a step: {slow}"
    assert left_bytes == 0
