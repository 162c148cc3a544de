"""Signed meter records: one OCMF 1.0 record per participation, in a chain.

A record says what a connector's registers were when its part in an event began and when it ended,
import (OBIS 1.8.0) and export (2.8.0), and how sure their values and times are:

- TM ends in S when the controller's clock was known to be right, else in U;
- EF is "t" when a time cannot be relied on, "E" when an energy cannot, at the end for anything
  that happened in between; ST is S for a value that was estimated, X after a change of the meter;
- TX is E when the event ended, R when the utility stopped it, L when the owner, the driver or the
  vehicle did, A when the connector could not go on or somebody did not answer any more.

The registers count what came from the grid and went to it. What went to the home on an island in
the same time, which nobody pays for, stands in XI, in Wh; event and programme in XE and XP.

Records of a site are numbered in PG from T1 on without a gap, and each holds in XH the SHA-256 of
the whole record before it, as hexadecimal digits (64 zeros in the first): a record that is left
out, added, exchanged or moved breaks the chain at the next one. GS names the key: the first 16
hexadecimal digits of the SHA-256 of the public key's DER form.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from wattback_controller.energy import MeterReading
from wattback_controller.records import Flag, Interval, Participation
from wattback_controller.settlement.keys import public_key_text
from wattback_sim.errors import BadInputError

_SEPARATOR = "|"
_IMPORT = "01-00:01.08.00*FF"
_EXPORT = "01-00:02.08.00*FF"
_FIRST = "0" * 64
_END_CODES = {
    "event_ended": "E",
    "event_cancelled": "R",
    "outranked": "R",
    "opted_out": "L",
    "not_enrolled": "L",
    "reserve": "L",
    "departure": "L",
    "unplugged": "L",
    "not_ready": "A",
    "silent": "A",
    "programme_silent": "A",
    "clock_set_back": "A",
}


def sign_participation(
    participation: Participation,
    intervals: Iterable[Interval],
    begin: MeterReading,
    end: MeterReading,
    previous: str,
    key: ec.EllipticCurvePrivateKey,
) -> str:
    """The signed record of a participation that is over.

    intervals: of the same connector, those of other times are left aside. begin, end: its
    registers then. previous: the site's record before this one, "" for the first. Raises
    BadInputError for a participation that goes on, or a `previous` that is no record.
    """
    if not participation.stopped:
        raise BadInputError(
            f"the part of {participation.connector} in {participation.event} is not over, and "
            "only what is over is signed; ask again when it has stopped"
        )
    within = [
        interval
        for interval in sorted(intervals, key=lambda each: each.start_s)
        if interval.connector == participation.connector
        and interval.start_s < participation.end_s
        and interval.end_s > participation.start_s
    ]
    first = set(within[0].flags) if within else set[Flag]()
    last = set(within[-1].flags) if within else set[Flag]()
    for interval in within:
        last |= interval.flags - {"estimated"}  # between the ends it leaves the ends as they are
    gone_back = end.import_wh < begin.import_wh or end.export_wh < begin.export_wh
    if begin.serial != end.serial or gone_back:
        last.add("meter_changed")
    payload = {
        "FV": "1.0",
        "GI": "Wattback controller",
        "GS": hashlib.sha256(bytes.fromhex(public_key_text(key))).hexdigest()[:16],
        "PG": f"T{_number(previous) + 1}",
        "MS": end.serial,
        "IS": False,
        "IL": "NONE",
        "IF": [],
        "IT": "NONE",
        "RD": [
            *_readings("B", begin, first),
            *_readings(_END_CODES[participation.stopped], end, last),
        ],
        "XE": participation.event,
        "XP": participation.programme,
        "XI": sum(interval.island_wh for interval in within),
        "XH": hashlib.sha256(previous.encode()).hexdigest() if previous else _FIRST,
    }
    signed = _json(payload)
    signature = key.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
    trailer = _json({"SA": "ECDSA-secp256r1-SHA256", "SD": signature.hex()})
    return _SEPARATOR.join(("OCMF", signed, trailer))


def _readings(reason: str, reading: MeterReading, flags: set[Flag]) -> list[dict[str, Any]]:
    timed = reading.clock_good and "time_unset" not in flags
    moment = datetime.fromtimestamp(reading.t_s, UTC)
    changed = "meter_changed" in flags
    estimated = "estimated" in flags
    shared = {
        "TM": f"{moment:%Y-%m-%dT%H:%M:%S},{moment.microsecond // 1000:03d}+0000 "
        + ("S" if timed else "U"),
        "TX": reason,
        "RU": "Wh",
        "RT": "AC",
        "EF": ("E" if changed or estimated else "") + ("" if timed else "t"),
        "ST": "X" if changed else "S" if estimated else "G",
    }
    return [
        {**shared, "RI": _IMPORT, "RV": reading.import_wh},
        {**shared, "RI": _EXPORT, "RV": reading.export_wh},
    ]


def _json(section: dict[str, Any]) -> str:
    """Compact JSON without the separator of sections, which a name from elsewhere may hold."""
    return json.dumps(section, separators=(",", ":")).replace(_SEPARATOR, "\\u007c")


def _number(previous: str) -> int:
    """The number of a record, 0 when there is none."""
    if not previous:
        return 0
    try:
        page = json.loads(previous.split(_SEPARATOR)[1])["PG"]
        return int(page.removeprefix("T"))
    except (IndexError, KeyError, TypeError, ValueError, AttributeError):
        raise BadInputError(
            "the record before this one is no OCMF record, so the chain cannot go on from it; "
            "look into the store's last record"
        ) from None
