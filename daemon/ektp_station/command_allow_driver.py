"""`ektp station allow-driver`: let a driver from another distribution be loaded here (mengizinkan driver)."""

import sys
from pathlib import Path

import click

from ektp_station.asking_station import FOLDER, say


@click.command("allow-driver")
@FOLDER
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask; for scripts of people who have looked.")
def allow_driver(folder: Path, name: str, yes: bool) -> None:
    """Show what the driver or chip encoder NAME is, and allow exactly this version of it here.

    The digest of its files is written into station.toml. When a file changes, the driver is refused until
    somebody allows it again. Drivers that come with the station itself need no entry.

    \b
    Example:
      ektp station allow-driver station-52.03-1 acme
    """
    from ektp_core.boundary.card_printer import DriverError
    from ektp_core.boundary.hookspecs import ENCODERS, ENTRY_POINTS
    from ektp_station import driver_list
    from ektp_station.allowing import allow
    from ektp_station.config import load_config

    config = load_config(folder)
    group = ENTRY_POINTS if name in driver_list.names_of(ENTRY_POINTS) else ENCODERS
    if group == ENCODERS and name not in driver_list.names_of(ENCODERS):
        raise click.ClickException(
            say(
                "Neither a driver nor a chip encoder called {name} is installed here. Install its maker's package "
                "beside the station, with the pip of {python}, and type this again.",
                name=name,
                python=sys.prefix,
            )
        )
    try:
        claim = driver_list.the_claim(group, name)
        if claim.by == driver_list.OWN:
            click.echo(say("{name} comes with the station itself and needs no entry.", name=name))
            return
        files, digest = driver_list.files(claim), driver_list.fingerprint(claim)
    except DriverError as error:
        raise click.ClickException(str(error)) from None
    version = claim.distribution.version
    click.echo(say("Driver {name} of {who} {version}:", name=name, who=claim.by, version=version))
    for path, one in files:
        click.echo(f"  {one[:16]}  {path}")
    click.echo(say("Digest of all {count} files: {digest}", count=len(files), digest=digest))
    if driver_list.is_editable(claim):
        click.secho(say("It is installed so that its source can be changed at any time."), fg="yellow")
    old = next((one for one in config.drivers if one.name == name), None)
    if old and (driver_list.plain(old.distribution), old.sha256) == (claim.by, digest):
        click.echo(say("It is allowed already."))
        return
    if old:
        click.secho(say("Allowed until now: {who} with digest {digest}.", who=old.distribution, digest=old.sha256))
    if not yes and not click.confirm(say("Did you look at it, and may it drive the printers of this station?")):
        raise click.Abort
    allow(folder, driver_list.AllowedDriver(name, claim.by, digest))
    click.echo(say("It is allowed. Start the station again."))
