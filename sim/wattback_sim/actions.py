"""What can be done to a site in a scenario or by hand: one row an action, with its arguments.

Actions of people and of the site go the way that they go on a real unit: the driver's through the
vehicle, the site's over its wires or, like the technician's, through the firmware's command queue.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wattback.commands import (
    ACCEPTED,
    ANSWER_NAMES,
    COMMAND_PAUSE,
    COMMAND_RESET_FAULTS,
    COMMAND_SET_LIMIT,
)
from wattback.limits import HIGHEST_LIMIT_MA, LONGEST_S, NO_LIMIT_MA, OWNER_DRIVER, OWNER_SITE
from wattback.resets import RESET_BROWN_OUT
from wattback_sim.arguments import (
    Argument,
    Arguments,
    Number,
    NumberOrWord,
    Word,
    check_all,
)
from wattback_sim.controller import NO_ANSWER, RTU, WAYS
from wattback_sim.errors import BadInputError, suggestion
from wattback_sim.register_map import encode, find_point
from wattback_sim.site import Site


@dataclass(frozen=True, slots=True)
class Action:
    """One row.

    do: carries it out and returns why it was refused, "" when it was not. who: does it, a kind of
    the story. moves: it touches the world, which is brought to its time before. fit: raises
    BadInputError when arguments that are good one by one do not fit together.
    """

    name: str
    who: str
    text: str
    do: Callable[[Site, Arguments], str]
    arguments: tuple[Argument, ...] = ()
    moves: bool = True
    fit: Callable[[Arguments], None] | None = None

    def check(self, given: Mapping[str, object]) -> dict[str, float | str]:
        """All arguments, checked and defaulted, or BadInputError."""
        checked = check_all(self.name, self.arguments, given)
        if self.fit is not None:
            self.fit(checked)
        return checked

    def sentence(self, arguments: Arguments) -> str:
        """What happens, with the arguments that differ from their defaults."""
        words = [self.text]
        for argument in self.arguments:
            value = arguments[argument.name]
            if value != argument.default:
                words.append(argument.phrase(value))
        return " ".join(words)


def _plug_in(site: Site, _arguments: Arguments) -> str:
    site.world.vehicle.plug_in()
    return ""


def _unplug(site: Site, _arguments: Arguments) -> str:
    site.world.unplug()
    site.ledger.unplugged()
    return ""


def _open_s2(site: Site, _arguments: Arguments) -> str:
    site.world.vehicle.s2_forced_open = True
    site.world.vehicle.s2_closed = False
    return ""


def _release_s2(site: Site, _arguments: Arguments) -> str:
    site.world.vehicle.s2_forced_open = False
    return ""


def _fall_asleep(site: Site, _arguments: Arguments) -> str:
    site.world.vehicle.parameters.asleep = True
    return ""


def _switch_motor(on: bool) -> Callable[[Site, Arguments], str]:
    def switch(site: Site, _arguments: Arguments) -> str:
        site.world.spare_gateway.home.parameters.motor_on = on
        return ""

    return switch


def _limit(owner: int) -> Callable[[Site, Arguments], str]:
    def set_limit(site: Site, arguments: Arguments) -> str:
        import_ma, export_ma = _milliamps(arguments["import_a"]), _milliamps(arguments["export_a"])
        lasts_s = int(arguments["for_s"])
        return _command(site, COMMAND_SET_LIMIT, owner, import_ma, export_ma, lasts_s)

    return set_limit


def _pause(owner: int, paused: int) -> Callable[[Site, Arguments], str]:
    def pause(site: Site, _arguments: Arguments) -> str:
        return _command(site, COMMAND_PAUSE, owner, paused)

    return pause


def _reset_faults(site: Site, _arguments: Arguments) -> str:
    return _command(site, COMMAND_RESET_FAULTS)


def _cut_power(site: Site, _arguments: Arguments) -> str:
    site.power_off()
    return ""


def _restore_power(site: Site, _arguments: Arguments) -> str:
    site.power_on()
    return ""


def _brown_out(site: Site, _arguments: Arguments) -> str:
    if not site.board.powered:
        return "the board has no supply that could sag"
    site.power_off()
    site.power_on(RESET_BROWN_OUT)
    return ""


def _write(site: Site, arguments: Arguments) -> str:
    point = str(arguments["point"])

    def done(refused: str) -> None:
        if not refused:
            text = f"takes {point}"
        elif refused.startswith(NO_ANSWER):
            text = f"{point} got {refused}"
        else:
            text = f"refuses {point}: {refused}"
        site.story.add("connector", text)

    site.controller.write({point: arguments["value"]}, str(arguments["over"]), done)
    return ""


def _start_heartbeat(site: Site, arguments: Arguments) -> str:
    def tell(refused: str) -> None:
        site.story.add("connector", f"misses a heartbeat: {refused}")

    every_s, over = float(arguments["every_s"]), str(arguments["over"])
    site.controller.start_heartbeat(every_s, over, tell)
    return ""


def _stop_heartbeat(site: Site, _arguments: Arguments) -> str:
    site.controller.stop_heartbeat()
    return ""


def _noise(site: Site, arguments: Arguments) -> str:
    site.wiring.serial[str(arguments["wire"])].send(bytes.fromhex(str(arguments["hex"])))
    return ""


def _milliamps(amps: float | str) -> int:
    return NO_LIMIT_MA if float(amps) < 0 else round(float(amps) * 1000)


def _command(site: Site, code: int, *arguments: int) -> str:
    if not site.board.powered:
        return "no answer: the connector has no power"
    answer = site.board.command(code, *arguments)
    return "" if answer == ACCEPTED else f"refused: {ANSWER_NAMES[answer]}"


def _hex(text: str) -> str:
    try:
        return bytes.fromhex(text).hex(" ")
    except ValueError:
        raise BadInputError(
            f"hex of wire.send is bytes as pairs of hexadecimal digits, not {text!r}"
        ) from None


def _point(text: str) -> str:
    try:
        return find_point(text).full_name
    except BadInputError as error:
        raise BadInputError(f"point of modbus.write: {error}") from None


def _fits_register(arguments: Arguments) -> None:
    try:
        encode(find_point(str(arguments["point"])), arguments["value"])
    except BadInputError as error:
        raise BadInputError(f"value of modbus.write: {error}") from None


_LIMIT_A = HIGHEST_LIMIT_MA / 1000
_LIMIT_ARGUMENTS = (
    Number("import_a", "A", -1, _LIMIT_A, "charging limit; -1: none", "charging to", none=True),
    Number(
        "export_a",
        "A",
        -1,
        _LIMIT_A,
        "discharging limit; -1: none",
        "discharging to",
        -1,
        none=True,
    ),
    Number("for_s", "s", 0, LONGEST_S, "until it falls back; 0: for ever", "for", 0, True),
)
_OVER = Word("over", "the wire", "over", WAYS, RTU)
_WRITE_ARGUMENTS = (
    Word("point", "a register's name, as 704.WSet or site_import_limit", "", parse=_point),
    NumberOrWord("value", "in its unit, or a name that it knows", "="),
    _OVER,
)
_HEARTBEAT_ARGUMENTS = (Number("every_s", "s", 0.1, 3600.0, "between two beats", "every"), _OVER)
_NOISE_ARGUMENTS = (
    Word("wire", "which serial wire", "on wire", ("console", "rtu", "vehicle", "gateway")),
    Word("hex", "bytes as pairs of hexadecimal digits", "bytes", parse=_hex),
)

ACTIONS: tuple[Action, ...] = (
    Action("vehicle.plug_in", "vehicle", "the driver plugs in", _plug_in),
    Action("vehicle.unplug", "vehicle", "the driver unplugs", _unplug),
    Action("vehicle.open_s2", "vehicle", "the vehicle opens S2 without stopping first", _open_s2),
    Action("vehicle.release_s2", "vehicle", "the vehicle handles S2 by itself again", _release_s2),
    Action(
        "vehicle.fall_asleep",
        "vehicle",
        "the vehicle falls asleep: its link is silent and S2 open",
        _fall_asleep,
    ),
    Action("home.start_motor", "site", "a motor in the home starts", _switch_motor(True)),
    Action(
        "home.stop_motor", "site", "the motor in the home is switched off", _switch_motor(False)
    ),
    Action(
        "site.set_limit",
        "site",
        "the site's controller limits",
        _limit(OWNER_SITE),
        _LIMIT_ARGUMENTS,
    ),
    Action(
        "driver.set_limit",
        "vehicle",
        "the driver limits this visit",
        _limit(OWNER_DRIVER),
        _LIMIT_ARGUMENTS,
    ),
    Action("driver.pause", "vehicle", "the driver pauses", _pause(OWNER_DRIVER, 1)),
    Action("driver.resume", "vehicle", "the driver resumes", _pause(OWNER_DRIVER, 0)),
    Action(
        "technician.reset_faults",
        "connector",
        "a technician resets latched faults",
        _reset_faults,
    ),
    Action("connector.cut_power", "connector", "the board loses its own supply", _cut_power),
    Action(
        "connector.restore_power",
        "connector",
        "the board's supply returns: it boots",
        _restore_power,
    ),
    Action(
        "connector.brown_out",
        "connector",
        "the board's own supply sags: its brown-out detector restarts it",
        _brown_out,
    ),
    Action(
        "modbus.write",
        "site",
        "the site's controller writes",
        _write,
        _WRITE_ARGUMENTS,
        moves=False,
        fit=_fits_register,
    ),
    Action(
        "controller.start_heartbeat",
        "site",
        "the site's controller beats",
        _start_heartbeat,
        _HEARTBEAT_ARGUMENTS,
        moves=False,
    ),
    Action(
        "controller.stop_heartbeat",
        "site",
        "the site's controller falls silent",
        _stop_heartbeat,
        moves=False,
    ),
    Action("wire.send", "fault", "(world) somebody sends", _noise, _NOISE_ARGUMENTS, moves=False),
)


def find_action(name: str) -> Action:
    """The row of that name, or BadInputError with a suggestion."""
    rows = {row.name: row for row in ACTIONS}
    if name in rows:
        return rows[name]
    raise BadInputError(f"no action is called {name!r}{suggestion(name, rows)}")
