"""Profiles of sites: every file is what the firmware accepts, and its hash is what says so."""

import hashlib
from pathlib import Path

import pytest

import wattback_sim.site_profiles as site_profiles
from wattback.grid.categories import category_has, grid_code_allows
from wattback.settings import AT_RUN_TIME, SETTINGS, Settings
from wattback.supply import windows_allow_export
from wattback_sim.errors import BadInputError
from wattback_sim.site_profiles import (
    OWN_SETTINGS,
    Profile,
    find_profile,
    known_profile,
    profile_in_words,
    profile_names,
)
from wattback_sim.world import default_parameters

DEFAULTS = {row[0]: row[1] for row in SETTINGS}
US, TYPE2 = "us-240-split-phase", "type2-230-50hz"
# Of what was given to units. Whoever changes the settings of a profile raises its version, and
# writes here what comes of it.
GIVEN = {US: (1, "77f7368"), TYPE2: (1, "04e5083")}

each_profile = pytest.mark.parametrize("name", profile_names())


def settings_of(profile: Profile, **more: int) -> Settings:
    settings = Settings()
    values = {**profile.all_settings(), **more}
    assert settings.load(list(values.values())) == ""
    return settings


def test_there_are_these_profiles() -> None:
    assert set(profile_names()) == set(GIVEN)


@each_profile
def test_a_profiles_settings_are_in_range_and_go_together_with_an_export(name: str) -> None:
    settings = settings_of(find_profile(name), export_permitted=1)
    assert grid_code_allows(settings) == ""
    assert windows_allow_export(settings) == ""
    assert category_has(settings, settings.abnormal_category, settings.normal_category) == ""


@each_profile
def test_a_profile_permits_no_export_by_itself(name: str) -> None:
    assert find_profile(name).all_settings()["export_permitted"] == 0


@each_profile
def test_a_profile_names_installers_settings_alone(name: str) -> None:
    when = {row[0]: row[4] for row in SETTINGS}
    assert AT_RUN_TIME not in {when[setting] for setting in find_profile(name).settings}


@each_profile
def test_the_settings_of_a_profile_are_in_the_order_of_the_table(name: str) -> None:
    assert list(find_profile(name).all_settings()) == list(DEFAULTS)


@each_profile
def test_a_profile_names_every_frequency_and_every_must_trip(name: str) -> None:
    """Or another default of the firmware would change a site without its hash."""
    named = find_profile(name).settings
    grid = ("trip_", "enter_service_", "droop_")
    by_default = {"enter_service_random_s"}
    assert {row[0] for row in SETTINGS if row[0].startswith(grid)} - by_default <= set(named)
    differences = {"sync_millihertz"}  # alike at any frequency
    frequencies = {row[0] for row in SETTINGS if row[0].endswith("_millihertz")}
    assert frequencies - differences <= set(named)


@each_profile
def test_a_profiles_world_is_one_that_can_be_made(name: str) -> None:
    parameters = default_parameters()
    for path, value in find_profile(name).world.items():
        assert parameters.check(path, value) == value


def test_the_american_profile_is_what_the_firmware_does_by_default() -> None:
    profile = find_profile(US)
    own = dict.fromkeys(OWN_SETTINGS, 0)
    assert {**profile.all_settings(), **own} == DEFAULTS
    assert profile.world == {}


def test_the_european_profile_has_every_distance_from_nominal_of_the_american_one() -> None:
    us, type2 = find_profile(US).settings, find_profile(TYPE2).settings
    for name in us:
        if name.endswith("_millihertz") and "deadband" not in name:
            assert type2[name] == us[name] - 10_000, name


# --- version and hash ---


@each_profile
def test_a_hash_is_that_of_the_version_that_was_given_to_units(name: str) -> None:
    profile = find_profile(name)
    assert (profile.version, profile.hash) == GIVEN[name]


def test_a_hash_is_made_as_it_is_documented() -> None:
    profile = Profile("x", 2, "any", {"b": 1, "a": -1}, {"grid.leg_v": 1.0})
    known = b'{"name":"x","settings":{"a":-1,"b":1},"version":2}'
    assert profile.hash == hashlib.sha256(known).hexdigest()[:7]


@pytest.mark.parametrize(
    "other",
    [
        Profile("y", 1, "", {"a": 1}, {}),
        Profile("x", 2, "", {"a": 1}, {}),
        Profile("x", 1, "", {"a": 2}, {}),
        Profile("x", 1, "", {"b": 1}, {}),
    ],
)
def test_a_hash_changes_with_name_version_and_settings(other: Profile) -> None:
    assert other.hash != Profile("x", 1, "", {"a": 1}, {}).hash


def test_text_and_world_are_not_in_a_hash() -> None:
    profile = Profile("x", 1, "other words", {"a": 1}, {"grid.leg_v": 230.0})
    assert profile.hash == Profile("x", 1, "", {"a": 1}, {}).hash


# --- what a unit tells ---


@each_profile
def test_a_unit_that_was_given_a_profile_is_told_by_its_name(name: str) -> None:
    profile = find_profile(name)
    settings = settings_of(profile)
    own = (settings.profile_version, settings.profile_hash)
    words = f"{name}, version {profile.version} ({profile.hash})"
    assert profile_in_words(*own, settings.version()) == words
    assert known_profile(*own) == profile


def test_a_setting_that_was_changed_since_is_told() -> None:
    settings = settings_of(find_profile(TYPE2), breaker_ma=20_000)
    own = (settings.profile_version, settings.profile_hash)
    assert profile_in_words(*own, settings.version()).endswith(", settings changed since")


def test_no_profile_and_an_unknown_one_are_told() -> None:
    assert profile_in_words(0, 0, 1234) == "none"
    told = profile_in_words(3, 0xBEEF, 1234)
    assert told == "version 3 (000beef) of one that is not known here"
    assert known_profile(2, int(GIVEN[US][1], 16)) is None  # another version than its file has


# --- what is refused ---


def test_an_unknown_name_is_refused_with_what_is_near() -> None:
    with pytest.raises(BadInputError, match=r"no profile is .*did you mean 'type2-230-50hz"):
        find_profile("type2-230-60hz")


HEAD = 'version = 1\ntext = "a site"\n'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('text = "a site"\n', 1, "version lies between 1 and 65535, not 0"),
        ("version = 1\n", 1, "text is missing"),
        (HEAD + "[setings]\n", 3, "did you mean 'settings'?"),
        (HEAD + "[settings]\nbreaker = 1\n", 4, "did you mean 'breaker_ma'?"),
        (HEAD + "[settings]\nbreaker_ma = 1\n", 4, "between 7500 and 100000 mA, not 1"),
        (HEAD + "[settings]\nprofile_hash = 1\n", 4, "unknown key 'profile_hash'"),
        (HEAD + "[settings]\nsingle_phase = true\n", 4, "is a whole number, not True"),
        (
            HEAD + "[settings]\nnominal_millihertz = 50000\ntrip_of1_millihertz = 61200\n",
            5,
            "between 51000 and 56000 mHz, not 61200",
        ),
        (
            HEAD + "[settings]\nnominal_millihertz = 50000\n",
            3,
            "frequency_low_millihertz does not go together with the other settings",
        ),
        (
            HEAD + "[settings]\ntrip_uv2_ms = 160\n",
            4,
            "trip_uv2_ms does not go together",
        ),
    ],
)
def test_a_bad_profile_is_refused_with_its_line(
    text: str, line: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(site_profiles, "profiles_root", lambda: tmp_path)
    with pytest.raises(BadInputError) as refused:
        find_profile("bad")
    assert str(refused.value).startswith(f"{path}:{line}: ")
    assert words in str(refused.value)
