"""Moments in the site's civil time, as an owner reads them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from wattback_controller.openadr.times import FOREVER_S

# Spelled out because strftime would follow the locale of whoever runs the controller.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = {-1: "yesterday ", 0: "", 1: "tomorrow "}
# What ends later has no end: no time zone carries an earlier moment out of the calendar.
_LATEST_S = FOREVER_S - 2 * 86_400


def time_text(t_s: float, now_s: float, zone: ZoneInfo) -> str:
    """ "18:15", "tomorrow 07:00", "16 Feb 18:15", "16 Feb 2027 18:15"."""
    moment = _local(t_s, zone)
    today = _local(now_s, zone).date()
    days = (moment.date() - today) // timedelta(days=1)
    year = f"{moment.year} " if moment.year != today.year else ""
    return f"{_DAYS.get(days, f'{_date(moment)} {year}')}{moment:%H:%M}"


def exact_text(t_s: float, zone: ZoneInfo) -> str:
    """ "16 Feb 18:15:04", so that a column of times lines up."""
    moment = _local(t_s, zone)
    return f"{_date(moment)} {moment:%H:%M:%S}"


def span_text(start_s: int, end_s: int, now_s: float, zone: ZoneInfo) -> str:
    """ "now, until 18:30", "tomorrow 18:15 to 18:30", "now, until the utility takes it back"."""
    if start_s <= now_s:
        return f"now, until {_end_text(end_s, now_s, now_s, zone)}"
    word = "to" if end_s < _LATEST_S else "until"
    return f"{time_text(start_s, now_s, zone)} {word} {_end_text(end_s, start_s, now_s, zone)}"


def _end_text(end_s: int, start_s: float, now_s: float, zone: ZoneInfo) -> str:
    """The day is said once."""
    if end_s >= _LATEST_S:
        return "the utility takes it back"
    end = _local(end_s, zone)
    if end.date() == _local(start_s, zone).date():
        return f"{end:%H:%M}"
    return time_text(end_s, now_s, zone)


def _local(t_s: float, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(min(t_s, _LATEST_S), zone)


def _date(moment: datetime) -> str:
    return f"{moment.day} {_MONTHS[moment.month - 1]}"
