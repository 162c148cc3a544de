"""An owner's page to test: its site, its records, and what its connectors said last."""

from dataclasses import replace
from pathlib import Path

from werkzeug.test import Client, TestResponse

from tests.unit.owner_page_reader import Form, PageReader
from wattback_controller.choices import DEFAULT_CHOICES
from wattback_controller.config import SiteFile, load_site
from wattback_controller.connector_link import Reading, Silence
from wattback_controller.owner_page.app import OwnerPage
from wattback_controller.records import Event, Kind, Segment
from wattback_controller.store import Store

NOW_S = 1_771_201_231  # 2026-02-15 18:20:31 in Chicago
ENROLLED = replace(DEFAULT_CHOICES, enrolled=True)
READING = Reading(
    t_s=NOW_S - 1,
    serial="WB-1",
    rated_ma=48_000,
    power_w=-7200,
    line_mv=240_000,
    soc_bp=6200,
    session_state="charging",
    on_grid=True,
    waits=frozenset({"target", "permission"}),
    faults=frozenset(),
    export_w=9600,
    import_w=11_520,
    linked=True,
    charge_max_w=11_000,
    discharge_max_w=9600,
    import_wh=0,
    export_wh=0,
    island_wh=0,
    export_enabled=True,
    reserve_bp=4000,
    reserve_now_bp=4000,
    site_import_ma=-1,
    site_export_ma=-1,
    target_owner="none",
    target_w=None,
)
HOSTILE = "<script>alert('x')</script>\"&\u202e\ud800"
SITE = """
name = "Oak Lane"
time_zone = "America/Chicago"
folder = "records"
[[connector]]
name = "garage"
modbus = "tcp:127.0.0.1:502"
[[connector]]
name = "drive's <b>end</b>"
modbus = "tcp:127.0.0.1:503"
"""


class Bench:
    """A page, its store, and what its connectors said last."""

    def __init__(self, folder: Path) -> None:
        (folder / "site.toml").write_text(SITE, "utf-8")
        self.site: SiteFile = load_site(folder / "site.toml")
        self.store = Store(self.site.folder)
        self.answers: dict[str, Reading | Silence] = {"garage": READING}
        self.page = OwnerPage(
            self.site,
            lambda: Store(self.site.folder),
            lambda: NOW_S,
            lambda: self.answers,
        )
        self.browser = Client(self.page)

    def look(self) -> PageReader:
        """The page as a browser shows it."""
        answer = self.browser.get("/")
        assert answer.status_code == 200
        return PageReader(answer.text)

    def forms(self, action: str, connector: str = "garage") -> list[Form]:
        return [
            form
            for form in self.look().forms
            if form.action == action and form.fields["connector"] == connector
        ]

    def send(self, form: Form, **changes: str) -> TestResponse:
        """Submit a form as a browser does from the page."""
        headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
        return self.browser.post(form.action, data=form.fields | changes, headers=headers)

    def say(self, **changes: object) -> str:
        """The page's text when the garage's reading is this."""
        self.answers["garage"] = replace(READING, **changes)  # type: ignore[arg-type]
        return self.look().text

    def announce(
        self, name: str, starts_in_s: int, value: float = 8000, kind: Kind = "DISPATCH_SETPOINT"
    ) -> Event:
        """An event of a quarter of an hour."""
        start_s = NOW_S + starts_in_s
        segment = Segment(kind, start_s, start_s + 900, value)
        event = Event(name, "p", f"name of {name}", 0, NOW_S, NOW_S, 0, (segment,))
        self.store.put_event(event)
        return event

    def last_line(self) -> tuple[int, str, str]:
        return self.store.audit_lines(1)[0]
