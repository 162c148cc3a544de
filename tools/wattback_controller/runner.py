"""Runs a site's controller in real time, with its page, until it is told to stop.

The only part of the controller that looks at a clock, sleeps, or keeps threads: connectors are
visited several at once, so that a silent one holds up nobody, and the utility beside them.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event as Flag

from wattback_controller.assembly import make_controller
from wattback_controller.config import ConnectorEntry, SiteFile
from wattback_controller.openadr.client import Access, Client
from wattback_controller.owner_page.app import OwnerPage
from wattback_controller.owner_page.serve import serve_page
from wattback_controller.secrets import read_secret
from wattback_controller.site_clock import NOT_GOOD, clock_check
from wattback_controller.store import Store
from wattback_hil.errors import BenchError
from wattback_hil.modbus_place import open_wire
from wattback_hil.registers import ModbusClient
from wattback_sim.errors import BadInputError

_MOST_AT_ONCE = 32
_AGAIN_S = 1.0  # after a step that failed


def run_site(
    site: SiteFile,
    page_port: int | None,
    stop: Flag,
    started: Callable[[str | None], None],
    complain: Callable[[str], None],
) -> None:
    """Control a site until `stop` is set; then take back every target.

    page_port: of the owner's page, 0 for any, None for no page. started: called with the page's
    address when everything is there. complain: takes a sentence about records that cannot be
    written, or a clock that nobody keeps. Raises BadInputError, PortTakenError.
    """
    store = Store(site.folder)
    utility = _utility(site)
    clock_good = clock_check(site.clock)
    with (
        ThreadPoolExecutor(_MOST_AT_ONCE, "connector") as pool,
        ThreadPoolExecutor(1, "utility") as visitor,
    ):
        with damage_told(store):
            controller = make_controller(
                site, store, _open_client, utility, clock_good, pool.map, visitor.submit
            )
            if utility is not None and not clock_good():
                store.audit(time.time(), "controller", NOT_GOOD)
                complain(NOT_GOOD)
        page = None
        if page_port is not None:
            shown = OwnerPage(
                site, lambda: Store(site.folder), time.time, lambda: controller.readings
            )
            page = serve_page(shown, page_port)
            page.start()
        try:
            started(None if page is None else page.address)
            complained = ""
            while not stop.is_set():
                wait_s = _AGAIN_S
                try:
                    controller.step(time.time())
                    now_s = time.time()
                    wait_s = max(0.0, controller.next_s(now_s) - now_s)
                    complained = ""
                except sqlite3.DatabaseError as error:
                    # A full disk, or a file that is locked or damaged: what the connectors were
                    # told ends by itself, and nothing is told without being written down.
                    sentence = f"{store.path} cannot be used: {error}"
                    if sentence != complained:
                        complain(sentence)
                    complained = sentence
                stop.wait(wait_s)
        finally:
            controller.release()
            if page is not None:
                page.stop()
            if utility is not None:
                utility.close()
            store.close()


@contextmanager
def damage_told(store: Store) -> Iterator[None]:
    """Turn what a database says of its file into a sentence. Raises BadInputError, BenchError."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise BenchError(
            f"{store.path} cannot be used now ({error}): is its disk full, or does another "
            "program hold it? Try again"
        ) from None
    except sqlite3.DatabaseError as error:
        raise BadInputError(
            f"{store.path} is damaged ({error}); keep a copy of it, and put back one that was "
            "saved, or move it away, and a new one is begun"
        ) from None


def _utility(site: SiteFile) -> Client | None:
    if site.programme is None:
        return None
    entry = site.programme
    access = Access(entry.url, entry.client_id, read_secret(entry.secret_file), entry.ca_file)
    return Client(access, time.time)


def _open_client(entry: ConnectorEntry) -> ModbusClient:
    return ModbusClient(open_wire(entry.modbus, entry.unit_id))
