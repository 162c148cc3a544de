"""Control of a running site: every order is answered by one JSON object, rubbish by a sentence."""

import json
from typing import Any

import pytest

from wattback_sim.control import Control
from wattback_sim.readings import INSTRUMENTS
from wattback_sim.site import Site


@pytest.fixture
def site() -> Site:
    site = Site("cpython")
    site.power_on()
    site.run_until(500_000)
    return site


def say(site: Site, order: object) -> dict[str, Any]:
    answer = Control(site).answer(json.dumps(order).encode())
    assert b"\n" not in answer
    document: dict[str, Any] = json.loads(answer)
    return document


ORDERS = [
    {"do": "vehicle.plug_in"},
    {"do": "site.set_limit", "import_a": 16},
    {"do": "wire.send", "wire": "rtu", "hex": "00 ff"},
    {"set": "grid.voltage_pu", "to": 0.9},
    {"set": "grid.voltage_pu", "to": 0.9, "over_s": 2},
    {"fault": {"part": "contactor", "kind": "stuck_closed"}},
    {"fault": {"part": "cable", "kind": "leak", "amount": 30, "for_s": 0.5}},
    {"mend": {"part": "contactor", "kind": "stuck_closed"}},
    {"get": "session_state"},
    {"get": []},
]


@pytest.mark.parametrize("order", ORDERS, ids=json.dumps)
def test_an_order_is_carried_out_and_answered_with_the_time(site: Site, order: object) -> None:
    answer = say(site, order)
    assert answer["ok"] is True
    assert answer["t_s"] == 0.5


REFUSALS = [
    ({}, "exactly one of do, set, fault, mend, get"),
    ({"do": "vehicle.plug_in", "get": "t_ms"}, "this has 2"),
    ({"do": "vehicle.plugin"}, "did you mean 'vehicle.plug_in'"),
    ({"do": "site.set_limit"}, "needs import_a in A"),
    ({"do": "site.set_limit", "import_a": "much"}, "is a number, not 'much'"),
    ({"do": "wire.send", "wire": "usb", "hex": "00"}, "wire of wire.send is never 'usb'"),
    ({"do": "wire.send", "wire": "rtu", "hex": "0x"}, "pairs of hexadecimal digits"),
    ({"do": "wire.send", "wire": "rtu"}, "needs hex"),
    ({"do": "wire.send", "wire": 3, "hex": "00"}, "is a text, not 3"),
    ({"do": 3}, "do is a name, not 3"),
    ({"set": "grid.voltage", "to": 1}, "did you mean 'grid.voltage_pu'"),
    ({"set": "grid.voltage_pu"}, "needs to, the new value"),
    ({"set": "grid.voltage_pu", "to": 9}, "lies between"),
    ({"set": "vehicle.soc", "to": 0.5}, "cannot be set later"),
    ({"set": "vehicle.ventilation", "to": True, "over_s": 1}, "cannot ramp"),
    ({"set": "grid.voltage_pu", "to": 1, "for_s": 1}, "unknown key 'for_s'"),
    ({"fault": "contactor"}, "an object with part and kind"),
    ({"fault": {"part": "contactor"}}, "has no fault of kind 'None'"),
    ({"fault": {"part": "cable", "kind": "leak"}}, "needs an amount in mA"),
    ({"mend": {"part": "cable", "kind": "leak", "amount": 3}}, "unknown key 'amount'"),
    ({"get": "sesion_state"}, "did you mean 'session_state'"),
    ({"get": {"a": 1}}, "nothing that can be read"),
    ([1], "one JSON object, not [1]"),
    (3, "one JSON object, not 3"),
]


@pytest.mark.parametrize(("order", "words"), REFUSALS, ids=lambda item: json.dumps(item))
def test_an_order_that_cannot_be_carried_out_is_answered_with_a_sentence(
    site: Site, order: object, words: str
) -> None:
    answer = say(site, order)
    assert words in answer["error"]
    assert list(answer) == ["error"]


@pytest.mark.parametrize(
    "line", [b"garbage", b"\xff\xfe", b"{", b"[" * 100_000, b'{"do": "\\ud800"}', b"1" * 5000]
)
def test_rubbish_is_answered_too(site: Site, line: bytes) -> None:
    assert "error" in json.loads(Control(site).answer(line))


def test_a_refusal_of_the_connector_is_an_error(site: Site) -> None:
    say(site, {"do": "connector.cut_power"})
    assert "no power" in say(site, {"do": "technician.reset_faults"})["error"]


def test_a_fault_ends_after_its_time(site: Site) -> None:
    say(site, {"fault": {"part": "contactor", "kind": "stuck_closed", "for_s": 0.1}})
    site.run_until(590_000)
    assert site.world.path.stuck
    site.run_until(610_000)
    assert not site.world.path.stuck


def test_columns_words_instruments_and_parameters_can_be_read(site: Site) -> None:
    names = ["session_state", "uptime_s", "world.voltage_v", "grid.voltage_pu", "faults"]
    values = say(site, {"get": names})["values"]
    assert list(values) == names
    assert values["session_state"] == "idle"
    assert values["grid.voltage_pu"] == 1.0
    assert values["world.voltage_v"] == pytest.approx(240.0, abs=5.0)
    assert values["faults"] == ""


@pytest.mark.parametrize("name", [row.name for row in INSTRUMENTS])
def test_every_instrument_shows_something_that_json_can_carry(site: Site, name: str) -> None:
    assert isinstance(say(site, {"get": name})["values"][name], (int, float, str))


def test_before_the_first_tick_the_firmware_has_nothing_to_say() -> None:
    site = Site("cpython")
    assert "has not run" in say(site, {"get": "session_state"})["error"]
    assert say(site, {"get": "world.time_s"})["values"] == {"world.time_s": 0.0}
