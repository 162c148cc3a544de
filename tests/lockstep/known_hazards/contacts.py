"""Hazards of the contacts: welded, held, opened under load, misjudged by their feedback."""

from tests.lockstep.exporting import Exporting
from tests.lockstep.known_hazards.cases import (
    BASIC,
    Hazard,
    Shows,
    between,
    contacts_stay_closed,
    over_wires,
    played,
    times_raised,
)
from tests.lockstep.playing import Run

# --- a live plug after "off" ---


def _stays_live(part: str, faults: str) -> Shows:
    return played(
        1,
        "planned",
        faults,
        f"""
duration_s = 17
at = [
    {{ t_s = 7.0, do = "site.set_limit", import_a = 0 }},
    {{ t_s = 9.0, do = "vehicle.unplug" }},
    {{ t_s = 9.6, do = "vehicle.plug_in" }},
    {{ t_s = 10.0, do = "site.set_limit", import_a = -1 }},
    {{ t_s = 10.5, do = "technician.reset_faults" }},
]
fault = [{{ t_s = 6.5, part = "{part}", kind = "stuck_closed" }}]
expect = [
    {{ t_s = 7.0, within_s = 1.0, column = "contactor_commanded", is = 0 }},
    {{ t_s = 7.0, within_s = 1.5, column = "faults", has = "contactor_welded" }},
    {{ t_s = 8.9, column = "duty_bp", is = 0 }},
    {{ t_s = 16.9, column = "faults", has = "contactor_welded" }},
    {{ t_s = 16.9, column = "session_state", is = "fault" }},
]
""",
        contacts_stay_closed,
    )


def _off_again_and_again() -> Shows:
    offs = [f'{{ t_s = {7.0 + n * 0.5}, do = "site.set_limit", import_a = 0 }}' for n in range(9)]
    resets = [f'{{ t_s = {9.2 + n}, do = "technician.reset_faults" }}' for n in range(4)]
    body = f"""
duration_s = 14
at = [{", ".join(offs + resets)}]
fault = [{{ t_s = 6.5, part = "contactor", kind = "stuck_closed" }}]
"""

    def told_once(run: Run) -> None:
        contacts_stay_closed(run)
        assert times_raised(run, "contactor_welded") == 1, run.report()
        assert between(run, 9.0, 14.0, "session_state") == {"fault"}, run.report()
        drawn_ma = [abs(int(cell)) for cell in between(run, 9.0, 14.0, "current_ma")]
        assert max(drawn_ma) < 1000, run.report()

    return played(1, "planned", "contactor_welded", body, told_once)


# --- openings under load ---


def _pause(hot: int, obeys: bool) -> Shows:
    """A pause at 32 A; how many hot openings both wires then tell."""

    def script(site: Exporting) -> None:
        site.until_is("session_state", "charging", 12.0)
        site.until("current_ma", lambda ma: bool(ma < -31_000), 10.0)
        site.set("vehicle.obeys_duty", obeys)
        site.act("site.set_limit", import_a=0)
        took_s = site.until_is("world.contacts_closed", 0, 7.0)
        assert site.get("duty_bp") == 10_000
        if obeys:
            assert took_s < 4.0 and site.causes() == ("planned",)
            assert abs(site.numbers("current_ma")[-4]) < 1000
        else:
            assert 6.0 <= took_s < 6.2 and site.causes() == ("forced",)
        site.run(1.0)
        assert (site.modbus("hot_openings"), site.get("hot_openings")) == (hot, hot)
        assert site.why().open_cause == site.causes()[0]

    start = {"vehicle.max_current_a": 32.0, "vehicle.start_s": 0.0, "vehicle.ramp_a_per_s": 100.0}
    return over_wires(script, BASIC | start)


# --- feedback told apart ---


def _told(part: str, kind: str, faults: str, at_s: float, closings: int, cause: str) -> Shows:
    """kind may carry an amount."""
    kind, _, amount = kind.partition(" ")
    much = f", amount = {amount}" if amount else ""
    return played(
        closings,
        cause,
        faults,
        f"""
duration_s = {at_s + 2.5}
fault = [{{ t_s = {at_s}, part = "{part}", kind = "{kind}"{much} }}]
expect = [{{ t_s = {at_s + 2.4}, column = "session_state", is = "fault" }}]
""",
    )


HAZARDS: dict[str, Hazard] = {
    "live_plug_after_off": Hazard(
        "SmartEVSE-3#26,#141; dingo35#41,#167",
        {
            "contacts welded": _stays_live("contactor", "contactor_welded"),
            "held by its driver": _stays_live("coil", "contactor_welded coil_implausible"),
        },
    ),
    "weld_handling_loops": Hazard("EVerest#545", {"off, off, off": _off_again_and_again()}),
    "opening_under_load_at_pause": Hazard(
        "lincomatic#102; openevse_esp32#390",
        {"vehicle obeys": _pause(0, obeys=True), "vehicle does not": _pause(1, obeys=False)},
    ),
    "stuck_open_told_as_ground_fault": Hazard(
        "lincomatic#168",
        {
            "contacts do not close": _told(
                "contactor", "stuck_open", "contactor_stuck_open", 5.0, 1, "fault"
            ),
            "feedback lost while closed": _told(
                "contactor_aux", "stuck_open", "contactor_stuck_open", 6.5, 1, "fault"
            ),
            "coil does not pull": _told("coil", "stuck_open", "coil_implausible", 6.5, 1, "fault"),
            "feedback says closed": _told(
                "contactor_aux", "stuck_closed", "contactor_welded", 1.0, 0, ""
            ),
            "feedback comes and goes": _told(
                "contactor_aux", "intermittent 5.0", "contactor_chatter", 6.5, 1, "fault"
            ),
            "current to earth": _told(
                "cable", "leak 100.0", "ground_fault_early", 6.5, 1, "fault"
            ),
        },
    ),
}
