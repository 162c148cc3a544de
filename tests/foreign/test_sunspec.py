"""SunSpec's own client finds every model, reads and writes it, and is refused what is not its."""

from collections.abc import Iterator
from importlib.metadata import version

import pytest

from tests.foreign import sunspec
from tests.foreign.board import Board, wait_until
from wattback_sim.register_map import POINTS

MODELS = {1: 66, 701: 153, 702: 50, 704: 65, 713: 7}
# Curves and must-trips: with two sets, and the points that they have here.
GRID_CODE = {703: 17, 705: 49, 706: 31, 707: 51, 708: 51, 709: 63, 710: 63, 711: 32, 712: 32}
READ_ONLY = [point for point in POINTS if not point.writable and point.kind != "pad"]
READ_ONLY_VALUES = [point.full_name for point in READ_ONLY if point.implemented]


@pytest.fixture(scope="module", params=["tcp", "rtu"])
def device(request: pytest.FixtureRequest, served_board: Board) -> Iterator[sunspec.Device]:
    with sunspec.connected(served_board, request.param) as device:
        yield device


@pytest.fixture(scope="module")
def tcp(served_board: Board) -> Iterator[sunspec.Device]:
    with sunspec.connected(served_board, "tcp") as device:
        yield device


def test_the_scan_finds_every_model_whole_and_has_nothing_to_say(device: sunspec.Device) -> None:
    found = {model.model_id: model.model_len for model in device.model_list}
    assert device.base_addr == 40_000
    assert list(found) == [*MODELS, 64_750, *GRID_CODE, 64_751]
    assert {**found, **MODELS, **GRID_CODE} == found
    assert [model.error_info for model in device.model_list] == [""] * len(found)
    assert all(model.model_def for model in device.model_list)


def test_every_point_of_the_map_is_read(device: sunspec.Device) -> None:
    read = {
        f"{model.model_id}.{name}": point
        for model in device.model_list
        for name, point in sunspec.points(sunspec.model(device, model.model_id))
    }
    assert {point.full_name for point in POINTS if point.kind != "pad"} <= set(read)
    assert (read["1.Mn"].cvalue, read["1.Vr"].cvalue) == ("Wattback", version("wattback"))
    without = {name for name in READ_ONLY_VALUES if read[name].cvalue is None}
    absent = {"64750.RefusedAddress", "64751.BackupWaits"}
    assert without <= absent, "no write was refused, and the site has no gateway"


def test_a_target_is_written_read_back_and_followed(device: sunspec.Device, board: Board) -> None:
    controls = sunspec.model(device, 704)
    controls.WSetMod.value = 1
    controls.WSet.cvalue = 4_000
    controls.WSetRvrtTms.cvalue = 600
    controls.WSetEnaRvrt.value = 0
    controls.write()
    controls.WSetEna.value = 1
    controls.WSetEna.write()
    controls.read()
    seen = (controls.WSetEna.value, controls.WSetMod.value, controls.WSet.cvalue)
    assert seen == (1, 1, 4_000)
    assert controls.WSetRvrtTms.cvalue == 600
    assert 590 <= controls.WSetRvrtRem.cvalue <= 600
    power = sunspec.model(device, 701).W
    wait_until(lambda: read_again(power), lambda w: bool(3_800 <= w <= 4_200), "701.W")
    ours = sunspec.model(device, 64_750)
    assert ours.TargetTold.cvalue == ours.TargetAsked.cvalue == 4_000
    assert board.get("power_w") == pytest.approx(4_000, abs=200)
    controls.WSetEna.value = 0
    controls.WSetEna.write()
    controls.read()
    assert (controls.WSetEna.value, controls.WSet.cvalue) == (0, 0)


def test_where_the_utility_may_set_nothing_an_adoption_fails_and_says_why(
    device: sunspec.Device,
) -> None:
    curves = sunspec.model(device, 705)
    curves.Crv[1].RspTms.cvalue = 7.0
    curves.write()
    curves.AdptCrvReq.value = 2
    curves.AdptCrvReq.write()
    curves.read()
    assert (curves.Crv[1].RspTms.cvalue, curves.Crv[0].RspTms.cvalue) == (7.0, 5.0)
    assert curves.AdptCrvRslt.value == 2
    ours = sunspec.model(device, 64_750)
    assert ours.RefusedAddress.value == curves.model_addr + 3
    service = sunspec.model(device, 703)
    service.ES.value = 0
    with pytest.raises(sunspec.REFUSALS, match=r"exception:? 2"):
        service.ES.write()


def read_again(point: sunspec.PointOfTheirs) -> float:
    point.read()
    return float(point.cvalue)


def test_points_of_our_own_model_are_written_and_read_back(
    device: sunspec.Device, board: Board
) -> None:
    ours = sunspec.model(device, 64_750)
    written = {"SiteImportLimit": 47.5, "SiteExportLimit": 10, "SiteLimitTimeout": 900}
    written |= {"Reserve": 35.5, "DepartureMargin": 1_200, "ExportDayLimit": 12_345}
    before = {name: ours.points[name].cvalue for name in written}
    for name, value in written.items():
        ours.points[name].cvalue = value
    ours.write()
    ours.read()
    assert {name: ours.points[name].cvalue for name in written} == pytest.approx(written)
    board.wait_for("import_limit_ma", 47_500)
    for name, value in before.items():
        ours.points[name].cvalue = value
    ours.write()
    ours.read()
    assert {name: ours.points[name].cvalue for name in before} == before
    board.wait_for("import_limit_owner", "hardware")


def test_the_use_of_the_vehicle_and_the_home_backup_are_written_and_read_back(
    device: sunspec.Device, board: Board
) -> None:
    ours = sunspec.model(device, 64_751)
    written = {"OperatingMode": 4, "BackupEnable": 1, "BackupReserve": 42.5}
    written |= {"ServiceImportMax": 9_600, "ServiceExportMax": -1}
    before = {name: ours.points[name].cvalue for name in written}
    for values, waits in ((written, "target;mode"), (before, "target")):
        sunspec.write(ours, values)
        ours.read()
        assert {name: ours.points[name].cvalue for name in values} == pytest.approx(values)
        board.wait_for("export_waits", waits)
    ours.OperatingMode.value = 5
    with pytest.raises(sunspec.REFUSALS, match=r"exception:? 3"):
        ours.OperatingMode.write()
    ours.read()
    told = (ours.OperatingMode.value, ours.BackupState.value, ours.GridSwitch.value)
    assert told == (1, 0, 1)


def test_whatever_the_map_calls_read_only_is_refused_and_stays(
    tcp: sunspec.Device, board: Board
) -> None:
    for point in READ_ONLY:
        octets = tcp.read(point.address, point.registers)
        with pytest.raises(sunspec.REFUSALS, match=r"exception:? 2"):
            tcp.write(point.address, bytes(octet ^ 0xFF for octet in octets))
        ours = sunspec.model(tcp, 64_750)
        assert ours.LastRefusal.value == 1, point.full_name
        assert ours.RefusedAddress.value == point.address
    for number, length in MODELS.items():
        model = sunspec.model(tcp, number)
        assert (model.ID.value, model.L.value) == (number, length)


def test_a_value_beyond_what_a_point_accepts_is_refused(device: sunspec.Device) -> None:
    controls = sunspec.model(device, 704)
    controls.WSet.value = 11_521  # 48 A at 240 V is 11,520 W
    with pytest.raises(sunspec.REFUSALS, match=r"exception:? 3"):
        controls.WSet.write()
    assert sunspec.model(device, 704).WSet.cvalue == 0
    assert sunspec.model(device, 64_750).LastRefusal.value == 3


def test_values_are_those_of_a_vehicle_that_charges(device: sunspec.Device, board: Board) -> None:
    measured = sunspec.model(device, 701)
    power_w = board.get("power_w")
    assert measured.W.cvalue == pytest.approx(power_w, rel=0.02)
    assert measured.W.cvalue == pytest.approx(measured.A.cvalue * measured.LLV.cvalue, rel=0.02)
    assert measured.VA.cvalue == pytest.approx(abs(measured.W.cvalue), rel=0.02)
    assert abs(measured.PF.cvalue) == pytest.approx(1.0, abs=0.02)
    assert measured.LLV.cvalue == pytest.approx(board.get("world.voltage_v"), rel=0.01)
    assert measured.LNV.cvalue == pytest.approx(measured.LLV.cvalue / 2, rel=0.01)
    assert measured.Hz.cvalue == pytest.approx(60.0, abs=0.05)
    assert (measured.ACType.value, measured.St.value, measured.ConnSt.value) == (1, 1, 1)
    assert measured.Alrm.value == 0
    capacity = sunspec.model(device, 702)
    assert capacity.WMaxRtg.cvalue == capacity.WChaRteMaxRtg.cvalue == 11_520
    assert capacity.AMaxRtg.cvalue == 48.0
    assert sunspec.model(device, 713).SoC.cvalue == pytest.approx(60.0, abs=5.0)
