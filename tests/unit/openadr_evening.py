"""An evening of a programme: a utility in memory, and a site that polls it, lied to or not."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from tests.unit.openadr_bench import EXPORT, NAME, NOW_S, Clock, programme_of, utility_at
from wattback_controller.openadr.client import in_process
from wattback_controller.openadr.programme import Polled, Programme
from wattback_sim.utility.vtn import Utility

START_S = NOW_S + 900


class Evening:
    """A utility with one programme, and a site that takes part. rewrite: lies in its answers."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.utility: Utility = utility_at(self.clock)
        self.program = self.utility.create_program(NAME)
        self.site: Programme = programme_of(self.utility, self.clock)
        self.asked: list[str] = []

    def poll(self, after_s: float = 0) -> Polled:
        self.clock.now_s += after_s
        return self.site.poll(int(self.clock.now_s))

    def order(self, *payloads: dict[str, list[float | str]], **more: Any) -> str:
        return self.utility.create_event(
            self.program, more.pop("start_s", START_S), 900, *(payloads or (EXPORT,)), **more
        )

    def through(self, rewrite: Callable[[httpx.Request, Any], Any]) -> None:
        """From now on every list of events is what `rewrite` makes of it."""
        inner = httpx.Client(transport=in_process(self.utility))

        def handle(request: httpx.Request) -> httpx.Response:
            self.asked.append(f"{request.method} {request.url.path}")
            answer = inner.send(request)
            if not request.url.path.startswith("/events") or answer.status_code != 200:
                return httpx.Response(answer.status_code, content=answer.content)
            told = rewrite(request, answer.json())
            if isinstance(told, httpx.Response):
                return told
            return httpx.Response(200, content=json.dumps(told), headers=answer.headers)

        self.site = programme_of(handle, self.clock, seen=self.site.seen)


def kilowatts(polled: Polled) -> list[float]:
    return [segment.value / 1000 for event in polled.events for segment in event.segments]


def reasons(polled: Polled) -> list[str]:
    return [refusal.reason for refusal in polled.refused]
