"""Arguments of actions: what may be given, how it is checked, how it is said in a sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wattback_sim.errors import BadInputError, suggestion
from wattback_sim.parameters import check_number

Arguments = Mapping[str, float | str]


@dataclass(frozen=True, slots=True)
class Number:
    """A number. default: None where it must be given. said: before it in a sentence.

    none: -1 stands for "no limit", and nothing else below 0 is accepted.
    """

    name: str
    unit: str
    low: float
    high: float
    text: str
    said: str
    default: float | None = None
    whole: bool = False
    none: bool = False

    @property
    def needed(self) -> str:
        """What is to be given, in a complaint."""
        return f"{self.name} in {self.unit}" if self.unit else f"{self.name}, a number"

    def check(self, of: str, value: object) -> float:
        """The value, or BadInputError with a sentence. of: the action."""
        what = f"{self.name} of {of}"
        kind = int if self.whole else float
        number = float(check_number(what, value, kind, self.low, self.high, self.unit))
        if self.none and -1.0 < number < 0.0:
            raise BadInputError(f"{what} is -1 (none) or at least 0 {self.unit}, not {value!r}")
        return number

    def phrase(self, value: float | str) -> str:
        """The argument in a sentence."""
        if self.none and float(value) < 0:
            return f"{self.said} no limit"
        return f"{self.said} {value:g} {self.unit}".strip()

    def span(self) -> str:
        """What may be given, for people."""
        return f"{self.low:.12g} … {self.high:.12g} {self.unit}".rstrip()


def _as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Word:
    """A text. choices: all that are accepted, empty for any. parse: accepts it or raises
    BadInputError, and returns it as the action wants it."""

    name: str
    text: str
    said: str
    choices: tuple[str, ...] = ()
    default: str | None = None
    parse: Callable[[str], str] = _as_it_is

    @property
    def needed(self) -> str:
        """See Number."""
        return f"{self.name}: {self.span()}"

    def check(self, of: str, value: object) -> str:
        """See Number."""
        what = f"{self.name} of {of}"
        if not isinstance(value, str):
            raise BadInputError(f"{what} is a text, not {value!r}")
        if self.choices and value not in self.choices:
            hint = suggestion(value, self.choices)
            raise BadInputError(f"{what} is never {value!r}{hint}")
        return self.parse(value)

    def phrase(self, value: float | str) -> str:
        """See Number."""
        return f"{self.said} {value}".strip()

    def span(self) -> str:
        """See Number."""
        return " or ".join(self.choices) or self.text


@dataclass(frozen=True, slots=True)
class NumberOrWord:
    """A number or a name, as the thing that it is for takes it."""

    name: str
    text: str
    said: str
    default: float | str | None = None

    @property
    def needed(self) -> str:
        """See Number."""
        return f"{self.name}: {self.text}"

    def check(self, of: str, value: object) -> float | str:
        """See Number."""
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise BadInputError(f"{self.name} of {of} is a number or a name, not {value!r}")
        return value

    def phrase(self, value: float | str) -> str:
        """See Number."""
        return f"{self.said} {value}".strip()

    def span(self) -> str:
        """See Number."""
        return self.text


Argument = Number | Word | NumberOrWord


def check_all(
    of: str, arguments: tuple[Argument, ...], given: Mapping[str, object]
) -> dict[str, float | str]:
    """Every argument of an action, checked and defaulted, or BadInputError."""
    known = {argument.name: argument for argument in arguments}
    for name in given:
        if name not in known:
            raise BadInputError(f"{of} takes no {name!r}{suggestion(name, known)}")
    checked: dict[str, float | str] = {}
    for name, argument in known.items():
        if name not in given and argument.default is None:
            raise BadInputError(f"{of} needs {argument.needed}")
        checked[name] = argument.check(of, given.get(name, argument.default))
    return checked
