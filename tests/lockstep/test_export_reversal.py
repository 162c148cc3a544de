"""From +32 A to -32 A and back through zero; and no target but the one that was asked for."""

from itertools import pairwise

from tests.lockstep.exporting import Exporting, on_both

FULL_W = 32 * 240
RAMP_W_PER_S = 4_000
ROUND_S = 0.09  # of the turns, of which the ramp takes one
NEAR_ZERO_W = 300  # of measured power at the tick that shows another sign
LEAST_FLOW_W = 150


def reversal(site: Exporting) -> None:
    site.until_is("session_state", "charging", 15.0)
    site.write(WSet=-FULL_W, WSetEna=1)
    site.until_exports(-FULL_W)
    site.run(2.0)
    began_s = site.now_s
    site.write(WSet=FULL_W)
    site.until_exports(FULL_W)
    site.run(2.0)
    site.write(WSet=-FULL_W)
    site.until_exports(-FULL_W)
    site.run(2.0)

    amps = [ma / 1000 for ma in site.numbers("current_ma", began_s)]
    assert -32.8 < min(amps) < -31.2
    assert 31.2 < max(amps) < 32.8
    told = site.numbers("target_w", began_s)
    highest = told.index(max(told))
    assert told[: highest + 1] == sorted(told[: highest + 1])
    assert told[highest:] == sorted(told[highest:], reverse=True)
    step_w = RAMP_W_PER_S * ROUND_S
    assert all(abs(after - before) <= step_w for before, after in pairwise(told))
    assert crossings(told) == 2
    assert all(abs(w) <= step_w for w in around_zero(told))

    flowing = site.numbers("power_w", began_s)
    assert crossings([w for w in flowing if abs(w) > LEAST_FLOW_W]) == 2
    assert all(abs(w) < NEAR_ZERO_W for w in around_zero(flowing))
    states = site.column("session_state", began_s)
    changes = [state for one, state in pairwise(["", *states]) if state != one]
    assert changes == ["charging", "discharging", "charging"]
    assert set(site.column("contactor_confirmed", began_s)) == {"1"}
    assert set(site.column("pilot_state", began_s)) == {"C"}
    assert set(site.column("faults")) == {""}


def crossings(values: list[int]) -> int:
    """How often the sign changes."""
    signs = [value > 0 for value in values]
    return sum(one != other for one, other in pairwise(signs))


def around_zero(values: list[int]) -> list[int]:
    """The values on both sides of each change of sign."""
    return [
        value
        for one, other in pairwise(values)
        if (one > 0) != (other > 0)
        for value in (one, other)
    ]


def test_32_a_either_way_and_back_through_zero() -> None:
    on_both(reversal)


def test_an_enable_before_its_set_point_never_follows_the_old_one() -> None:
    """The order of a real utility-side client: `WSetEna`, and then `WSetMod` with `WSet`."""

    def script(site: Exporting) -> None:
        site.until_is("session_state", "charging", 15.0)
        site.write(WSet=9_000, WSetEna=1)
        site.until_exports(9_000)
        site.write(WSetEna=0)
        site.until_is("session_state", "charging", 15.0)
        site.run(5.0)
        began_s = site.now_s
        site.write(WSetEna=1)
        site.run(2.0)
        site.write_together(WSetMod="watts", WSet=-3_000)
        site.until_exports(-3_000)
        told = site.numbers("target_w", began_s)
        assert max(told) == told[-1] == -3_000
        owners = site.column("target_owner", began_s)
        assert owners == sorted(owners), "nobody's, and then the programme's"
        assert owners.count("none") * 0.01 >= 2.0

    on_both(script)
