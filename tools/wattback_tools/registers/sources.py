"""How it is said where a point's value comes from, and what a write of it does."""

from dataclasses import dataclass

# The parts of the firmware that a write goes through, in the order in which `Bank` holds them.
ORDERS = (
    "programme_target",
    "programme_limit",
    "site_target",
    "site_limit",
    "technician_limit",
    "setting",
    "heartbeat",
    "civil_time",
    "reset",
    "site_pause",
    "adopted",
    "draft",
)
# What a write may contain, in the order of `access.RANGES`; "judged": what the command accepts.
ACCEPTED = (
    "judged",
    "flag",
    "off",
    "percent",
    "signed percent",
    "watts",
    "amps",
    "seconds",
    "rated watts",
    "draft",
)
ACCEPTED_TEXTS = {
    "judged": "",
    "flag": "0 or 1",
    "off": "0 alone",
    "percent": "0 … 100 %",
    "signed percent": "-100 … 100 %",
    "watts": "within the ratings of model 702",
    "amps": "0 … 80 A, or -1 A: no limit",
    "seconds": "0 … 86400 s",
    "rated watts": "0 … the rating of model 702",
    "draft": "2 alone, the set that can be written",
}


@dataclass(frozen=True, slots=True)
class Source:
    """One implemented point.

    value: "status.x", "report.x" or "settings.x", a field of that record; "derived.x", a function
    of `modbus/derived.py`; "identity.x", a text; "order": kept by the order; "step": kept by the
    bank; "adopted.x": a setting of the grid code, shown when it is adopted; "adoption": asks that
    the second set of its model be adopted. which: the point is whether the setting has this
    value. divisor: of the field, to reach the point's unit. constant: the value, for ever.
    order: which of ORDERS obeys a write, "" for none. accepts: which of ACCEPTED. setting: the one
    that a write sets. text: what the point means here, where its model does not say.
    """

    value: str = ""
    divisor: int = 1
    constant: int | None = None
    order: str = ""
    accepts: str = "judged"
    setting: str = ""
    which: int = 0
    text: str = ""


def fixed(constant: int, text: str = "") -> Source:
    """A value that never changes."""
    return Source(constant=constant, text=text)


def live(value: str, divisor: int = 1, text: str = "") -> Source:
    """A value that is renewed all the time."""
    return Source(value=value, divisor=divisor, text=text)


def kept(order: str, accepts: str = "judged", text: str = "") -> Source:
    """A writable value of a group that one order obeys as a whole."""
    return Source(value="order", order=order, accepts=accepts, text=text)


def shown(order: str, text: str = "") -> Source:
    """A value that an order shows and nobody writes."""
    return Source(value="order", order=order, accepts="", text=text)


def setting(name: str, value: str = "", accepts: str = "judged", text: str = "") -> Source:
    """A setting that may change at run time. value: what it reads, if not the setting itself."""
    value = value or f"settings.{name}"
    return Source(value=value, order="setting", accepts=accepts, setting=name, text=text)


def adopted(name: str, which: int = 0, accepts: str = "judged", text: str = "") -> Source:
    """A setting of the grid code that a write changes at once, if the utility may set it."""
    return Source(
        value=f"adopted.{name}",
        order="adopted",
        accepts=accepts,
        setting=name,
        which=which,
        text=text,
    )


def active(name: str, text: str = "") -> Source:
    """A setting in the set that is in force; nobody writes it."""
    return Source(value=f"adopted.{name}", setting=name, text=text)


def draft(name: str) -> Source:
    """The same in the set that can be written."""
    return Source(value="order", order="draft", setting=name)


def draft_of(constant: int) -> Source:
    """What must stay as it is in the set that can be written: another value is not adopted."""
    return Source(constant=constant, order="draft", text="another value is not adopted")
