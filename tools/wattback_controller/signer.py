"""Signs what was metered: a record for each participation that is over, once its energy is known.

The key is the site's own, made at its first start and kept beside the records. A record that was
signed is never signed again, so a file that was handed on stays the one that the store has.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from wattback_controller.records import Participation
from wattback_controller.settlement.keys import create_key, load_key
from wattback_controller.settlement.ocmf import sign_participation
from wattback_controller.store import Store

_KEY_FILE = "meter_key.pem"


def meter_key(folder: Path) -> EllipticCurvePrivateKey:
    """The site's key, made when there is none. Raises BadInputError."""
    path = folder / _KEY_FILE
    if not path.exists():
        create_key(path)
    return load_key(path)


class Signer:
    """Signs in the transaction of whoever calls it."""

    def __init__(self, store: Store, key: EllipticCurvePrivateKey) -> None:
        self._store = store
        self._key = key

    def sign_due(self) -> None:
        """Sign every participation that is over and whose last interval is complete."""
        for part in self._store.unsigned():
            self._sign(part)

    def _sign(self, part: Participation) -> None:
        begin = self._store.registers(part.connector, part.start_s)
        end = self._store.registers(part.connector, part.end_s)
        if begin is None or end is None:
            return  # its connector has not been read since
        intervals = self._store.intervals(part.start_s, part.end_s)
        text = sign_participation(
            part, intervals, begin, end, self._store.last_record(), self._key
        )
        self._store.add_record(part, text)
