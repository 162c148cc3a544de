"""CBOR maps with text keys, what every message carries. The only file that imports cbor2."""

from collections.abc import Mapping

import cbor2

from wattback_hil.console.errors import GarbledError


def encode(fields: Mapping[str, object]) -> bytes:
    """A map as CBOR."""
    return cbor2.dumps(dict(fields))


def decode(cbor: bytes) -> dict[str, object]:
    """The map in these bytes, all of them. Raises GarbledError."""
    try:
        fields = cbor2.loads(cbor)
    except (cbor2.CBORDecodeError, ValueError, TypeError) as error:
        raise GarbledError(f"the answer is no CBOR: {error}") from None
    if not isinstance(fields, dict) or not all(isinstance(key, str) for key in fields):
        raise GarbledError(f"the answer is no map with names, but {fields!r}")
    return fields
