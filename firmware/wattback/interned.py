"""Names of attributes as a tick may use them.

MicroPython keeps every name once, behind a lock of its own where there are threads, and a text
that is not such a name (one put together, or longer than ten characters) goes through that lock
whenever an attribute is looked up by it. A tick that interrupts the loop just there would wait
for ever. The keys of an object's own attributes are such names.
"""


def own_names(thing: object, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of attributes that `thing` has, in the order of `names`, as it keeps them."""
    kept: dict[str, str] = {}
    for name in thing.__dict__:
        kept[name] = name
    return tuple(kept[name] for name in names)
