"""A site's folder with a month of records in it, and `wattback programme` asked about it."""

from pathlib import Path

from click.testing import CliRunner, Result

from tests.unit.controller_bench import SITE, TARIFF
from tests.unit.settlement_site import at, event, intervals, part
from wattback_controller.store import Store
from wattback_tools.root import wattback as root

# Nobody is there.
CONNECTORS = """
[[connector]]
name = "garage"
modbus = "tcp:127.0.0.1:1"
[[connector]]
name = "drive"
modbus = "tcp:127.0.0.1:2"
"""
START_S, END_S = at("2026-02-10 18:15"), at("2026-02-10 18:30")


def site_folder(folder: Path) -> Path:
    """A site that has delivered 1.9 kWh on a Tuesday evening."""
    (folder / "tariff.toml").write_text(TARIFF)
    (folder / "site.toml").write_text(SITE + CONNECTORS)
    secret = folder / "vtn_secret"
    secret.write_text("s3cret\n")
    secret.chmod(0o600)
    store = Store(folder / "records")
    delivered = part("event-1", START_S, END_S)
    store.put_event(event("event-1", START_S, END_S))
    store.put_participation(delivered)
    store.add_intervals(intervals(START_S, END_S, export_wh=633))
    store.add_record(delivered, "OCMF|{}|{}")
    store.audit(START_S, "controller", "garage takes part in event event-1")
    store.close()
    return folder


def damage_records(folder: Path) -> None:
    """A disk has lost everything but the head of the records."""
    store = Store(folder / "records")
    path = store.path
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    for rest in ("records.sqlite-wal", "records.sqlite-shm"):
        (folder / "records" / rest).unlink(missing_ok=True)


def without_programme(folder: Path) -> None:
    """From now on it shares its service and nothing else."""
    (folder / "site.toml").write_text(SITE.partition("[programme]")[0] + CONNECTORS)


def ask(folder: Path, *words: str) -> Result:
    """`wattback programme`, where the site's file lies."""
    command, *more = words
    site = ["--site", str(folder / "site.toml")]
    return CliRunner().invoke(root, ["programme", command, *site, *more])
