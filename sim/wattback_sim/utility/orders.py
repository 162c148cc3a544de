"""Orders to a utility that runs, one JSON object a line: what a person at its desk would do.

    {"announce": {"payload": "DISPATCH_SETPOINT", "value": -8.0, "in_s": 60, "lasts_s": 900}}
    {"cancel": "event-1"}
    {"reports": true}                  every report that was delivered, the oldest first
    {"down": true}                     answer nobody, until {"down": false}

An event may have a `name`, a `priority` (0 is the highest) and `randomize_s` besides. Each order
is answered by one object: {"ok": true}, with "event" or "reports" where there is one, or
{"error": sentence}.
"""

from collections.abc import Callable

from wattback_sim.errors import BadInputError, suggestion
from wattback_sim.orders import Answer, Order, Verbs, answer_line, refuse_unknown
from wattback_sim.parameters import check_number
from wattback_sim.utility.payloads import PAYLOADS, check_payload
from wattback_sim.utility.vtn import Utility

_DAY_S = 86_400.0
_EVENT_KEYS = ("name", "payload", "value", "in_s", "lasts_s", "priority", "randomize_s")
# Also what no utility should ask for: who tries a controller wants to see it refused.
_IN_S = (-366 * _DAY_S, 366 * _DAY_S, "s")
_LASTS_S = (1, 31 * 86_400, "s")
_RANDOMIZE_S = (0, 86_400, "s")
_PRIORITIES = (0, 1000, "")


class UtilityOrders:
    """Carries out orders on one utility. program: the id of the programme that events belong to.

    now_s: seconds since 1970 UTC.
    """

    def __init__(self, utility: Utility, program: str, now_s: Callable[[], float]) -> None:
        self._utility = utility
        self._program = program
        self._now_s = now_s
        self._verbs: Verbs = {
            "announce": self._announce,
            "cancel": self._cancel,
            "reports": self._reports,
            "down": self._down,
        }

    def answer(self, line: bytes) -> bytes:
        """The answer to one line, without its newline: always one JSON object."""
        return answer_line(line, self._verbs)

    def _announce(self, order: Order) -> Answer:
        refuse_unknown(order, ("announce",))
        event = order["announce"]
        if not isinstance(event, dict):
            raise BadInputError(f"an event is an object with payload and value, not {event!r}")
        refuse_unknown(event, _EVENT_KEYS)
        payload = _text(event.get("payload"), "payload")
        if payload not in PAYLOADS:
            raise BadInputError(f"payload is never {payload!r}{suggestion(payload, PAYLOADS)}")
        value = check_payload(payload, event.get("value"))
        priority = event.get("priority")
        name = self._utility.create_event(
            self._program,
            self._now_s() + float(check_number("in_s", event.get("in_s", 0.0), float, *_IN_S)),
            _whole(event, "lasts_s", _LASTS_S),
            {payload: [value]},
            name=_text(event.get("name", ""), "name"),
            priority=None if priority is None else _whole(event, "priority", _PRIORITIES),
            randomize_s=_whole({"randomize_s": 0, **event}, "randomize_s", _RANDOMIZE_S),
        )
        return {"event": name}

    def _cancel(self, order: Order) -> Answer:
        refuse_unknown(order, ("cancel",))
        self._utility.cancel_event(_text(order["cancel"], "cancel"))
        return {}

    def _reports(self, order: Order) -> Answer:
        refuse_unknown(order, ("reports",))
        return {"reports": self._utility.reports()}

    def _down(self, order: Order) -> Answer:
        refuse_unknown(order, ("down",))
        self._utility.down = bool(check_number("down", order["down"], bool, 0, 1, ""))
        return {}


def _whole(event: Order, key: str, span: tuple[int, int, str]) -> int:
    return int(check_number(key, event.get(key), int, *span))


def _text(value: object, key: str) -> str:
    if not isinstance(value, str):
        raise BadInputError(f"{key} is a text, not {value!r}")
    return value
