"""`ektp station enrol`: the station makes its own key, asks to be enrolled, and takes the centre's answer."""

from pathlib import Path

import click

from ektp_station.asking_station import say


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--station", help="The station's id, such as station/52.03/1.")
@click.option("--hub", help="Address of the hub.")
@click.option("--name", default="", help="What people call it.")
@click.option("--class", "classes", multiple=True, help="A class of blanks it can print; may be repeated. Usual: v5.")
@click.option("--founding", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The centre's answer.")
@click.option(
    "--unprotected", is_flag=True, help="Make the key without a passphrase: for demonstrations, never for work."
)
@click.option("--token", help="Label of a PKCS#11 token in which the key is made; its PIN is asked for, or in a file.")
@click.option("--token-module", help="Library of the token's maker, such as /usr/lib/softhsm/libsofthsm2.so.")
@click.option(
    "--passphrase-file", type=click.Path(exists=True, path_type=Path),
    help="File with the key's passphrase; without it, it is asked for.",
)  # fmt: skip
def enrol(
    folder: Path,
    station: str | None,
    hub: str | None,
    name: str,
    classes: tuple[str, ...],
    founding: Path | None,
    unprotected: bool,
    token: str | None,
    token_module: str | None,
    passphrase_file: Path | None,
) -> None:
    """Make a station in FOLDER with a key of its own, and let the centre enrol it.

    The private key never leaves FOLDER. Carry FOLDER/request.json to the centre and read the fingerprint
    to the people there; they bring back a file, which is given with --founding.

    \b
    Examples:
      ektp station enrol station-52.03-1 --station station/52.03/1 --hub http://hub:8717
      ektp station enrol station-52.03-1 --station station/52.03/1 --hub http://hub:8717 \\
        --token "Kantor Selong" --token-module /usr/lib/opensc-pkcs11.so
      ektp station enrol station-52.03-1 --founding founding.json
    """
    from ektp_keys.token_signer import TokenPlace
    from ektp_station.enrolling import Wanted, make_station, take_founding
    from ektp_station.steady import now_ms

    if founding is not None:
        hub_print = take_founding(folder, founding)
        click.echo(
            say("Enrolled. The hub's key is {fingerprint}: compare it with the centre's.", fingerprint=hub_print)
        )
        click.echo(say("Add its printers to station.toml, then: {command}", command=f"ektp station check {folder}"))
        return
    if not station or not hub:
        raise click.UsageError(say("Give --station and --hub, or --founding with the centre's answer."))
    if (token is None) is not (token_module is None) or (token and unprotected):
        raise click.UsageError(say("Give --token and --token-module together, without --unprotected."))
    place = TokenPlace(token_module, token, station) if token and token_module else None
    passphrase = None if unprotected else _passphrase(folder, passphrase_file, is_pin=place is not None)
    if unprotected:
        click.secho(say("This key lies open in its file. For demonstrations only."), fg="red", bold=True, err=True)
    wanted = Wanted(station, hub, name or station, classes or ("v5",))
    fingerprint = make_station(folder, wanted, passphrase, now_ms(), place)
    click.echo(say("The station's key is {fingerprint}.", fingerprint=fingerprint))
    click.echo(say("Carry {file} to the centre; read them the fingerprint.", file=str(folder / "request.json")))
    command = f"ektp hub enrol CENTRE request.json --fingerprint {fingerprint} --key A.key --key B.key"
    click.echo(say("There, two people: {command}", command=command))


def _passphrase(folder: Path, file: Path | None, *, is_pin: bool) -> str:
    from ektp_station.config import KEY_FILE
    from ektp_station.journal_key import passphrase_given
    from ektp_station.station_key import in_token

    given = passphrase_given(file)
    if given is not None:
        return given
    if is_pin or in_token(folder):
        pin: str = click.prompt(say("PIN of the token"), hide_input=True)
        return pin
    is_new = not (folder / KEY_FILE).exists()
    again = say("The same again") if is_new else False
    typed: str = click.prompt(say("Passphrase for the station's key"), hide_input=True, confirmation_prompt=again)
    return typed
