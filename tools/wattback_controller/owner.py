"""What an owner may ask for, from the command line or the page.

Each request is checked and written to the store in one place and one transaction, together with a
line of the audit log that says who asked.

A request holds from the controller's next step on, which is a second later at most.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from wattback_controller.choices import Choices, choose, midnight_s, noon_s
from wattback_controller.store import Store
from wattback_sim.errors import BadInputError, suggestion


@dataclass(frozen=True, slots=True)
class Request:
    """Something an owner may ask for. text: for people. change: of the choices, at a time."""

    name: str
    text: str
    change: Callable[[Choices, float, ZoneInfo], Choices]


def _free(choices: Choices) -> Choices:
    return replace(choices, opted_out=False, out_until_s=0, out_of=())


def _out_until(choices: Choices, until_s: int) -> Choices:
    """Whoever asks to stay out is not brought back earlier by it."""
    return replace(choices, out_until_s=max(choices.out_until_s, until_s))


REQUESTS = (
    Request("enrol", "take part in the programme", lambda c, *_: replace(_free(c), enrolled=True)),
    Request("leave", "leave the programme", lambda c, *_: replace(c, enrolled=False)),
    Request("out", "stay out until told otherwise", lambda c, *_: replace(c, opted_out=True)),
    Request(
        "out-today",
        "stay out for the rest of the day",
        lambda c, now_s, zone: _out_until(c, midnight_s(now_s, zone)),
    ),
    Request(
        "out-tonight",
        "not tonight: stay out until noon",
        lambda c, now_s, zone: _out_until(c, noon_s(now_s, zone)),
    ),
    Request("in", "take part again", lambda c, *_: _free(c)),
)
_MOST_EVENTS = 50  # stayed out of that are remembered
_BY_NAME = {request.name: request for request in REQUESTS}


def _with(events: tuple[str, ...], event: str) -> tuple[str, ...]:
    """The last few, so that years of them do not grow a record without end."""
    return (*(other for other in events if other != event), event)[-_MOST_EVENTS:]


class OwnerDesk:
    """Takes requests. names: of the site's connectors. who: asks, for the audit log."""

    def __init__(self, store: Store, names: tuple[str, ...], zone: ZoneInfo, who: str) -> None:
        self._store = store
        self._names = names
        self._zone = zone
        self._who = who

    def ask(self, connector: str, request: str, now_s: float) -> Choices:
        """Carry out one of REQUESTS; returns the choices then. Raises BadInputError."""
        if request not in _BY_NAME:
            raise BadInputError(f"nobody can ask for {request!r}{suggestion(request, _BY_NAME)}")
        found = _BY_NAME[request]
        return self._change(
            connector,
            lambda choices: found.change(choices, now_s, self._zone),
            now_s,
            f"asks to {found.text}",
        )

    def stay_out_of(self, connector: str, event: str, now_s: float) -> Choices:
        """Stay out of one event. Raises BadInputError when there is no such event."""
        known = [item.event for item in self._store.events()]
        if event not in known:
            raise BadInputError(f"no event is called {event!r}{suggestion(event, known)}")
        return self._change(
            connector,
            lambda choices: replace(choices, out_of=_with(choices.out_of, event)),
            now_s,
            f"asks to stay out of event {event}",
        )

    def choose(self, connector: str, name: str, text: str, now_s: float) -> Choices:
        """Set one of choices.OPTION_NAMES. Raises BadInputError."""
        return self._change(
            connector, lambda choices: choose(choices, name, text), now_s, f"sets {name} to {text}"
        )

    def _change(
        self,
        connector: str,
        change: Callable[[Choices], Choices],
        now_s: float,
        what: str,
    ) -> Choices:
        if connector not in self._names:
            raise BadInputError(
                f"no connector is called {connector!r}{suggestion(connector, self._names)}"
            )
        with self._store.transaction():
            choices = change(self._store.choices(connector))
            self._store.set_choices(connector, choices)
            self._store.audit(now_s, self._who, f"{connector}: {what}")
        return choices
