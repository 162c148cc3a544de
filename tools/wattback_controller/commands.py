"""`wattback programme`: the owner's and the site's side of a utility's programme."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event as Flag
from types import FrameType
from zoneinfo import ZoneInfo

import click

from wattback_cli.exit_codes import ExitCode
from wattback_cli.output import answer, check_writable, guarded
from wattback_cli.paper import Paper
from wattback_controller.choices import CHOICE_ROWS, OPTION_NAMES
from wattback_controller.config import SiteFile, load_site
from wattback_controller.owner import REQUESTS, OwnerDesk
from wattback_controller.programme_desk import in_words
from wattback_controller.records import STOP_TEXTS
from wattback_controller.runner import damage_told, run_site
from wattback_controller.settlement.civil import Month
from wattback_controller.settlement.csv_file import statement_csv
from wattback_controller.settlement.page import statement_page
from wattback_controller.settlement.table import statement_table
from wattback_controller.site_clock import NOT_GOOD, clock_check
from wattback_controller.statement_of import statement_of
from wattback_controller.store import Store

_WHO = "owner (command line)"
PAGE_PORT = 15080
_site_option = click.option(
    "--site",
    "path",
    type=click.Path(path_type=Path),
    default=Path("site.toml"),
    show_default=True,
    help="The site's file.",
)
_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
_month_option = click.option("--month", required=True, help="Such as 2026-02.")


@click.group()
def programme() -> None:
    """Take part in a utility's programme: run the site's controller, choose, and be paid."""


@programme.command()
@_site_option
@click.option("--page-port", type=click.IntRange(0, 65535), default=PAGE_PORT, show_default=True)
@click.option("--no-page", is_flag=True, help="Without the owner's page.")
@_json_option
@guarded
def run(path: Path, page_port: int, no_page: bool, as_json: bool) -> None:
    """Control the site until it is interrupted, and keep its records."""
    site = load_site(path)
    stop = Flag()
    ended_by: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        ended_by.append(number)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)

    def started(page: str | None) -> None:
        if as_json:
            answer({"site": site.name, "page": page})
        else:
            click.echo(f"Controlling {site.name}.")
            if page is not None:
                click.echo(f"The owner's page: {page}")

    run_site(
        site,
        None if no_page else page_port,
        stop,
        started,
        lambda sentence: click.echo(f"wattback: {sentence}", err=True),
    )
    sys.exit(ExitCode.INTERRUPTED if signal.SIGINT in ended_by else ExitCode.DONE)


@programme.command()
@_site_option
@click.argument("connector")
@click.argument("request", type=click.Choice([row.name for row in REQUESTS]))
@_json_option
@guarded
def ask(path: Path, connector: str, request: str, as_json: bool) -> None:
    """Enrol, leave, stay out or take part again: CONNECTOR and what is asked."""
    with _desk(path) as desk:
        desk.ask(connector, request, time.time())
    _done(connector, request, as_json)


@programme.command("skip")
@_site_option
@click.argument("connector")
@click.argument("event")
@_json_option
@guarded
def skip(path: Path, connector: str, event: str, as_json: bool) -> None:
    """Let CONNECTOR stay out of one EVENT."""
    with _desk(path) as desk:
        desk.stay_out_of(connector, event, time.time())
    _done(connector, f"stays out of event {event}", as_json)


_OPTIONS_HELP = "\n\n".join(f"{name}: {row.text}" for name, row in OPTION_NAMES.items())


@programme.command("set", help=f"Choose for CONNECTOR, by NAME and VALUE.\n\n{_OPTIONS_HELP}")
@_site_option
@click.argument("connector")
@click.argument("name")
@click.argument("value")
@_json_option
@guarded
def set_option(path: Path, connector: str, name: str, value: str, as_json: bool) -> None:
    """See `help`."""
    with _desk(path) as desk:
        desk.choose(connector, name, value, time.time())
    _done(connector, f"{name} is {value}", as_json)


@programme.command()
@_site_option
@_json_option
@guarded
def status(path: Path, as_json: bool) -> None:
    """Say what is chosen, what is asked, and who takes part."""
    site = load_site(path)
    with _records(site) as store:
        chosen = {entry.name: store.choices(entry.name) for entry in site.connectors}
        going_on = store.going_on()
        events = store.events()
    clock_good = clock_check(site.clock)()
    if as_json:
        answer(
            {
                "clock_good": clock_good,
                "connectors": {
                    name: {row.name: getattr(choices, row.name) for row in CHOICE_ROWS}
                    | {"event": going_on[name].event if name in going_on else None}
                    for name, choices in chosen.items()
                },
                "events": [
                    {"event": event.event, "start_s": event.start_s, "end_s": event.end_s}
                    for event in events
                ],
            }
        )
        return
    console = Paper(highlight=False)
    if site.programme is not None and not clock_good:
        console.print(f"{NOT_GOOD[0].upper()}{NOT_GOOD[1:]}.", markup=False, soft_wrap=True)
    for name, choices in chosen.items():
        out = choices.stays_out("", time.time())
        where = f"takes part in event {going_on[name].event}" if name in going_on else "no event"
        stays = "enrolled" if not out else STOP_TEXTS[out]
        line = f"{name}: {stays}; {where}; reserve {choices.reserve_bp / 100:g} %"
        console.print(line, markup=False, soft_wrap=True)
    for event in events:
        when = datetime.fromtimestamp(event.start_s, site.zone)
        line = f"{when:%d %B %H:%M}  {in_words(event)}"
        console.print(line, markup=False, soft_wrap=True)


@programme.command()
@_site_option
@_month_option
@click.option("--csv", "csv_path", type=click.Path(path_type=Path), help="Write its lines as CSV.")
@click.option("--page", type=click.Path(path_type=Path), help="Write it as one HTML page.")
@_json_option
@guarded
def statement(
    path: Path, month: str, csv_path: Path | None, page: Path | None, as_json: bool
) -> None:
    """Show what was delivered in a month, and what it is worth."""
    site = load_site(path)
    for option, out in (("--csv", csv_path), ("--page", page)):
        if out is not None:
            check_writable(option, out)
    asked = Month.parse(month)
    with _records(site) as store:
        told = statement_of(site, store, asked)
    if csv_path is not None:
        csv_path.write_text(statement_csv(told), encoding="utf-8")
    if page is not None:
        page.write_text(statement_page(told), encoding="utf-8")
    if as_json:
        answer(
            {
                "month": str(told.month),
                "currency": told.currency,
                "delivered_wh": told.delivered_wh,
                "paid_wh": told.paid_wh,
                "credit": str(told.credit),
                "summary": told.summary,
            }
        )
    else:
        Paper(highlight=False).print(statement_table(told))


@programme.command()
@_site_option
@_month_option
@_json_option
@guarded
def records(path: Path, month: str, as_json: bool) -> None:
    """Print the signed meter records (OCMF) of a month, one a line."""
    site = load_site(path)
    asked = Month.parse(month)
    with _records(site) as store:
        found = store.records(asked.begin_s(site.zone), asked.end_s(site.zone))
    if as_json:
        answer({"month": str(asked), "records": found})
        return
    for record in found:
        click.echo(record)


@programme.command()
@_site_option
@click.option("--last", type=click.IntRange(1, 100_000), default=50, show_default=True)
@_json_option
@guarded
def audit(path: Path, last: int, as_json: bool) -> None:
    """Print the audit log: who asked for what, and what became of it."""
    site = load_site(path)
    with _records(site) as store:
        lines = store.audit_lines(last)
    if as_json:
        answer({"lines": [{"t_s": t_s, "who": who, "what": what} for t_s, who, what in lines]})
        return
    for t_s, who, what in lines:
        click.echo(f"{_local(t_s, site.zone)}  {who}: {what}")


@contextmanager
def _records(site: SiteFile) -> Iterator[Store]:
    store = Store(site.folder)
    try:
        with damage_told(store):
            yield store
    finally:
        store.close()


@contextmanager
def _desk(path: Path) -> Iterator[OwnerDesk]:
    site = load_site(path)
    names = tuple(entry.name for entry in site.connectors)
    with _records(site) as store:
        yield OwnerDesk(store, names, site.zone, _WHO)


def _done(connector: str, what: str, as_json: bool) -> None:
    if as_json:
        answer({"connector": connector, "done": what})
    else:
        click.echo(f"{connector}: {what}.")


def _local(t_s: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(t_s, zone).strftime("%Y-%m-%d %H:%M:%S")
