"""`wattback sim`: play scenarios against the firmware, and list what scenarios can say."""

import sys
from contextlib import ExitStack
from pathlib import Path

import click
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from wattback_cli.exit_codes import ExitCode
from wattback_cli.output import answer, check_writable, guarded
from wattback_cli.paper import Paper
from wattback_sim.link import RUNTIMES
from wattback_sim.link.micropython import one_core
from wattback_sim.player import Player, RunResult
from wattback_sim.scenario import Scenario, load_scenario
from wattback_sim.story import Event
from wattback_sim.trace import Trace
from wattback_sim.visit_page import page_of
from wattback_sim.vocabulary import vocabulary
from wattback_tools.programme_run import Accompanied
from wattback_tools.runtimes import choose_runtime
from wattback_tools.serve_command import serve
from wattback_tools.utility_command import utility


@click.group()
def sim() -> None:
    """Run the firmware in a simulated world."""


@sim.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--runtime",
    type=click.Choice(RUNTIMES),
    help="Interpreter for the firmware; without it MicroPython, or CPython where there is none.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of all noise.")
@click.option("--trace", "trace_path", type=click.Path(path_type=Path), help="Write a CSV trace.")
@click.option(
    "--every",
    "every_ms",
    type=click.IntRange(10),
    default=100,
    show_default=True,
    help="Milliseconds between rows of the trace, a multiple of 10.",
)
@click.option("--story", is_flag=True, help="Print what happens and why, line by line.")
@click.option("--page", type=click.Path(path_type=Path), help="Write the run as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@guarded
def run(
    scenario: Path,
    runtime: str | None,
    seed: int,
    trace_path: Path | None,
    every_ms: int,
    story: bool,
    page: Path | None,
    as_json: bool,
) -> None:
    """Play SCENARIO (a TOML file): every tick is judged, every expectation checked."""
    if every_ms % 10:
        raise click.BadParameter(f"rows fall on ticks of 10 ms, and {every_ms} is no multiple")
    loaded = load_scenario(scenario)
    for option, path in (("--trace", trace_path), ("--page", page)):
        if path is not None:
            check_writable(option, path)  # before the run, which may take minutes
    console = Paper(highlight=False, stderr=as_json)
    with ExitStack() as stack:
        trace_out = None
        if trace_path is not None:
            trace_out = stack.enter_context(trace_path.open("w", newline="", encoding="utf-8"))

        def tell(event: Event) -> None:
            if story:
                console.print(event.line(loaded.starts_at), soft_wrap=True, markup=False)

        trace = Trace(every_ms, trace_out, keep=page is not None)
        player = Player(loaded, choose_runtime(runtime), seed, trace, tell)
        programme = Accompanied(player, loaded, stack)
        result = _play(player, loaded, console)
        programme.settle()
    if page is not None:
        page.write_text(page_of(player, result, seed, programme.section), encoding="utf-8")
    if as_json:
        answer(_document(result, loaded, seed) | {"credits": programme.credits})
    else:
        _tell_result(result, console, loaded)
        for sentence in programme.sentences:
            console.print(f"Statement: {sentence}", soft_wrap=True, markup=False)
        if page is not None:
            console.print(f"The picture of it: {page}", soft_wrap=True)
    sys.exit(ExitCode.DONE if result.passed else ExitCode.TEST_FAILED)


def _play(player: Player, scenario: Scenario, console: Paper) -> RunResult:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with one_core(), Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("simulating", total=scenario.duration_us)
        return player.play(lambda now_us: progress.update(task, completed=now_us))


def _tell_result(result: RunResult, console: Paper, scenario: Scenario) -> None:
    minutes = result.ticks / 6000
    console.print(
        f"Firmware on {result.interpreter}: {result.ticks} ticks, {minutes:.1f} minutes."
    )
    met = sum(verdict.met_us is not None for verdict in result.verdicts)
    console.print(f"Expectations met: {met} of {len(result.verdicts)}.")
    for verdict in result.verdicts:
        if verdict.met_us is None:
            item = verdict.expectation
            console.print(
                f"{scenario.path}:{item.line}: expected {item.column} {item.comparison} "
                f"{item.value!r} at {item.t_us / 1e6:g} s within {item.within_us / 1e6:g} s, "
                f"saw {verdict.seen!r}",
                style="red",
                markup=False,
                soft_wrap=True,
            )
    for violation in result.violations:
        console.print(
            f"Truth {violation.truth} did not hold at {violation.t_us / 1e6:.2f} s: "
            f"{violation.text}",
            style="red",
            markup=False,
            soft_wrap=True,
        )
    if not result.violations:
        console.print("The truths held in every tick.")


def _document(result: RunResult, scenario: Scenario, seed: int) -> dict[str, object]:
    return {
        "scenario": str(scenario.path),
        "seed": seed,
        "interpreter": result.interpreter,
        "ticks": result.ticks,
        "passed": result.passed,
        "events": [
            {"t_s": event.t_us / 1e6, "kind": event.kind, "text": event.text}
            for event in result.events
        ],
        "violations": [
            {"t_s": item.t_us / 1e6, "truth": item.truth, "text": item.text}
            for item in result.violations
        ],
        "expectations": [
            {
                "line": item.expectation.line,
                "column": item.expectation.column,
                "met_s": None if item.met_us is None else item.met_us / 1e6,
                "seen": item.seen,
            }
            for item in result.verdicts
        ],
    }


sim.add_command(serve)
sim.add_command(utility)


@sim.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@guarded
def parameters(as_json: bool) -> None:
    """List every parameter, setting, action, fault and enumerated column."""
    chapters = vocabulary()
    if as_json:
        answer(
            {
                chapter.name: [dict(zip(chapter.heads, row, strict=True)) for row in chapter.rows]
                for chapter in chapters
            }
        )
        return
    console = Paper(highlight=False)
    for chapter in chapters:
        title = escape(chapter.title)
        table = Table(title=title, title_justify="left", box=None, pad_edge=False)
        for index, head in enumerate(chapter.heads):
            table.add_column(head, no_wrap=index == 0)
        for row in chapter.rows:
            table.add_row(*map(escape, row))
        console.print(table)
        console.print()
