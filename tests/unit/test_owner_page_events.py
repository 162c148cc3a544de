"""Events on the owner's page: what is coming, and whether a connector takes part."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.owner_page_bench import ENROLLED, NOW_S, Bench
from wattback_controller.records import Event, Kind, Participation, Segment


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.store.close()


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        ("DISPATCH_SETPOINT", 8000, "Discharge 8.0 kW, all connectors together It will"),
        ("DISPATCH_SETPOINT", -6000, "Charge 6.0 kW, all connectors together It will take part."),
        ("DISPATCH_SETPOINT", 0, "Neither charge nor discharge It will take part."),
        ("EXPORT_CAPACITY_LIMIT", 5000, "Discharge 5.0 kW at most, all together It keeps to"),
        ("IMPORT_CAPACITY_LIMIT", 0, "Charge 0 W at most, all together It keeps to the limit"),
        ("PRICE", 0.5, "Energy costs 0.5 per kWh It waits with charging from 0.35 per kWh on."),
        ("EXPORT_PRICE", 0.5, "earns 0.5 per kWh It does not export for a price."),
        ("ALERT_GRID_EMERGENCY", 1, "The grid is in an emergency; neither charge nor discharge"),
    ],
)
def test_every_kind_of_event_is_told_in_words(
    bench: Bench, kind: Kind, value: float, says: str
) -> None:
    bench.store.set_choices("garage", replace(ENROLLED, pause_above=0.35))
    bench.announce("evening", 600, value, kind)
    said = bench.look().text
    assert "18:30 to 18:45 · name of evening" in said
    assert says in said


def test_an_event_that_goes_on_says_who_takes_part_and_why_somebody_left(bench: Bench) -> None:
    bench.store.set_choices("garage", ENROLLED)
    event = bench.announce("evening", -300)
    assert "Now, until 18:30" in bench.look().text
    assert "It does not take part now." in bench.look().text
    part = Participation("evening", "p", "garage", event.start_s, NOW_S, 4000, "", 4000, 6200)
    bench.store.put_participation(part)
    assert "It takes part since 18:15: asked to discharge 4.0 kW." in bench.look().text
    bench.store.put_participation(replace(part, stopped="reserve"))
    assert "It has left at 18:20: the owner's reserve was reached." in bench.look().text


def test_an_event_without_an_end_lasts_until_it_is_taken_back(bench: Bench) -> None:
    forever_s = 253_402_300_799
    segment = Segment("ALERT_GRID_EMERGENCY", -62_135_596_800, forever_s, 1, "rolling outages")
    bench.store.put_event(Event("a", "p", "", None, NOW_S, NOW_S, 0, (segment,)))
    assert "Now, until the utility takes it back · a" in bench.look().text
    assert "neither charge nor discharge: rolling outages" in bench.look().text


def test_prices_of_a_day_hide_neither_the_evenings_event_nor_the_rest_of_the_page(
    bench: Bench,
) -> None:
    hours = tuple(
        Segment("PRICE", NOW_S + hour * 3600, NOW_S + (hour + 1) * 3600, 0.2) for hour in range(48)
    )
    for number in range(5):
        bench.store.put_event(Event(f"d{number}", "p", "prices", 0, NOW_S, NOW_S, 0, hours))
    bench.announce("evening", 7200)
    said = bench.look().text
    assert said.index("name of evening") < said.index("· prices")
    assert "And 44 more of the kind later" in said
    assert "And 3 more, later or less pressing." in said
    assert "Tomorrow 00:20 to 01:20: energy" not in said  # only the next few
    assert "19:20 to 20:20: energy costs 0.2 per kWh" in said


def test_staying_out_of_an_event_is_one_button(bench: Bench) -> None:
    bench.store.set_choices("garage", ENROLLED)
    bench.announce("evening", 600)
    (form,) = bench.forms("/stay-out")
    assert bench.send(form).status_code == 303
    assert bench.store.choices("garage").out_of == ("evening",)
    assert bench.last_line() == (
        NOW_S,
        "owner (page)",
        "garage: asks to stay out of event evening",
    )
    assert "It does not take part: the owner opted out." in bench.look().text
    assert bench.forms("/stay-out") == []


def test_it_may_stay_out_of_several_events(bench: Bench) -> None:
    bench.announce("evening", 600)
    bench.announce("night", 7200)
    bench.store.set_choices("garage", replace(ENROLLED, out_of=("evening",)))
    (form,) = bench.forms("/stay-out")
    assert form.fields["event"] == "night"
    assert bench.send(form).status_code == 303
    assert bench.store.choices("garage").out_of == ("evening", "night")
