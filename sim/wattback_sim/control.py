"""Control of a running site by JSON objects: the actions, parameters and faults of scenarios.

    {"do": "vehicle.plug_in"}                       an action, its arguments beside it
    {"set": "grid.voltage_pu", "to": 0.8, "over_s": 2}
    {"fault": {"part": "contactor", "kind": "stuck_closed", "for_s": 5}}
    {"mend": {"part": "contactor", "kind": "stuck_closed"}}
    {"get": "session_state"} or {"get": ["world.time_s", "power_w"]}

Each is answered by one object: {"ok": true, "t_s": …}, with "values" when something was asked for,
or {"error": sentence}. `t_s` is simulated time.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial

from wattback_sim.actions import find_action
from wattback_sim.clock import to_us
from wattback_sim.errors import BadInputError, suggestion
from wattback_sim.faults import FaultKind, check_amount, find_fault
from wattback_sim.parameters import check_number
from wattback_sim.readings import read
from wattback_sim.site import Site

Answer = dict[str, object]
Order = Mapping[str, object]
_LONGEST_S = 7 * 86400.0


class Control:
    """Carries out orders on one site, at its present time."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._verbs: dict[str, Callable[[Order], Answer]] = {
            "do": self._do,
            "set": self._set,
            "fault": self._fault,
            "mend": self._mend,
            "get": self._get,
        }

    def answer(self, line: bytes) -> bytes:
        """The answer to one line, without its newline: always one JSON object."""
        try:
            said = self._obey(_parse(line))
        except BadInputError as error:
            said = {"error": str(error)}
        return json.dumps(said).encode()

    def _obey(self, order: Order) -> Answer:
        verbs = [verb for verb in self._verbs if verb in order]
        if len(verbs) != 1:
            known = ", ".join(self._verbs)
            raise BadInputError(f"an order has exactly one of {known}, this has {len(verbs)}")
        values = self._verbs[verbs[0]](order)
        return {"ok": True, "t_s": self._site.clock.now_us / 1e6, **values}

    def _do(self, order: Order) -> Answer:
        action = find_action(_text(order, "do"))
        arguments = action.check({key: value for key, value in order.items() if key != "do"})
        refused = self._site.act(action, arguments)
        if refused:
            raise BadInputError(f"{action.name}: {refused}")
        return {}

    def _set(self, order: Order) -> Answer:
        _refuse_unknown(order, ("set", "to", "over_s"))
        path = _text(order, "set")
        parameters = self._site.world.parameters
        parameters.check_later(path)
        if "to" not in order:
            raise BadInputError(f"set {path!r} needs to, the new value")
        to = parameters.check(path, order["to"])
        over_us = _span_us(order, "over_s")
        if over_us and isinstance(to, bool):
            raise BadInputError(f"{path} is true or false and cannot ramp")
        self._site.change(path, to, over_us)
        return {}

    def _fault(self, order: Order) -> Answer:
        _refuse_unknown(order, ("fault",))
        fault, given = _find(order["fault"], ("part", "kind", "amount", "for_s"))
        amount = check_amount(fault, given.get("amount"))
        for_us = _span_us(given, "for_s")
        self._site.break_(fault, amount)
        if for_us:
            timetable = self._site.timetable
            timetable.at(self._site.clock.now_us + for_us, partial(self._site.mend, fault))
        return {}

    def _mend(self, order: Order) -> Answer:
        _refuse_unknown(order, ("mend",))
        fault, _ = _find(order["mend"], ("part", "kind"))
        self._site.mend(fault)
        return {}

    def _get(self, order: Order) -> Answer:
        _refuse_unknown(order, ("get",))
        names = order["get"] if isinstance(order["get"], list) else [order["get"]]
        return {"values": {str(name): read(self._site, str(name)) for name in names}}


def _parse(line: bytes) -> Order:
    try:
        order = json.loads(line)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise BadInputError("a line holds one JSON object, and this one does not") from None
    if not isinstance(order, dict):
        raise BadInputError(f"a line holds one JSON object, not {json.dumps(order)[:40]}")
    return order


def _refuse_unknown(order: Order, known: tuple[str, ...]) -> None:
    for key in order:
        if key not in known:
            raise BadInputError(f"unknown key {key!r}{suggestion(key, known)}")


def _text(order: Order, key: str) -> str:
    value = order[key]
    if not isinstance(value, str):
        raise BadInputError(f"{key} is a name, not {value!r}")
    return value


def _span_us(order: Order, key: str) -> int:
    return to_us(float(check_number(key, order.get(key, 0.0), float, 0.0, _LONGEST_S, "s")))


def _find(given: object, known: tuple[str, ...]) -> tuple[FaultKind, Order]:
    if not isinstance(given, dict):
        raise BadInputError(f"a fault is an object with part and kind, not {given!r}")
    _refuse_unknown(given, known)
    return find_fault(str(given.get("part")), str(given.get("kind"))), given
