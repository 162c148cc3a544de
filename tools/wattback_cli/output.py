"""How commands answer: text for people or one JSON document, errors too, and the exit code."""

import json
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, ParamSpec

import click

from wattback_cli.exit_codes import ExitCode
from wattback_hil.console import NotPermittedError, NotReachableError, VersionMismatchError
from wattback_hil.errors import HilError
from wattback_sim.errors import BadInputError, FirmwareStoppedError, PortTakenError

P = ParamSpec("P")

# What an error that people can meet ends with; of several that fit the first counts.
_CODES: tuple[tuple[type[Exception], ExitCode], ...] = (
    (BadInputError, ExitCode.USAGE),
    (NotReachableError, ExitCode.NOT_REACHABLE),
    (PortTakenError, ExitCode.NOT_REACHABLE),
    (NotPermittedError, ExitCode.NOT_PERMITTED),
    (VersionMismatchError, ExitCode.VERSION_MISMATCH),
    (HilError, ExitCode.FAILED),
    (FirmwareStoppedError, ExitCode.FAILED),
)
_EXPECTED = tuple(kind for kind, _ in _CODES)


def answer(document: dict[str, Any]) -> None:
    """Put one JSON document on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False))


def fail(message: str, code: ExitCode, as_json: bool) -> NoReturn:
    """Say what is wrong in one sentence and end with `code`."""
    if as_json:
        answer({"error": message, "exit_code": int(code)})
    else:
        click.echo(f"wattback: {message}", err=True)
    sys.exit(code)


def check_writable(option: str, path: Path) -> None:
    """Make the folders above a file that is written later, and see that it can be. Raises
    BadInputError.
    """
    try:
        existed = path.exists()
        if existed and not (path.is_file() or path.is_dir()):
            return  # a pipe would take the trial for all there is
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
        if not existed:
            path.unlink()
    except OSError as error:
        reason = error.strerror
        if isinstance(error, (FileExistsError, NotADirectoryError)):
            reason = "what should be a folder above it is a file"
        elif isinstance(error, IsADirectoryError):
            reason = "that is a folder"
        raise BadInputError(
            f"{option}: {path} cannot be written: {reason}; name a file in a folder that this "
            "user may write to"
        ) from None


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """Turn the errors that people can meet into sentences; no traceback reaches them."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        as_json = bool(kwargs.get("as_json"))
        try:
            command(*args, **kwargs)
        except _EXPECTED as error:
            code = next(code for kind, code in _CODES if isinstance(error, kind))
            fail(str(error), code, as_json)
        except KeyboardInterrupt:
            fail("interrupted", ExitCode.INTERRUPTED, as_json)
        except BrokenPipeError:
            raise  # whoever reads has read enough: the root ends without a word
        except OSError as error:
            name = f"{error.filename}: " if error.filename else ""
            fail(f"{name}{error.strerror or error}", ExitCode.FAILED, as_json)

    return run
