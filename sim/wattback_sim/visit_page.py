"""The page of a run: its trace, its story and its key figures, in the shape that `page` draws."""

from wattback_sim.page import PageEvent, render_page
from wattback_sim.player import Player, RunResult
from wattback_sim.trace import COLUMNS


def page_of(player: Player, result: RunResult, seed: int, closing: str = "") -> str:
    """One self-contained HTML page. closing: a section to end it with, as HTML."""
    scenario = player.scenario
    board = player.board
    held = "held in every tick" if not result.violations else f"{len(result.violations)} broken"
    met = sum(verdict.met_us is not None for verdict in result.verdicts)
    home: list[tuple[str, str]] = []
    runs_on = [("firmware on", result.interpreter), ("seed", str(seed))]
    if player.world.gateway is not None:
        home = [("energy for the home alone", f"{board.status('island_wh') / 1000:.2f} kWh")]
        # Together, since eight figures fit into a row.
        runs_on = [("firmware on", f"{result.interpreter}, seed\N{NO-BREAK SPACE}{seed}")]
    facts = (
        ("energy into the vehicle", f"{board.status('import_wh') / 1000:.2f} kWh"),
        ("energy out of the vehicle", f"{board.status('export_wh') / 1000:.2f} kWh"),
        *home,
        ("battery", f"{_first_soc(player):.0f} % → {player.world.battery.soc * 100:.0f} %"),
        ("openings under load", str(board.status("hot_openings"))),
        ("truths", held),
        ("expectations", f"{met} of {len(result.verdicts)} met"),
        *runs_on,
    )
    events = [PageEvent(event.t_us // 1000, event.kind, event.text) for event in result.events]
    return render_page(
        title=scenario.path.stem.replace("_", " ").capitalize(),
        subtitle=f"A simulated run on {scenario.starts_at:%d %B %Y}, profile {scenario.profile}",
        starts_at=scenario.starts_at,
        columns=tuple(COLUMNS),
        rows=player.trace.rows,
        events=events,
        facts=facts,
        closing=closing,
    )


def _first_soc(player: Player) -> float:
    """State of charge at the start, in percent."""
    return float(player.world.parameters.get("vehicle.soc")) * 100.0
