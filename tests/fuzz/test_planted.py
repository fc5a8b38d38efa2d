"""Each law can fail: broken parsers are caught, and what caught them is made small."""

import random

import pytest

from ektp_core.boundary.card_printer import DriverError
from tests.fuzz import campaign
from tests.fuzz.engine import Hang, Target, Trial, counted, table
from tests.fuzz.mutate import Mutator
from tests.fuzz.planted import PLANTED, Planted, put

SEED = 7


@pytest.mark.parametrize("planted", PLANTED, ids=lambda one: one.name)
def test_a_broken_parser_is_caught(planted: Planted) -> None:
    with put(planted):
        tally = Trial(campaign.target(planted.target), SEED).run(planted.inputs)
    assert tally.breaches, f"{planted.name} was not noticed in {tally.inputs} inputs"
    with put(planted):
        assert Trial(campaign.target(planted.target), SEED).why(tally.breaches[0].data)
    assert not Trial(campaign.target(planted.target), SEED).why(tally.breaches[0].data)


def _naive(data: bytes) -> int:
    if data.startswith(b"X"):
        raise DriverError("refused")
    return data.index(b"\x1b") if b"\x1b" in data else 0


def test_a_breach_is_made_as_small_as_it_goes() -> None:
    toy = Target("toy", 1, lambda: (b"some long words \x1b and more of them",), _naive, lambda _data, at: "far" if at > 2 else "")
    tally = Trial(toy, SEED).run(1000)
    assert tally.breaches[0].data == b"000\x1b"
    assert tally.breaches[0].kept == "Kept('toy', b'000\\x1b', 'law: far'),"


def test_an_error_of_another_kind_is_a_breach_and_one_of_the_contract_is_a_refusal() -> None:
    toy = Target("toy", 1, lambda: (b"X", b"\xff"), lambda data: data.decode("ascii") and _naive(data))
    trial = Trial(toy, SEED)
    assert trial.why(b"X1") == "" and trial.why(b"\xff") == "UnicodeDecodeError: raised outside the contract"


def test_a_loop_without_an_end_is_counted_out() -> None:
    def endless() -> None:
        while True:
            pass

    with pytest.raises(Hang), counted(10_000):
        endless()


def test_the_same_seed_makes_the_same_inputs_and_another_makes_others() -> None:
    def made(seed: int) -> list[bytes]:
        mutator = Mutator(random.Random(seed), (b"NO CARD", b"120"), (b"OK",), 0.1)
        return [mutator.make() for _ in range(200)]

    assert made(1) == made(1) != made(2)
    assert b"NO CARD" in made(1), "a good input stays good now and then"


def test_the_table_adds_up() -> None:
    assert table([("a", 3, 1, 2, 0), ("b", 1, 1, 0, 1)]).splitlines()[-1].split() == ["in", "all", "4", "2", "2", "1"]
