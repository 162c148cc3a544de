"""Asks the connector, over any port: one request at a time, repeated when an answer is damaged.

Everything that can be asked only reads, so a request may be repeated. Answers that are not to the
last request are thrown away: they are late, or of another program. What the log says meanwhile is
kept. Waiting is measured in the port's own time, which a simulated one does not share with us.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from random import Random

from wattback_hil.console import frames, smp
from wattback_hil.console.answers import (
    Hello,
    LatchedFault,
    Vitals,
    Why,
    build,
    faults_of,
)
from wattback_hil.console.errors import (
    GarbledError,
    NotReachableError,
    RefusedError,
    VersionMismatchError,
)
from wattback_hil.console.lines import FramePart, LineReader
from wattback_hil.console.ports import BYTES_PER_S, Port, SerialPort

PROTOCOL_MAJOR = 1  # that this client understands
ANSWER_S = 0.5  # an answer of 576 bytes takes 60 ms on the wire
ATTEMPTS = 3
COMMANDS = ("hello", "vitals", "why", "faults")  # of the private group, by number

_SLICE_S = 0.02
_MOST_PAGES = 20
_MOST_KEPT = 1000  # lines of text
_PROMPTS = (">>> ", "raw REPL; CTRL-B to exit")


class Console:
    """A console behind a port. Made by `attach`, which also says hello.

    where: how people call the port. texts: the latest readable lines, those of the log among them.
    """

    def __init__(
        self, port: Port, random: Random | None = None, where: str = "the console"
    ) -> None:
        self.where = where
        self.texts: list[str] = []
        self._port = port
        self._lines = LineReader()
        self._frames = frames.FrameReader()
        self._sequence = (random or Random()).randrange(256)
        self._heard = 0  # bytes, ever
        self._echoes = 0  # messages that answer nothing
        self._hello: Hello | None = None

    def hello(self) -> Hello:
        """Who the unit is; asked once. Raises VersionMismatchError for another major."""
        if self._hello is None:
            answer = self.fetch("hello")
            proto = answer.get("proto")
            if not isinstance(proto, list) or not proto or proto[0] != PROTOCOL_MAJOR:
                raise VersionMismatchError(
                    f"the unit speaks version {_dotted(proto)} of the protocol, and this program "
                    f"knows {PROTOCOL_MAJOR}.x: install the wattback that came with the firmware"
                )
            self._hello = build(Hello, answer)
        return self._hello

    def vitals(self) -> Vitals:
        """Everything it measures and has decided."""
        return build(Vitals, self.fetch("vitals"))

    def why(self) -> Why:
        """Why it does not charge or export, and why it stopped."""
        return build(Why, self.fetch("why"))

    def faults(self) -> tuple[LatchedFault, ...]:
        """What is latched, and how it ends."""
        return faults_of(self.fetch("faults"))

    def echo(self, text: str) -> str:
        """The text that comes back."""
        answer = self.ask(smp.GROUP_OS, smp.ECHO, {"d": text})
        return str(answer.get("r"))

    def fetch(self, command: str) -> dict[str, object]:
        """All fields of an answer of the private group, its pages put together."""
        if self._hello is not None and command not in self._hello.features:
            raise VersionMismatchError(f"firmware {self._hello.fw} does not know {command!r}")
        for _ in range(ATTEMPTS):
            whole = self._fetch_once(COMMANDS.index(command))
            if whole is not None:
                return whole
        raise GarbledError(
            f"the pages of {command!r} are never of one moment; is another program asking, too?"
        )

    def ask(self, group: int, command: int, fields: Mapping[str, object]) -> dict[str, object]:
        """One request, and the map that answers it.

        Raises RefusedError, GarbledError, or NotReachableError when nobody answers.
        """
        heard_before = self._heard
        for _ in range(ATTEMPTS):
            self._sequence = (self._sequence + 1) % 256
            request = smp.read_request(group, command, self._sequence, fields)
            self._port.write(frames.encode(request))
            answer = self._wait(group, command)
            if answer is not None:
                return _accepted(answer.fields())
        raise self._silence(self._heard - heard_before)

    def follow(self) -> Iterator[str]:
        """Readable lines, as they come, for ever; those that came before first."""
        while True:
            yield from self.texts
            self.texts.clear()
            self._hear(_SLICE_S)

    def _fetch_once(self, command: int) -> dict[str, object] | None:
        """None when the pages are not of one moment."""
        whole: dict[str, object] = {}
        fields: dict[str, object] = {}
        for _ in range(_MOST_PAGES):
            page = self.ask(smp.GROUP_CONNECTOR, command, fields)
            following = page.pop("next", None)
            if whole and page.get("tick") != whole.get("tick"):
                return None
            merge(whole, page)
            if following is None:
                return whole
            fields = {"from": following}
        raise GarbledError(f"the answer to command {command} has no end")

    def _wait(self, group: int, command: int) -> smp.Answer | None:
        """The answer to the last request, or None when its time is over."""
        waited_s = 0.0
        while waited_s < ANSWER_S:
            before = self._heard
            for message in self._hear(_SLICE_S):
                answer = smp.parse_answer(message)
                if answer is None:
                    self._echoes += 1
                elif _is_of(answer, group, command, self._sequence):
                    return answer
            # A wire that is never quiet passes time as well.
            waited_s += (self._heard - before) / BYTES_PER_S or _SLICE_S
        return None

    def _hear(self, within_s: float) -> list[bytes]:
        """Whole messages of what comes; text is kept aside."""
        data = self._port.read(within_s)
        self._heard += len(data)
        messages = []
        for line in self._lines.feed(data):
            if isinstance(line, FramePart):
                message = self._frames.feed(line)
                if message is not None:
                    messages.append(message)
            else:
                self.texts.append(line.text)
        del self.texts[:-_MOST_KEPT]
        return messages

    def _silence(self, heard: int) -> NotReachableError:
        # heard: bytes, since the request was made.
        tried = f"{self.where}: no answer in {ATTEMPTS} attempts"
        if any(prompt.strip() in text for text in self.texts for prompt in _PROMPTS):
            return NotReachableError(f"{tried}: a MicroPython prompt is there, and no firmware")
        if not heard:
            if self._hello is not None:
                return NotReachableError(f"{tried}, not a byte any more; has the unit restarted?")
            return NotReachableError(f"{tried}, not a byte; is the unit powered, is it this port?")
        if self._echoes:
            return NotReachableError(f"{tried}: what is sent comes back; is this the right port?")
        if self._frames.damaged or self._lines.noise or not self.texts:
            return NotReachableError(
                f"{tried}, and what came is damaged; check the cable, and that nothing else has "
                "the port open"
            )
        return NotReachableError(f"{tried}, only text; is a connector behind this port?")


@contextmanager
def attach(url: str) -> Iterator[Console]:
    """A console that has said hello, for the length of a block. url: any of pyserial's.

    Raises NotReachableError, NotPermittedError or VersionMismatchError.
    """
    port = SerialPort(url)
    try:
        console = Console(port, where=url)
        console.hello()
        yield console
    finally:
        port.close()


def _is_of(answer: smp.Answer, group: int, command: int, sequence: int) -> bool:
    return (answer.group, answer.command, answer.sequence) == (group, command, sequence)


def merge(whole: dict[str, object], page: dict[str, object]) -> None:
    """Add the fields of a further page; a field that is a map may go on in it."""
    for name, value in page.items():
        known = whole.get(name)
        if isinstance(known, dict) and isinstance(value, dict):
            known.update(value)
        else:
            whole[name] = value


def _accepted(fields: dict[str, object]) -> dict[str, object]:
    """The fields, unless they are an error. Raises RefusedError."""
    error = fields.get("err")
    group = error.get("group") if isinstance(error, dict) else None
    code = error.get("rc") if isinstance(error, dict) else fields.get("rc")
    if code is None or code == 0:
        return fields
    if not isinstance(code, int) or not isinstance(group, int | None):
        raise GarbledError(f"expected an error's numbers, and saw {fields!r}")
    if group is None:
        reason = smp.REFUSALS.get(code, f"error {code}")
    else:
        reason = f"error {code} of group {group}"
    raise RefusedError(f"the unit refused: {reason}", group, code)


def _dotted(proto: object) -> str:
    return ".".join(map(str, proto)) if isinstance(proto, list) else repr(proto)
