"""Where the utility is, and whom we believe to be it: https and certificates, or this machine."""

import ssl
from pathlib import Path
from urllib.parse import urlsplit

from wattback_sim.allow_list import is_this_machine
from wattback_sim.errors import BadInputError


def checked_base(url: str) -> str:
    """A base URL without a slash at its end.

    Plain http is accepted for this machine alone: whoever can read the line could order an export.
    Raises BadInputError.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        host = ""
    printable = url.isprintable() and " " not in url
    if not host or not printable or parts.scheme not in ("http", "https"):
        raise refused_base(url)
    if parts.username is not None or parts.query or parts.fragment:
        raise BadInputError(
            f"the utility's address {parts.scheme}://{host} was expected without user, query or "
            "fragment: credentials have their own file"
        )
    if parts.scheme == "http" and not is_this_machine(host):
        raise BadInputError(
            f"the utility's address http://{host} is not encrypted: only https is accepted for "
            "another machine"
        )
    return url.rstrip("/")


def refused_base(url: str) -> BadInputError:
    """What is said of an address that is none."""
    return BadInputError(
        f"the utility's address was expected as https://host/path, not {url!r}: "
        "ask the utility for it"
    )


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """Certificates are checked always: against this file's authorities, or else the system's.

    Raises BadInputError when the file cannot be used.
    """
    if ca_file is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except OSError as error:  # ssl.SSLError is one
        raise BadInputError(
            f"{ca_file} was expected to hold certificates of authorities in PEM, but cannot be "
            f"used ({error}): ask the utility for the right file"
        ) from None
