"""A utility's programme as a control loop steps it: ask, judge, and say what stands.

One `poll` is a handful of requests; it holds no thread and never sleeps. It raises ProgrammeError
and nothing else, and then nothing has changed: what stood, stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from wattback_controller.openadr.client import Client
from wattback_controller.openadr.errors import NotFoundError, ProgrammeError
from wattback_controller.openadr.events import Copy, Refusal, Terms, read_event
from wattback_controller.openadr.memory import Memory
from wattback_controller.openadr.plausibility import Limits, Seen
from wattback_controller.openadr.registration import Registration, register
from wattback_controller.records import Event

_REGISTRATION_LASTS_S = 900  # then it is looked up again: targets may have been granted


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What takes part in what.

    programme, ven: their names at the utility. connectors: names of our resources.
    export_positive, currency: see Terms.
    """

    programme: str
    ven: str
    connectors: tuple[str, ...]
    export_positive: bool
    currency: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something about an event that is followed, for people: what of it is not."""

    event: str
    text: str


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll has brought.

    events: all that stand now. refused: copies that were not believed; they read the same until
    the utility says something else. clock_off_s: by how much the utility's clock is ahead of ours,
    None when it told none.
    """

    events: tuple[Event, ...]
    refused: tuple[Refusal, ...]
    notes: tuple[Note, ...]
    clock_off_s: int | None


class Programme:
    """seen: what an earlier life of this controller remembered; `seen` is what to keep now."""

    def __init__(
        self,
        client: Client,
        enrolment: Enrolment,
        limits: Limits | None = None,
        seen: Iterable[Seen] = (),
    ) -> None:
        self._client = client
        self._enrolment = enrolment
        self._limits = limits or Limits()
        # Of another programme, which this utility does not list, nothing may stand.
        mine = (
            one
            for one in seen
            if one.accepted is None or one.accepted.programme == enrolment.programme
        )
        self._memory = Memory(self._limits, mine)
        self._registration: Registration | None = None
        self._registered_s = 0

    @property
    def seen(self) -> tuple[Seen, ...]:
        """What the next life has to be given."""
        return self._memory.seen

    def standing(self, now_s: int) -> tuple[Event, ...]:
        """Events that are believed and not over, without asking anybody."""
        return self._memory.standing(now_s)

    def poll(self, now_s: int) -> Polled:
        """Ask the utility. now_s: seconds since 1970 UTC. Raises ProgrammeError."""
        try:
            registration = self._register(now_s)
            answers = [self._read(raw, registration) for raw in self._listed(registration)]
            listed = {_id_of(answer) for answer in answers}
            gone: list[str] = []
            for event in self._memory.standing(now_s):
                if event.event not in listed:
                    found = self._look_up(event.event, registration)
                    if found is None:
                        gone.append(event.event)
                    else:
                        answers.append(found)
        except ProgrammeError:
            self._registration = None
            raise
        for name in gone:
            self._memory.withdraw(name)
        self._memory.forget(listed, now_s)
        return self._judge(answers, now_s)

    def _register(self, now_s: int) -> Registration:
        age_s = now_s - self._registered_s
        if self._registration is None or not 0 <= age_s < _REGISTRATION_LASTS_S:
            mine = self._enrolment
            self._registration = register(self._client, mine.programme, mine.ven, mine.connectors)
            self._registered_s = now_s
        return self._registration

    def _listed(self, registration: Registration) -> list[object]:
        """Events for everybody, and those for the targets that were granted."""
        programme, most = registration.programme_id, self._limits.most_listed
        listed: list[object] = self._client.get_all("/events", most, programID=programme)
        if registration.targets:
            listed += self._client.get_all(
                "/events", most, programID=programme, targets=registration.targets
            )
        return listed

    def _look_up(self, name: str, registration: Registration) -> Copy | Refusal | None:
        """An event that is missing from the list, which a page may have lost; None: it is gone."""
        try:
            query = {"targets": registration.targets} if registration.targets else {}
            return self._read(self._client.get(f"/events/{name}", **query), registration)
        except NotFoundError:
            return None

    def _read(self, raw: object, registration: Registration) -> Copy | Refusal:
        terms = Terms(
            self._enrolment.programme,
            registration.programme_id,
            self._enrolment.export_positive,
            self._enrolment.currency,
            registration.descriptors,
        )
        return read_event(raw, terms, self._limits.most_segments)

    def _judge(self, answers: list[Copy | Refusal], now_s: int) -> Polled:
        refused: list[Refusal] = []
        notes: list[Note] = []
        for answer in answers:
            refusal = answer if isinstance(answer, Refusal) else self._memory.hear(answer, now_s)
            if refusal is not None:
                refused.append(refusal)
            elif isinstance(answer, Copy):
                notes += [Note(answer.event_id, text) for text in answer.notes]
        date_s = self._client.date_s
        return Polled(
            events=self._memory.standing(now_s),
            refused=tuple(dict.fromkeys(refused)),
            notes=tuple(dict.fromkeys(notes)),
            clock_off_s=None if date_s is None else date_s - now_s,
        )


def _id_of(answer: Copy | Refusal) -> str:
    return answer.event if isinstance(answer, Refusal) else answer.event_id
