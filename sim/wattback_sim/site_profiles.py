"""Profiles: what a kind of site has in common, as a data file with a version and a hash.

A profile names the settings that its installers begin with, and the world that a simulated site of
its kind has. A unit keeps version and hash beside its settings and tells them, so that it can be
asked which profile it was given. The files lie in `sim/profiles`; the name of one is its file's.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from wattback.grid.categories import grid_code_allows
from wattback.settings import SETTINGS, Settings, shift_of
from wattback.supply import windows_allow_export
from wattback_sim.errors import BadInputError, suggestion
from wattback_sim.firmware import profiles_root
from wattback_sim.parameters import check_number, unit_of
from wattback_sim.toml_reader import TOP, Place, TomlReader

HASH_DIGITS = 7  # of it that a unit keeps: 28 bits are a small integer on every board
OWN_SETTINGS = ("profile_version", "profile_hash")  # that a profile fills in, and nobody else
_DEFAULTS = {row[0]: row[1] for row in SETTINGS}
_VERSIONS = (1, 65535, "")


@dataclass(frozen=True, slots=True)
class Profile:
    """settings: those that the file names. world: parameters of the world by their path, to be
    checked by whoever makes one.
    """

    name: str
    version: int
    text: str
    settings: Mapping[str, int]
    world: Mapping[str, object]

    @property
    def hash(self) -> str:
        """The first seven hexadecimal digits of SHA-256 over name, settings and version, as JSON
        in UTF-8 with sorted keys and no spaces: `{"name":"…","settings":{…},"version":1}`.
        """
        known = {"name": self.name, "settings": dict(self.settings), "version": self.version}
        text = json.dumps(known, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:HASH_DIGITS]

    def with_identity(self, settings: Mapping[str, int]) -> dict[str, int]:
        """These settings, saying which profile they were made from."""
        own = (self.version, int(self.hash, 16))
        return {**settings, **dict(zip(OWN_SETTINGS, own, strict=True))}

    def all_settings(self) -> dict[str, int]:
        """Those of a unit that was given this profile alone, in table order."""
        return self.with_identity({**_DEFAULTS, **self.settings})


def profile_names() -> tuple[str, ...]:
    """Of all profiles, sorted."""
    return tuple(sorted(path.stem for path in profiles_root().glob("*.toml")))


def find_profile(name: str) -> Profile:
    """The profile of that name. Raises BadInputError."""
    names = profile_names()
    if name not in names:
        raise BadInputError(f"no profile is called {name!r}{suggestion(name, names)}")
    return _ProfileReader(profiles_root() / f"{name}.toml").read()


def hash_digits(hash_number: int) -> str:
    """A hash as a unit keeps it, the way that people and files write it."""
    return f"{hash_number:0{HASH_DIGITS}x}"


def known_profile(version: int, hash_number: int) -> Profile | None:
    """The profile that a unit tells, or None where it is none of ours."""
    told = (version, hash_digits(hash_number))
    profiles = map(find_profile, profile_names())
    return next((each for each in profiles if (each.version, each.hash) == told), None)


def profile_in_words(version: int, hash_number: int, settings_version: int) -> str:
    """What a unit's settings were made from. settings_version: what the unit tells of all its
    settings that are an installer's.
    """
    if not version and not hash_number:
        return "none"
    digits = hash_digits(hash_number)
    profile = known_profile(version, hash_number)
    if profile is None:
        return f"version {version} ({digits}) of one that is not known here"
    settings = Settings()
    settings.load(list(profile.all_settings().values()))
    changed = "" if settings.version() == settings_version else ", settings changed since"
    return f"{profile.name}, version {version} ({digits}){changed}"


def setting_range(name: str, nominal_millihertz: int) -> tuple[int, int]:
    """The lowest and the highest value of a setting at this nominal frequency."""
    index = SETTINGS.names.index(name)
    _, _, lowest, highest, _ = SETTINGS[index]
    shift = shift_of(index, nominal_millihertz)
    return lowest + shift, highest + shift


def check_setting(name: str, value: object, nominal_millihertz: int) -> int:
    """A setting's value within that range. Raises BadInputError."""
    lowest, highest = setting_range(name, nominal_millihertz)
    return int(check_number(name, value, int, lowest, highest, unit_of(name)))


def refused_together(settings: Mapping[str, int]) -> str:
    """The first setting that the firmware refuses beside the others, or ""; each is in its range.

    settings: all of them, in table order.
    """
    together = Settings()
    return str(
        together.load(list(settings.values()))
        or grid_code_allows(together)
        or windows_allow_export(together)
    )


class _ProfileReader(TomlReader):
    """Turns one document into a Profile."""

    def read(self) -> Profile:
        self.refuse_unknown(self.document, ("version", "text", "settings", "world"), TOP)
        settings = self._settings()
        return Profile(
            name=self.path.stem,
            version=self.whole(self.document, "version", _VERSIONS, 0, TOP),
            text=self.text(self.document, "text", TOP),
            settings=settings,
            world=self._world(),
        )

    def _settings(self) -> dict[str, int]:
        place = Place("settings")
        given = self.table("settings")
        self.refuse_unknown(
            given, [name for name in SETTINGS.names if name not in OWN_SETTINGS], place
        )
        settings = dict(_DEFAULTS)
        nominal = given.get("nominal_millihertz") or settings["nominal_millihertz"]
        for name, value in given.items():
            try:
                settings[name] = check_setting(name, value, nominal)
            except BadInputError as error:
                self.fail(str(error), place, name)
        # As if its utility had agreed: what stands against an export would be found too late.
        refused = refused_together({**settings, "export_permitted": 1})
        if refused:
            self.fail(f"{refused} does not go together with the other settings", place, refused)
        return {name: settings[name] for name in given}

    def _world(self) -> dict[str, object]:
        sections = self.table("world").items()
        return {f"{name}.{key}": value for name, given in sections for key, value in given.items()}
