"""Settings: ranges by the table, and a load that is taken over whole or not at all."""

import pytest

from wattback.settings import SETTINGS, Settings

NAMES = [row[0] for row in SETTINGS]
DEFAULTS = [row[1] for row in SETTINGS]


def values_of(settings: Settings) -> list[int]:
    return [getattr(settings, name) for name in NAMES]


def load(index: int, value: int) -> tuple[str, list[int]]:
    """Load all defaults with one of them replaced: what was refused, and what is set after it."""
    settings = Settings()
    refused = settings.load([*DEFAULTS[:index], value, *DEFAULTS[index + 1 :]])
    return refused, values_of(settings)


def test_new_settings_are_the_defaults_of_the_table() -> None:
    assert values_of(Settings()) == DEFAULTS


@pytest.mark.parametrize("row", SETTINGS, ids=NAMES)
def test_every_default_lies_in_its_range(row: tuple[str, int, int, int]) -> None:
    assert row[2] <= row[1] <= row[3]


@pytest.mark.parametrize("index", range(len(SETTINGS)), ids=NAMES)
def test_the_lowest_and_the_highest_value_are_accepted(index: int) -> None:
    for value in SETTINGS[index][2:4]:
        refused, after = load(index, value)
        assert refused == ""
        assert after == [*DEFAULTS[:index], value, *DEFAULTS[index + 1 :]]


@pytest.mark.parametrize("index", range(len(SETTINGS)), ids=NAMES)
def test_one_below_the_lowest_and_one_above_the_highest_are_refused_by_name(index: int) -> None:
    name, _, lowest, highest = SETTINGS[index]
    for value in (lowest - 1, highest + 1, -(2**28), 2**28):
        assert load(index, value) == (name, DEFAULTS)


def test_one_refused_value_refuses_the_whole_load() -> None:
    settings = Settings()
    values = [row[2] for row in SETTINGS]
    values[-1] = SETTINGS[-1][3] + 1
    assert settings.load(values) == NAMES[-1]
    assert values_of(settings) == DEFAULTS


def test_of_several_refused_values_the_first_is_named() -> None:
    assert Settings().load([row[3] + 1 for row in SETTINGS]) == NAMES[0]


def test_names_are_unique_and_carry_their_unit() -> None:
    assert len(set(NAMES)) == len(NAMES)
    units = {name.rpartition("_")[2] for name in NAMES}
    assert units <= {"ma", "mv", "ms", "millihertz", "present"}
