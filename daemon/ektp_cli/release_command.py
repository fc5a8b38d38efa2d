"""`ektp release`: the centre types the code a station reads out on the telephone."""

from pathlib import Path

import click

from ektp_cli.options import HUB, KEY, PASSPHRASE


@click.command()
@HUB
@click.option("--station", required=True, help="The station that reads the code out, such as station/52.03/1.")
@click.option("--record", required=True, help="Number of the record, as it is read out.")
@click.option("--attempt", type=int, required=True, help="The attempt, as it is read out.")
@click.option("--code", required=True, help="The code, such as 7N3KQ-0WXZP.")
@KEY
@PASSPHRASE
def release(
    hub_url: str,
    station: str,
    record: str,
    attempt: int,
    code: str,
    keys: tuple[Path, ...],
    passphrases: tuple[Path, ...],
) -> None:
    """Take an authorisation back from a station without a line (pelepasan lewat telepon).

    Somebody at the station called `ektp station release` and reads out what it shows. A code
    that was misheard is noticed here and not counted; after a few wrong ones none is taken for
    that station for an hour.

    \b
    Example:
      ektp release --hub http://pusat:8717 --station station/52.03/1 --record 52.03-000001 \\
        --attempt 1 --code 7N3KQ-0WXZP --key officer.key
    """
    from ektp_cli.asking import ask, hub_at, one_signer
    from ektp_cli.showing import say
    from ektp_core.wire.release import ReleaseByCode
    from ektp_keys.release_code import shown, typed

    body = ReleaseByCode(station, record, attempt, shown(typed(code)))
    signer = one_signer(keys, passphrases)
    with hub_at(hub_url) as hub:
        ask(hub, body, [signer])
    click.echo(say("Record {record} is free again; {station} will not print it.", record=record, station=station))
