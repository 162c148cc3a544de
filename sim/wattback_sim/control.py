"""Control of a running site by JSON objects: the actions, parameters and faults of scenarios.

    {"do": "vehicle.plug_in"}                       an action, its arguments beside it
    {"set": "grid.voltage_pu", "to": 0.8, "over_s": 2}
    {"fault": {"part": "contactor", "kind": "stuck_closed", "for_s": 5}}
    {"mend": {"part": "contactor", "kind": "stuck_closed"}}
    {"get": "session_state"} or {"get": ["world.time_s", "power_w"]}

Each is answered by one object: {"ok": true, "t_s": …}, with "values" when something was asked for,
or {"error": sentence}. `t_s` is simulated time.
"""

from functools import partial

from wattback_sim.actions import find_action
from wattback_sim.clock import to_us
from wattback_sim.errors import BadInputError
from wattback_sim.faults import FaultKind, check_amount, find_fault
from wattback_sim.orders import Answer, Order, Verbs, answer_line, refuse_unknown
from wattback_sim.parameters import check_number
from wattback_sim.readings import read
from wattback_sim.site import Site

_LONGEST_S = 7 * 86400.0


class Control:
    """Carries out orders on one site, at its present time."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._verbs: Verbs = {
            "do": self._do,
            "set": self._set,
            "fault": self._fault,
            "mend": self._mend,
            "get": self._get,
        }

    def answer(self, line: bytes) -> bytes:
        """The answer to one line, without its newline: always one JSON object."""
        return answer_line(line, self._verbs, self._stamp)

    def _stamp(self) -> Answer:
        return {"t_s": self._site.clock.now_us / 1e6}

    def _do(self, order: Order) -> Answer:
        action = find_action(_text(order, "do"))
        arguments = action.check({key: value for key, value in order.items() if key != "do"})
        refused = self._site.act(action, arguments)
        if refused:
            raise BadInputError(f"{action.name}: {refused}")
        return {}

    def _set(self, order: Order) -> Answer:
        refuse_unknown(order, ("set", "to", "over_s"))
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
        refuse_unknown(order, ("fault",))
        fault, given = _find(order["fault"], ("part", "kind", "amount", "for_s"))
        amount = check_amount(fault, given.get("amount"))
        for_us = _span_us(given, "for_s")
        self._site.break_(fault, amount)
        if for_us:
            timetable = self._site.timetable
            timetable.at(self._site.clock.now_us + for_us, partial(self._site.mend, fault))
        return {}

    def _mend(self, order: Order) -> Answer:
        refuse_unknown(order, ("mend",))
        fault, _ = _find(order["mend"], ("part", "kind"))
        self._site.mend(fault)
        return {}

    def _get(self, order: Order) -> Answer:
        refuse_unknown(order, ("get",))
        names = order["get"] if isinstance(order["get"], list) else [order["get"]]
        return {"values": {str(name): read(self._site, str(name)) for name in names}}


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
    refuse_unknown(given, known)
    return find_fault(str(given.get("part")), str(given.get("kind"))), given
