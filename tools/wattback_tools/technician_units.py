"""Values of the firmware as people read them: engineering units, and words where needed."""

_FOR_EVER = -1
_UNKNOWN = -1


def volts(mv: int, digits: int = 1) -> str:
    """ "120.1 V"."""
    return f"{mv / 1000:.{digits}f} V"


def amps(ma: int, digits: int = 1) -> str:
    """ "48.0 A", or "no limit"."""
    return "no limit" if ma == _UNKNOWN else f"{ma / 1000:.{digits}f} A"


def watts(w: int) -> str:
    """ "-11.52 kW"; positive is out of the vehicle."""
    return f"{w / 1000:.2f} kW"


def kilovars(var: int) -> str:
    """ "1.20 kvar"."""
    return f"{var / 1000:.2f} kvar"


def kilowatt_hours(wh: int) -> str:
    """ "12.345 kWh"."""
    return f"{wh / 1000:.3f} kWh"


def hertz(millihertz: int) -> str:
    """ "59.998 Hz"."""
    return f"{millihertz / 1000:.3f} Hz"


def percent(bp: int) -> str:
    """ "61.5 %", or "not said"."""
    return "not said" if bp < 0 else f"{bp / 100:.1f} %"


def duration(s: int) -> str:
    """ "41 s", "12 min 5 s", "3 h 12 min", "2 d 4 h", or "for ever"."""
    if s == _FOR_EVER:
        return "for ever"
    for size, name, smaller, small_name in (
        (86400, "d", 3600, "h"),
        (3600, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if s >= size:
            return f"{s // size} {name} {s % size // smaller} {small_name}"
    return f"{s} s"


def names(items: tuple[str, ...]) -> str:
    """The items in a row, or "none"."""
    return ", ".join(items) or "none"
