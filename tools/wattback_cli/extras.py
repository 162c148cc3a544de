"""Libraries that not everybody installs: a command that needs them says which they are."""

from collections.abc import Iterator
from contextlib import contextmanager

from wattback_sim.errors import BadInputError


@contextmanager
def needing(extra: str, what: str) -> Iterator[None]:
    """Around imports that belong to an extra of the package. Raises BadInputError."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise BadInputError(
            f"{what} needs {error.name}, which is not installed: pip install 'wattback[{extra}]'"
        ) from None
