"""`wattback profiles`: the kinds of site that a unit can be given settings for."""

import click

from wattback_cli.output import answer, guarded
from wattback_sim.site_profiles import find_profile, profile_names


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@guarded
def profiles(as_json: bool) -> None:
    """List the profiles of sites, with version and hash.

    A profile is what `wattback flash --profile NAME` begins with, and a scenario's `profile`.
    """
    known = [find_profile(name) for name in profile_names()]
    if as_json:
        rows = [
            {
                "name": profile.name,
                "version": profile.version,
                "hash": profile.hash,
                "text": profile.text,
                "settings": dict(profile.settings),
            }
            for profile in known
        ]
        answer({"command": "profiles", "profiles": rows})
        return
    width = max(len(profile.name) for profile in known) + 2
    for profile in known:
        head = f"{profile.name:<{width}}{profile.version:>3}  {profile.hash}"
        click.echo(f"{head}  {profile.text}")
