"""What can be done to the world in a scenario: one row an action, with its arguments.

Actions of people and of the site go the way that they go on a real unit: the driver's through the
vehicle, the site's and the technician's through the firmware's command queue.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wattback.commands import (
    ACCEPTED,
    ANSWER_NAMES,
    COMMAND_RESET_FAULTS,
    COMMAND_SET_LIMIT,
)
from wattback.limits import HIGHEST_LIMIT_MA, LONGEST_S, NO_LIMIT_MA, OWNER_DRIVER, OWNER_SITE
from wattback_sim.board import SimulatedBoard
from wattback_sim.errors import BadInputError, suggestion
from wattback_sim.parameters import check_number

Arguments = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of an action. default: None where it must be given. said: in a sentence."""

    name: str
    unit: str
    low: float
    high: float
    text: str
    said: str
    default: float | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """One row. do: carries it out and returns what the unit answered, "" for nothing to tell."""

    name: str
    text: str
    do: Callable[[SimulatedBoard, Arguments], str]
    arguments: tuple[Argument, ...] = ()

    def sentence(self, arguments: Arguments) -> str:
        """What happens, with the arguments that differ from their defaults."""
        words = [self.text]
        for argument in self.arguments:
            value = arguments[argument.name]
            if value != argument.default:
                amount = "no limit" if value < 0 else f"{value:g} {argument.unit}"
                words.append(f"{argument.said} {amount}")
        return " ".join(words)


def _plug_in(board: SimulatedBoard, _arguments: Arguments) -> str:
    board.world.vehicle.plug_in()
    return ""


def _unplug(board: SimulatedBoard, _arguments: Arguments) -> str:
    board.world.unplug()
    return ""


def _open_s2(board: SimulatedBoard, _arguments: Arguments) -> str:
    board.world.vehicle.s2_forced_open = True
    board.world.vehicle.s2_closed = False
    return ""


def _release_s2(board: SimulatedBoard, _arguments: Arguments) -> str:
    board.world.vehicle.s2_forced_open = False
    return ""


def _limit(owner: int) -> Callable[[SimulatedBoard, Arguments], str]:
    def set_limit(board: SimulatedBoard, arguments: Arguments) -> str:
        return _command(
            board,
            COMMAND_SET_LIMIT,
            owner,
            _milliamps(arguments["import_a"]),
            _milliamps(arguments["export_a"]),
            int(arguments["for_s"]),
        )

    return set_limit


def _reset_faults(board: SimulatedBoard, _arguments: Arguments) -> str:
    return _command(board, COMMAND_RESET_FAULTS, 0, 0, 0, 0)


def _cut_power(board: SimulatedBoard, _arguments: Arguments) -> str:
    board.power_off()
    return ""


def _restore_power(board: SimulatedBoard, _arguments: Arguments) -> str:
    if not board.powered:
        board.power_on()
    return ""


def _milliamps(amps: float) -> int:
    return NO_LIMIT_MA if amps < 0 else round(amps * 1000)


def _command(board: SimulatedBoard, code: int, a: int, b: int, c: int, d: int) -> str:
    if not board.powered:
        return "no answer: the connector has no power"
    answer = board.command(code, a, b, c, d)
    return "" if answer == ACCEPTED else f"refused: {ANSWER_NAMES[answer]}"


_LIMIT_A = HIGHEST_LIMIT_MA / 1000
_LIMIT_ARGUMENTS = (
    Argument("import_a", "A", -1, _LIMIT_A, "charging limit; -1: none", "charging to"),
    Argument("export_a", "A", -1, _LIMIT_A, "discharging limit; -1: none", "discharging to", -1),
    Argument("for_s", "s", 0, LONGEST_S, "until it falls back; 0: for ever", "for", 0, True),
)

ACTIONS: tuple[Action, ...] = (
    Action("vehicle.plug_in", "the driver plugs in", _plug_in),
    Action("vehicle.unplug", "the driver unplugs", _unplug),
    Action("vehicle.open_s2", "the vehicle opens S2 without stopping first", _open_s2),
    Action("vehicle.release_s2", "the vehicle handles S2 by itself again", _release_s2),
    Action("site.set_limit", "the site's controller limits", _limit(OWNER_SITE), _LIMIT_ARGUMENTS),
    Action(
        "driver.set_limit", "the driver limits this visit", _limit(OWNER_DRIVER), _LIMIT_ARGUMENTS
    ),
    Action("technician.reset_faults", "a technician resets latched faults", _reset_faults),
    Action("connector.cut_power", "the board loses its own supply", _cut_power),
    Action("connector.restore_power", "the board's supply returns: it boots", _restore_power),
)


def find_action(name: str) -> Action:
    """The row of that name, or BadInputError with a suggestion."""
    rows = {row.name: row for row in ACTIONS}
    if name in rows:
        return rows[name]
    raise BadInputError(f"no action is called {name!r}{suggestion(name, rows)}")


def check_arguments(action: Action, given: Mapping[str, object]) -> dict[str, float]:
    """All arguments of the action, checked and defaulted, or BadInputError."""
    known = {argument.name: argument for argument in action.arguments}
    for name in given:
        if name not in known:
            raise BadInputError(f"{action.name} takes no {name!r}{suggestion(name, known)}")
    checked: dict[str, float] = {}
    for name, argument in known.items():
        if name not in given and argument.default is None:
            raise BadInputError(f"{action.name} needs {name} in {argument.unit}")
        value = given.get(name, argument.default)
        what = f"{name} of {action.name}"
        kind = int if argument.whole else float
        number = float(check_number(what, value, kind, argument.low, argument.high, argument.unit))
        if -1.0 < number < 0.0:
            raise BadInputError(
                f"{what} is -1 (none) or at least 0 {argument.unit}, not {value!r}"
            )
        checked[name] = number
    return checked
