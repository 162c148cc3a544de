"""All integers that a connector and its parts keep, by path."""

from array import array
from collections.abc import Iterator


def integers_of(part: object, path: str = "connector") -> Iterator[tuple[str, int]]:
    """Every integer that a connector or one of its parts keeps, arrays included."""
    for name, value in vars(part).items():
        here = f"{path}.{name}"
        if isinstance(value, int):
            yield here, value
        elif isinstance(value, (array, list, tuple)):
            for index, element in enumerate(value):
                if isinstance(element, int):
                    yield f"{here}[{index}]", element
                elif not isinstance(element, str):
                    yield from integers_of(element, f"{here}[{index}]")
        elif type(value).__module__.startswith("wattback"):
            yield from integers_of(value, here)
