"""Keys are opened as their owners allow, and a hub that is not there is said plainly."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from ektp_cli.asking import load_signers, signed_ask
from ektp_cli.json_file import write_json
from ektp_cli.table_command import table
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.custody import Dispatch
from ektp_core.vocabulary.role import Hand
from ektp_core.wire.asks import read_ask
from ektp_core.wire.envelope import Envelope
from ektp_keys.key_file import create_key


@click.command()
@click.argument("key", type=click.Path(path_type=Path))
@click.option("--passphrase-file", type=click.Path(path_type=Path), multiple=True)
def whose(key: Path, passphrase_file: tuple[Path, ...]) -> None:
    """Say whose key it is."""
    (signer,) = load_signers((key,), passphrase_file)
    click.echo(signer.owner)


@pytest.fixture
def protected(tmp_path: Path) -> Path:
    create_key(tmp_path / "a.key", "verifier-1", Hand.OFFICER, "a long passphrase")
    return tmp_path / "a.key"


def test_a_protected_key_is_opened_with_a_file(protected: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a long passphrase\nnot this line\n")
    result = CliRunner().invoke(whose, [str(protected), "--passphrase-file", str(secret)])
    assert result.stdout == "verifier-1\n"
    assert "lies open" not in result.stderr


def test_a_protected_key_asks_for_its_passphrase_and_does_not_show_it(protected: Path) -> None:
    result = CliRunner().invoke(whose, [str(protected)], input="a long passphrase\n")
    assert result.stdout == "verifier-1\n"
    assert "Passphrase of verifier-1" in result.stderr and "a long" not in result.output


def test_a_key_that_lies_open_is_said_loudly(tmp_path: Path) -> None:
    create_key(tmp_path / "b.key", "operator", Hand.OFFICER, None)
    assert "The key of operator lies open" in CliRunner().invoke(whose, [str(tmp_path / "b.key")]).stderr


def test_an_ask_made_with_the_same_id_and_time_is_the_same_bytes(tmp_path: Path) -> None:
    signer = create_key(tmp_path / "b.key", "operator", Hand.OFFICER, None)
    body = Dispatch("K-1", "J-1")
    assert signed_ask(body, [signer], "id-1", 7) == signed_ask(body, [signer], "id-1", 7)
    message, read = read_ask(Envelope.from_json(signed_ask(body, [signer])).payload)
    assert (message.to, read, len(message.id)) == ("hub", body, 36)


def test_a_hub_that_is_not_there_is_said_plainly(run: Callable[..., Result]) -> None:
    result = run(table, "--hub", "http://127.0.0.1:9")
    assert isinstance(result.exception, Refused)
    assert result.exception.refusal is Refusal.NOT_REACHED
    assert "127.0.0.1:9" in str(result.exception)


def test_a_json_file_is_replaced_whole_or_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "found.json"
    write_json(path, {"name": "Péraga"})
    write_json(path, [1])
    with pytest.raises(TypeError):
        write_json(path, {"not": object()})
    assert path.read_text() == "[\n  1\n]\n"
    assert [one.name for one in tmp_path.iterdir()] == ["found.json"]


def test_a_json_file_that_cannot_be_written_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        write_json(tmp_path / "nowhere" / "found.json", 1)
    assert caught.value.refusal is Refusal.BAD_FILE
