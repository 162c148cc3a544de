"""SunSpec's own client finds our models whole, reads each point as we mean it, and writes them."""

import pytest

from tests.unit.modbus_bench import StillBench
from tests.unit.sunspec_client import RefusedError, SunSpecClient
from wattback.commands import COMMAND_SET_LIMIT, COMMAND_SET_TARGET
from wattback.signals import NO_GATEWAY, REPORT_NAMES, STATUS_NAMES
from wattback_sim.register_map import POINTS, Point, decode


def told() -> StillBench:
    """Every field holds a number of its own."""
    bench = StillBench()
    for n, name in enumerate(STATUS_NAMES):
        if name not in ("sequence", "session_state", "faults"):
            setattr(bench.connector.status, name, n)
    for n, name in enumerate(REPORT_NAMES):
        setattr(bench.connector.report, name, n)
    bench.connector.status.voltage_l1_mv = bench.connector.status.voltage_l2_mv = 120_300
    bench.connector.status.session_state = 4
    bench.connector.status.faults = 5
    bench.renew()
    return bench


def scanned(bench: StillBench) -> SunSpecClient:
    client = SunSpecClient(bench)
    client.scan()
    return client


BENCH = told()
CLIENT = scanned(BENCH)


@pytest.mark.covers("6.10 models")
def test_the_scan_finds_every_model_without_a_complaint() -> None:
    found = [model.model_id for model in CLIENT.model_list]
    assert found == [1, 701, 702, 704, 713, 64750, 703, *range(705, 713), 64751]
    assert {model.error_info for model in CLIENT.model_list} == {""}
    assert CLIENT.base_addr == 40_000


@pytest.mark.covers("6.10 models")
@pytest.mark.parametrize(
    "point", [p for p in POINTS if p.kind != "pad"], ids=lambda point: point.full_name
)
def test_both_readers_read_the_same_value(point: Point) -> None:
    theirs = CLIENT.point(point.model, point.name).cvalue
    ours = decode(point, BENCH.words(point.address, point.registers))
    if point.name.startswith("Age"):
        return  # moves on between the two
    if ours is None:
        assert theirs is None
    elif isinstance(ours, list):
        assert theirs == sum(1 << point.names.index(name) for name in ours)
    elif isinstance(ours, str) and point.names:
        assert theirs == (point.names.index(ours) if ours in point.names else int(ours))
    elif isinstance(ours, float):
        assert theirs == pytest.approx(ours)
    else:
        assert theirs == ours


def test_a_target_is_written_and_read_back() -> None:
    bench = StillBench()
    client = scanned(bench)
    controls = client.model(704)
    controls.WSetEna.value = 1
    controls.WSetEna.write()
    controls.WSetMod.value = 1
    controls.WSet.cvalue = 8_000
    controls.write()
    controls.read()
    assert (controls.WSetEna.value, controls.WSet.cvalue) == (1, 8_000)
    assert [c for c in bench.commands() if c[0] == COMMAND_SET_TARGET] == [
        (COMMAND_SET_TARGET, 1, 1, 8_000, 0, 0, 0)
    ]


def test_a_limit_of_our_own_model_is_written_in_amperes() -> None:
    bench = StillBench()
    client = scanned(bench)
    ours = client.model(64750)
    ours.SiteImportLimit.cvalue = 16
    ours.SiteImportLimit.write()
    ours.read()
    assert ours.SiteImportLimit.cvalue == 16
    assert bench.commands()[-1][:3] == (COMMAND_SET_LIMIT, 2, 16_000)


def test_the_home_backup_is_set_as_a_whole_and_without_a_gateway_waits_for_nothing() -> None:
    bench = StillBench()
    bench.connector.status.grid_switch_closed = 1
    bench.connector.report.backup_waits = NO_GATEWAY
    bench.renew()
    client = scanned(bench)
    ours = client.model(64751)
    assert (ours.BackupState.value, ours.BackupWaits.value, ours.GridSwitch.value) == (0, None, 1)
    ours.OperatingMode.value = 3
    ours.BackupEnable.value = 1
    ours.BackupReserve.cvalue = 35.5
    ours.ServiceImportMax.cvalue = 7_200
    ours.ServiceExportMax.cvalue = -1
    ours.write()
    ours.read()
    assert (ours.OperatingMode.value, ours.BackupEnable.value) == (3, 1)
    assert ours.BackupReserve.cvalue == pytest.approx(35.5)
    assert (ours.ServiceImportMax.cvalue, ours.ServiceExportMax.cvalue) == (7_200, -1)
    assert [command[2] for command in bench.commands()] == [3, 1, 3_550, 7_200, -1]


def test_what_a_client_believes_to_be_writable_is_refused_all_the_same() -> None:
    client = scanned(StillBench())
    controls = client.model(704)
    controls.VarSetEnaRvrt.value = 1
    with pytest.raises(RefusedError, match="exception 2"):
        controls.VarSetEnaRvrt.write()
    controls.WSet.value = 12_000
    with pytest.raises(RefusedError, match="exception 3"):
        controls.WSet.write()


def test_a_curve_is_written_point_by_point_and_adopted() -> None:
    bench = StillBench()
    client = scanned(bench)
    curves = client.model(705)
    second = curves.Crv[1]
    second.RspTms.cvalue = 10.0
    for nth, (volts, var) in enumerate([(90, 30), (97, 0), (103, 0), (110, -30)]):
        second.Pt[nth].V.cvalue = volts
        second.Pt[nth].Var.cvalue = var
    curves.write()
    assert bench.adopted == []
    curves.AdptCrvReq.value = 2
    curves.Ena.value = 1
    curves.write()
    curves.read()
    assert (curves.AdptCrvRslt.value, curves.Ena.value, len(bench.adopted)) == (1, 1, 1)
    first = curves.Crv[0]
    assert [(point.V.cvalue, point.Var.cvalue) for point in first.Pt] == [
        (90, 30),
        (97, 0),
        (103, 0),
        (110, -30),
    ]
    assert (first.RspTms.cvalue, first.ReadOnly.value) == (10.0, 1)
