"""The simulated site controller writes registers and beats, over either wire."""

import pytest

from wattback import heartbeat
from wattback_sim.actions import find_action
from wattback_sim.controller import TCP, WAYS
from wattback_sim.site import Site

each_way = pytest.mark.parametrize("over", WAYS)


@pytest.fixture
def site() -> Site:
    site = Site("cpython")
    site.power_on()
    site.run_until(1_000_000)
    return site


def act(site: Site, name: str, **given: object) -> str:
    action = find_action(name)
    return site.act(action, action.check(given))


def after(site: Site, seconds: float) -> list[str]:
    """What the connector has said, some time later."""
    site.run_until(site.clock.now_us + round(seconds * 1e6))
    return [event.text for event in site.story.events if event.kind == "connector"]


@each_way
def test_a_write_is_taken_obeyed_and_told(site: Site, over: str) -> None:
    assert act(site, "modbus.write", point="site_import_limit", value=10, over=over) == ""
    assert after(site, 0.3)[-1] == "takes 64750.SiteImportLimit"
    assert site.board.status("import_limit_ma") == 10_000
    assert site.ledger.import_ma == 10_000
    assert not site.truths.violations


def test_a_name_is_a_value_too(site: Site) -> None:
    act(site, "modbus.write", point="704.WSetEna", value="enabled")
    assert after(site, 0.3)[-1] == "takes 704.WSetEna"


@each_way
@pytest.mark.parametrize(
    ("point", "value", "why"),
    [
        ("site_import_limit", 300, "exception 3: illegal value"),
        ("701.W", 1, "exception 2: illegal address"),
    ],
)
def test_a_refusal_is_told_with_its_exception(
    site: Site, over: str, point: str, value: int, why: str
) -> None:
    act(site, "modbus.write", point=point, value=value, over=over)
    assert after(site, 0.3)[-1].endswith(why)


def test_writes_go_out_one_after_the_other(site: Site) -> None:
    for amps in (10, 12, 14, 16):
        act(site, "modbus.write", point="site_import_limit", value=amps)
    said = after(site, 1.0)
    assert said[-4:] == ["takes 64750.SiteImportLimit"] * 4
    assert site.board.status("import_limit_ma") == 16_000


@each_way
def test_a_connector_without_power_does_not_answer_and_does_again_when_it_has_it(
    site: Site, over: str
) -> None:
    site.power_off()
    act(site, "modbus.write", point="site_import_limit", value=10, over=over)
    assert after(site, 1.5)[-1].startswith("64750.SiteImportLimit got no answer")
    site.power_on()
    act(site, "modbus.write", point="site_import_limit", value=10, over=over)
    assert "takes 64750.SiteImportLimit" in after(site, 0.5)


def test_a_connection_that_is_lost_while_it_waits_is_made_again(site: Site) -> None:
    act(site, "modbus.write", point="site_import_limit", value=10, over=TCP)
    site.power_off()
    assert "the connection was closed" in after(site, 0.1)[-1]
    site.power_on()
    act(site, "modbus.write", point="site_import_limit", value=10, over=TCP)
    assert "takes 64750.SiteImportLimit" in after(site, 0.5)


@each_way
def test_a_controller_that_beats_is_present_until_it_falls_silent(site: Site, over: str) -> None:
    act(site, "modbus.write", point="controller_timeout", value=5)
    act(site, "controller.start_heartbeat", every_s=2, over=over)
    after(site, 20.0)
    assert site.board.status("controller_state") == heartbeat.PRESENT
    act(site, "controller.stop_heartbeat")
    after(site, 4.0)
    assert site.board.status("controller_state") == heartbeat.PRESENT
    after(site, 3.0)
    assert site.board.status("controller_state") == heartbeat.SILENT
    act(site, "controller.start_heartbeat", every_s=2, over=over)
    after(site, 1.0)
    assert site.board.status("controller_state") == heartbeat.PRESENT
    assert not site.truths.violations


def test_beats_that_nobody_hears_are_told_once(site: Site) -> None:
    act(site, "controller.start_heartbeat", every_s=0.5)
    site.power_off()
    said = after(site, 10.0)
    assert sum("misses a heartbeat: no answer" in text for text in said) == 1


def test_writing_moves_bytes_and_not_the_world(site: Site) -> None:
    site.run_until(1_004_000)
    act(site, "modbus.write", point="site_import_limit", value=10)
    act(site, "wire.send", wire="console", hex="00 ff")
    site.run_until(1_009_999)
    assert site.world.now_us == 1_000_000
