"""Settings of the grid code over Modbus: written by whom, judged how, in force when."""

from typing import Any

import pytest

from tests.unit.linked_wall import settings_with
from tests.unit.modbus_bench import LONGEST_ADOPTION, ModbusBench, StillBench, write_request
from tests.unit.modbus_points import PLAN, SINGLE, name_of, whole, words_for
from tests.unit.modbus_ports import RtuWire, rtu
from tests.unit.wall import Wall
from wattback.grid.categories import fitting
from wattback.modbus.tables import ADOPTED, SETS
from wattback.settings import AT_ADOPTION, SETTINGS, Settings
from wattback_sim.register_map import Value, find_point
from wattback_tools.registers.plan import Row

NAMES = [row[0] for row in SETTINGS]
LIMITS = {row[0]: row[2:4] for row in SETTINGS}
ADOPTABLE = [row[0] for row in SETTINGS if row[4] == AT_ADOPTION]
SINGLES = [row for row in SINGLE if row.source and row.record == "adopted"]
DRAFTS = [row for row in SINGLE if row.source and row.source.order == "draft"]
REQUESTS = [row for row in SINGLE if row.record == "adoption"]
SET_OF = {705: "Crv", 706: "Crv", 711: "Ctl", 712: "Crv"} | dict.fromkeys(range(707, 711), "Crv")

# Which end of a range the other defaults, or category III, do not go with: 0 the lowest.
NOT_ALONE = {
    **{f"volt_var_{name}_bp": (0, 1) for name in ("reference", "v1", "v2", "v3", "v4")},
    "volt_watt_v2_bp": (0,),
    "trip_uv1_ms": (0,),
    "trip_uv2_ms": (0,),
    "watt_var_p1_bp": (1,),
    "watt_var_p3_bp": (0,),
}


def values_of(bench: StillBench | ModbusBench) -> dict[str, int]:
    settings = bench.connector.settings
    return {name: getattr(settings, name) for name in NAMES}


def draft(model: int, name: str) -> str:
    return f"{model}.{SET_OF[model]}[2].{name}"


def adopt(bench: StillBench | ModbusBench, model: int) -> Value:
    """Ask for it; the result."""
    req, result = ("AdptCtlReq", "AdptCtlRslt") if model == 711 else ("AdptCrvReq", "AdptCrvRslt")
    assert bench.write({f"{model}.{req}": 2}) == 0
    return bench.read(f"{model}.{result}")


def test_every_setting_of_the_grid_code_can_be_written_and_no_other() -> None:
    assert {row.source.setting for row in SINGLES + DRAFTS if row.source} - {""} == set(ADOPTABLE)
    assert len(REQUESTS) == len(SETS) // 3 == len(SET_OF)
    shown = {ADOPTED[at + 3] for at in range(0, len(ADOPTED), 5) if ADOPTED[at + 4] < 254}
    assert {NAMES[index] for index in shown} == set(ADOPTABLE)


def test_both_sets_begin_as_what_is_in_force() -> None:
    bench = StillBench()
    for row in PLAN.rows:
        name = name_of(row)
        first = "[1]." in row.point.name.split(".")[0] + "."
        if first and row.source and not row.point.name.endswith("ReadOnly"):
            assert bench.read(name) == bench.read(name.replace("[1]", "[2]", 1)), name
        if row.source and row.record == "adopted" and not row.source.which:
            scaled = getattr(bench.connector.settings, row.source.setting)
            words = bench.words(row.point.address, row.point.registers)
            assert words == words_for(row, scaled), name


# --- one by one ---


@pytest.mark.parametrize("row", SINGLES, ids=name_of)
def test_a_single_setting_takes_effect_with_its_write(row: Row) -> None:
    assert row.source is not None
    bench = StillBench()
    name, which = row.source.setting, row.source.which
    before = values_of(bench)
    for value in (1, 0) if which else LIMITS[name]:
        assert bench.write_words(row.point.address, words_for(row, value)) == 0
        expected = (which if value else 0) if which else value
        assert values_of(bench) == before | {name: expected}
    version, fits = bench.adopted[-1]
    assert version == bench.connector.settings.version()
    assert fits == fitting(bench.connector.settings)


def test_one_reactive_function_ends_another_and_none_ends_what_is_not_on() -> None:
    bench = StillBench()
    enables = ("704.PFWInjEna", "704.VarSetEna", "705.Ena", "712.Ena")
    for nth, name in enumerate(enables, 1):
        assert bench.write({name: 1}) == 0
        assert bench.connector.settings.reactive_function == nth
        assert [bench.read(other) for other in enables] == [
            "enabled" if other == name else "disabled" for other in enables
        ]
    assert bench.write({"705.Ena": 0}) == 0
    assert bench.connector.settings.reactive_function == 4
    assert bench.write({"712.Ena": 0}) == 0
    assert bench.connector.settings.reactive_function == 0


def test_what_one_write_covers_takes_effect_together_or_not_at_all() -> None:
    bench = StillBench()
    values: dict[str, Value] = {"703.ESDlyTms": 60, "703.ESRndTms": 30, "703.ESRmpTms": 100}
    assert bench.write(values) == 0
    assert len(bench.adopted) == 1
    settings = bench.connector.settings
    assert settings.enter_service_delay_s == 60
    assert settings.enter_service_random_s == 30
    before = whole(bench)
    assert bench.write(values | {"703.ESDlyTms": 10, "703.ESRmpTms": 0}) == 3
    assert whole(bench) == before
    assert settings.enter_service_delay_s == 60
    assert bench.read("last_refusal") == "out_of_range"


# --- a whole set ---


@pytest.mark.parametrize("row", DRAFTS, ids=name_of)
def test_a_draft_is_in_force_when_it_is_adopted(row: Row) -> None:
    assert row.source is not None
    model = row.point.model
    for end in (0, 1):
        bench = StillBench()
        before = values_of(bench)
        name = row.source.setting
        if not name:
            continue
        value = LIMITS[name][end]
        assert bench.write_words(row.point.address, words_for(row, value)) == 0
        assert values_of(bench) == before
        result = adopt(bench, model)
        assert result == ("failed" if end in NOT_ALONE.get(name, ()) else "completed")
        if result == "failed":
            assert bench.read("last_refusal") == "not_allowed"
            assert values_of(bench) == before
        else:
            assert values_of(bench) == before | {name: value}


@pytest.mark.parametrize("row", DRAFTS, ids=name_of)
def test_a_draft_beyond_its_range_fails_and_changes_nothing(row: Row) -> None:
    assert row.source is not None
    bench = StillBench()
    before = values_of(bench)
    constant = row.source.constant
    low, high = (constant, constant) if constant is not None else LIMITS[row.source.setting]
    signed = row.point.kind in ("int16", "int32")
    for value in (high + 1, low - 1):
        if value < 0 and not signed:
            continue
        assert bench.write_words(row.point.address, words_for(row, value)) == 0
        assert adopt(bench, row.point.model) == "failed"
        assert bench.read("last_refusal") == "out_of_range"
        assert bench.read("refused_address") == row.point.address
        assert values_of(bench) == before
        assert bench.adopted == []


def test_points_that_do_not_go_together_fail_by_the_point_that_shows_it() -> None:
    bench = StillBench()
    assert bench.write({draft(712, "Pt[1].W"): 60.0}) == 0
    assert adopt(bench, 712) == "failed"
    assert bench.read("last_refusal") == "not_allowed"
    assert bench.read("refused_address") == find_point(draft(712, "Pt[2].W")).address
    assert bench.write({draft(712, "Pt[2].W"): 70.0}) == 0
    assert adopt(bench, 712) == "completed"
    assert bench.number("712.Crv[1].Pt[2].W") == 70.0


def test_what_the_category_of_the_site_does_not_have_fails() -> None:
    bench = StillBench()
    bench.connector.settings.abnormal_category = 1
    bench.connector.prepared.abnormal_category = 1
    for settings in (bench.connector.settings, bench.connector.prepared):
        settings.trip_uv1_ms = settings.trip_uv2_ms = 2_000
    assert bench.write({draft(707, "MustTrip.Pt[1].Tms"): 30.0}) == 0
    assert bench.write({draft(707, "MustTrip.Pt[2].Tms"): 2.0}) == 0
    assert adopt(bench, 707) == "failed"
    assert bench.read("last_refusal") == "not_allowed"
    assert bench.write({draft(707, "MustTrip.Pt[1].Tms"): 10.0}) == 0
    assert adopt(bench, 707) == "completed"
    assert bench.connector.settings.trip_uv1_ms == 10_000


def test_a_request_and_an_enable_in_one_write_are_adopted_together() -> None:
    bench = StillBench()
    assert bench.write({draft(706, "Pt[2].W"): 50.0}) == 0
    assert bench.write({"706.Ena": 1, "706.AdptCrvReq": 2}) == 0
    assert len(bench.adopted) == 1
    settings = bench.connector.settings
    assert (settings.volt_watt_enabled, settings.volt_watt_p2_bp) == (1, 5_000)
    assert bench.write({draft(706, "Pt[2].V"): 112.0}) == 0
    assert bench.write({"706.Ena": 0, "706.AdptCrvReq": 2}) == 0
    assert bench.read("706.AdptCrvRslt") == "failed"
    assert bench.read("706.Ena") == "enabled"
    assert bench.connector.settings.volt_watt_enabled == 1


def test_a_draft_stays_as_it_was_written_when_another_model_is_adopted() -> None:
    bench = StillBench()
    assert bench.write({draft(711, "KOf"): 3.0}) == 0
    assert adopt(bench, 706) == "completed"
    assert bench.number(draft(711, "KOf")) == 3.0
    assert bench.number("711.Ctl[1].KOf") == 5.0


# --- who may ---


@pytest.mark.parametrize("row", SINGLES, ids=name_of)
def test_without_the_permission_no_setting_is_written(row: Row) -> None:
    bench = StillBench(utility_may_set=0)
    before = whole(bench)
    assert bench.write_words(row.point.address, words_for(row, 0)) == 2
    assert bench.read("last_refusal") == "not_permitted"
    assert whole(bench) == before
    assert bench.adopted == []


@pytest.mark.parametrize("row", REQUESTS, ids=name_of)
def test_without_the_permission_every_adoption_fails(row: Row) -> None:
    bench = StillBench(utility_may_set=0)
    assert adopt(bench, row.point.model) == "failed"
    assert bench.read("last_refusal") == "not_permitted"
    assert bench.read("refused_address") == row.point.address
    assert bench.adopted == []


# --- the course of it ---


def test_another_write_waits_until_the_one_before_is_over() -> None:
    bench = StillBench()
    one = write_request(find_point("703.ESDlyTms").address, [0, 60])
    other = write_request(find_point("703.ESRmpTms").address, [0, 60])
    assert bench.request(one, patient=1) == b""
    assert bench.request(other, patient=1) == b""
    assert bench.request(other)[:2] == bytes([0x90, 6])
    assert bench.request(one)[:1] == b"\x10"
    assert bench.request(other)[:1] == b"\x10"
    assert len(bench.adopted) == 2


def test_a_write_that_nobody_waits_for_any_more_takes_effect_all_the_same() -> None:
    bench = StillBench()
    one = write_request(find_point("703.ESDlyTms").address, [0, 60])
    assert bench.request(one, patient=1) == b""
    for _ in range(LONGEST_ADOPTION):
        bench.bank.step()
        bench.turn()
    assert bench.connector.settings.enter_service_delay_s == 60
    assert bench.write({"703.ESRmpTms": 60}) == 0
    assert len(bench.adopted) == 2


def test_a_set_that_is_drafted_anew_is_adopted_though_nobody_heard_of_the_one_before() -> None:
    bench = StillBench()
    request = write_request(find_point("706.AdptCrvReq").address, [2])
    assert bench.write({draft(706, "Pt[2].W"): 50.0}) == 0
    assert bench.request(request, patient=1) == b""
    for _ in range(LONGEST_ADOPTION):
        bench.bank.step()
        bench.turn()
    assert bench.connector.settings.volt_watt_p2_bp == 5_000
    assert bench.write({draft(706, "Pt[2].W"): 30.0}) == 0
    assert adopt(bench, 706) == "completed"
    assert bench.connector.settings.volt_watt_p2_bp == 3_000


def test_while_a_set_is_looked_at_none_is_written() -> None:
    bench = StillBench()
    request = write_request(find_point("706.AdptCrvReq").address, [2])
    assert bench.request(request, patient=1) == b""
    assert bench.write({draft(706, "Pt[2].W"): 30.0}) == 6
    assert bench.request(request)[:1] == b"\x06"
    assert bench.write({draft(706, "Pt[2].W"): 30.0}) == 0


def test_settings_that_were_refused_at_the_start_let_nobody_set_others() -> None:
    settings: dict[str, Any] = {"utility_may_set": 1, "volt_var_v2_bp": 10_400}
    bench = ModbusBench(Wall(settings_with(**settings)))
    assert bench.wall.refused == "volt_var_v2_bp"
    assert bench.write({"703.ESDlyTms": 60}) == 3
    assert bench.connector.settings.enter_service_delay_s == 300
    bench.run(500)
    assert bench.wall.faults == ["settings_invalid"]


def test_permission_to_serve_ends_in_the_next_tick_even_while_another_write_goes_on() -> None:
    bench = ModbusBench()
    assert bench.request(write_request(find_point("703.ESDlyTms").address, [0, 60]), 1) == b""
    assert bench.write({"703.ES": 0}) == 6
    bench.wall.tick()
    assert bench.connector.settings.permit_service == 0
    bench.run(1_000)
    assert bench.connector.settings.enter_service_delay_s == 60
    assert bench.connector.settings.permit_service == 0
    assert bench.write({"703.ES": 1}) == 0
    assert bench.connector.settings.permit_service == 1


def test_other_settings_have_another_version_though_their_sum_is_the_same() -> None:
    bench = ModbusBench()
    seen = [bench.connector.vehicle.settings_version]
    for volts, seconds in ((110.0, 13.0), (110.01, 12.039)):  # 31² apart, and alike by the sum
        assert bench.write({draft(708, "MustTrip.Pt[1].V"): volts}) == 0
        assert bench.write({draft(708, "MustTrip.Pt[1].Tms"): seconds}) == 0
        assert adopt(bench, 708) == "completed"
        assert bench.connector.settings.trip_ov1_ms == round(seconds * 1000)
        assert bench.connector.vehicle.settings_version != seen[-1]
        seen.append(bench.connector.vehicle.settings_version)


@pytest.mark.parametrize("words", [[0x0100], [0, 0]], ids=["no flag", "with a bad voltage"])
def test_a_refused_write_withdraws_nothing(words: list[int]) -> None:
    bench = ModbusBench()
    assert bench.write_words(find_point("703.ES").address, words) == 3
    bench.run(500)
    assert bench.connector.settings.permit_service == 1


def test_on_a_wire_the_answer_comes_when_it_is_in_force() -> None:
    wire = RtuWire()
    frame = rtu(write_request(find_point("703.ESDlyTms").address, [0, 60]))
    answer = wire.ask(frame)
    for _ in range(LONGEST_ADOPTION):
        assert not answer or wire.bench.connector.settings.enter_service_delay_s == 60
        if answer:
            break
        wire.bench.turn()
        answer = wire.pause(10_000)
    assert answer[:2] == bytes([7, 0x10])


def test_what_was_set_at_run_time_meanwhile_is_kept() -> None:
    bench = ModbusBench()
    request = write_request(find_point("703.ESDlyTms").address, [0, 60])
    assert bench.request(request, patient=1) == b""
    assert bench.write({"reserve": 55}) == 0
    assert bench.request(request)[:1] == b"\x10"
    bench.run(500)
    assert bench.connector.settings.enter_service_delay_s == 60
    assert bench.connector.settings.reserve_bp == 5_500
    assert bench.number("reserve") == 55.0


def test_the_must_trips_and_the_version_follow_in_the_tick_that_adopts() -> None:
    bench = ModbusBench()
    version = bench.connector.vehicle.settings_version
    assert bench.write({draft(710, "MustTrip.Pt[2].Hz"): 63.0}) == 0
    assert adopt(bench, 710) == "completed"
    trips = bench.connector.dispatch.trips
    assert trips.thresholds[4] == 63_000
    assert bench.connector.vehicle.settings_version != version
    expected = Settings()
    expected.load(settings_with(utility_may_set=1, trip_of2_millihertz=63_000))
    assert bench.connector.vehicle.settings_version == expected.version()


def test_at_50_hertz_the_ranges_of_all_frequencies_are_10_hertz_lower() -> None:
    names = [name for name in ADOPTABLE if name.endswith("_millihertz") and "deadband" not in name]
    settings: dict[str, Any] = {
        "utility_may_set": 1,
        "nominal_millihertz": 50_000,
        "frequency_low_millihertz": 47_000,
        "frequency_high_millihertz": 53_000,
        **{name: SETTINGS[NAMES.index(name)][1] - 10_000 for name in names},
    }
    bench = ModbusBench(Wall(settings_with(**settings)))
    assert bench.write({"703.ESHzLo": 49.2}) == 0
    assert bench.write({"703.ESHzLo": 59.2}) == 3
    assert bench.connector.settings.enter_service_low_millihertz == 49_200
