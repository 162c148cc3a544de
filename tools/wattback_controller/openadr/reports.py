"""What the utility is told: energy and power that were delivered, and what could be.

A report's name holds a digest of what it says. Sending the same again meets a conflict, which
counts as delivered; a report that was corrected since has another name and is another report.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from wattback_controller.openadr.client import Client
from wattback_controller.openadr.errors import ConflictError
from wattback_controller.records import Interval

Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Availability:
    """What a connector could export from now on: power_w, for as long as energy_wh lasts."""

    connector: str
    power_w: int
    energy_wh: int


def delivery_report(
    event: str, ven: str, intervals: Sequence[Interval], export_positive: bool
) -> Report:
    """Energy (USAGE, kWh) and mean power (DEMAND, kW) through each connector, with their quality.

    event: its id. export_positive: the programme's sign, as of its set-points; OpenADR's own is
    consumption. Energy given to an island is none of the utility's.
    """
    sign = 1 if export_positive else -1
    by_connector: dict[str, list[Interval]] = {}
    for interval in sorted(intervals, key=lambda one: (one.connector, one.start_s)):
        by_connector.setdefault(interval.connector, []).append(interval)
    resources = [
        {
            "resourceName": connector,
            "intervals": [
                _delivered(number, interval, sign) for number, interval in enumerate(theirs)
            ],
        }
        for connector, theirs in by_connector.items()
    ]
    return _report("delivered", event, ven, {"USAGE": "KWH", "DEMAND": "KW"}, resources)


def availability_report(
    event: str, ven: str, at_s: int, offers: Sequence[Availability], length_s: int
) -> Report:
    """Power (STORAGE_MAX_DISCHARGE_POWER, kW) and energy (STORAGE_DISPATCH_FORECAST, kWh).

    event: the id of the one that it is for. at_s: seconds since 1970 UTC from which it holds, for
    length_s.
    """
    resources = [
        {
            "resourceName": offer.connector,
            "intervals": [
                {
                    "id": 0,
                    "intervalPeriod": _period(at_s, at_s + length_s),
                    "payloads": [
                        _payload("STORAGE_MAX_DISCHARGE_POWER", offer.power_w / 1000),
                        _payload("STORAGE_DISPATCH_FORECAST", offer.energy_wh / 1000),
                    ],
                }
            ],
        }
        for offer in sorted(offers, key=lambda one: one.connector)
    ]
    units = {"STORAGE_MAX_DISCHARGE_POWER": "KW", "STORAGE_DISPATCH_FORECAST": "KWH"}
    return _report("available", event, ven, units, resources)


def deliver(client: Client, report: Report) -> None:
    """Send a report; harmless when it was sent before. Raises the client's errors."""
    try:
        client.post("/reports", report)
    except ConflictError:
        return


def _delivered(number: int, interval: Interval, sign: int) -> dict[str, Any]:
    energy_wh = sign * (interval.export_wh - interval.import_wh)
    length_s = interval.end_s - interval.start_s
    return {
        "id": number,
        "intervalPeriod": _period(interval.start_s, interval.end_s),
        "payloads": [
            _payload("USAGE", energy_wh / 1000),
            _payload("DEMAND", round(energy_wh * 3.6 / length_s, 3)),
            _payload("DATA_QUALITY", _quality(interval)),
        ],
    }


def _quality(interval: Interval) -> str:
    if "time_unset" in interval.flags or "meter_changed" in interval.flags:
        return "BAD"
    return "ESTIMATED" if "estimated" in interval.flags else "OK"


def _report(
    what: str, event: str, ven: str, units: Mapping[str, str], resources: list[dict[str, Any]]
) -> Report:
    digest = sha256(json.dumps(resources, sort_keys=True).encode()).hexdigest()
    return {
        "objectType": "REPORT",
        "eventID": event,
        "clientName": ven,
        "reportName": f"{what}-{event}-{digest[:16]}",
        "payloadDescriptors": [
            {"objectType": "REPORT_PAYLOAD_DESCRIPTOR", "payloadType": kind, "units": unit}
            for kind, unit in units.items()
        ],
        "resources": resources,
    }


def _payload(kind: str, value: float | str) -> dict[str, Any]:
    return {"type": kind, "values": [value]}


def _period(start_s: int, end_s: int) -> dict[str, str]:
    start = datetime.fromtimestamp(start_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"start": start, "duration": f"PT{end_s - start_s}S"}
