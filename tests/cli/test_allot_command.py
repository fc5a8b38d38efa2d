"""`ektp allot`: a plan from a file alone, its reasons in words, two policies side by side."""

import csv
import io
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ektp_cli.allot_command import allot
from ektp_core.errors import Refusal, Refused
from ektp_data.allotment_csv import example_figures, read_figures
from ektp_data.policy_file import read_policies, shipped_policies
from ektp_data.regions import load_regions

Run = Callable[..., Result]
HEAD = "office,class,stock,backlog,requested,best_month,accounted_for,report_age_days,remaining_of_last,printed_1"


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    path = tmp_path / "figures.csv"
    path.write_bytes(example_figures())
    return path


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: str, name: str = "made.csv", head: str = HEAD) -> Path:
        path = tmp_path / name
        path.write_text("\n".join((head, *lines)), encoding="utf-8")
        return path

    return write


def grants(path: Path) -> dict[str, dict[str, Any]]:
    return {one["office"]: one for one in json.loads(path.read_text("utf-8"))["grants"]}


def refusal(result: Result) -> Refused:
    assert isinstance(result.exception, Refused), (result.output, result.exception)
    return result.exception


def words(result: Result) -> str:
    """What was said, in one line."""
    return " ".join(result.output.split())


# -- plan -------------------------------------------------------------------------------------


@pytest.mark.rule(28)
def test_who_asks_for_100_000_and_can_print_20_000_gets_20_000(run: Run, made: Any, tmp_path: Path) -> None:
    """Paper 001; the backlog is made up."""
    path = made("32.01,v5,0,240000,100000,20000,,,,")
    result = run(allot, "plan", path, "--policy", "2017-capacity", "--supply", "v5=800000", "--json", tmp_path / "p.json")
    one = grants(tmp_path / "p.json")["office/32.01"]
    assert (one["granted"], one["bound_by"], one["would_give"]["REQUEST"]) == (20_000, "CAPACITY", 100_000)
    assert "Kab. Bogor can print 20,000 a month and has 0; 0 are on the road." in words(result)
    assert "By other rules alone: request 100,000." in words(result)
    assert "20,000 of 800,000 granted, 780,000 left at the centre." in words(result)
    assert result.exit_code == 0


@pytest.mark.rule(27)
@pytest.mark.parametrize(("stock", "granted"), [(999, 1), (1_000, 0), (1_001, 0)])
def test_below_1_000_an_office_may_have_the_next(run: Run, made: Any, tmp_path: Path, stock: int, granted: int) -> None:
    """Paper 003; backlog and request are made up."""
    path = made(f"65.01,v5,{stock},1000,1,,,,,")
    run(allot, "plan", path, "--policy", "2020-below-threshold", "--json", tmp_path / "p.json")
    assert grants(tmp_path / "p.json")["office/65.01"]["granted"] == granted


@pytest.mark.rule(27)
def test_an_allotment_must_be_used_up_first(run: Run, made: Any) -> None:
    """Paper 002: ten thousand are printed to the end, then the next are asked for."""
    path = made("52.03,v5,10000,20000,10000,,yes,1,1,")
    result = run(allot, "plan", path, "--policy", "used-up-first")
    assert "still has 1 of its last allotment, which must be used up first." in words(result)


@pytest.mark.rule(27)
def test_without_a_report_the_grant_waits(run: Run, made: Any) -> None:
    result = run(allot, "plan", made("52.03,v5,0,500,500,,no,,,", "52.01,v5,0,500,500,,yes,32,,"))
    assert words(result).count("has no accepted report as at a day within the last 31 days.") == 2


def test_the_plan_of_the_example_gives_no_more_than_there_is(run: Run, figures: Path, tmp_path: Path) -> None:
    run(allot, "plan", figures, "--supply", "v5=12000", "--json", tmp_path / "p.json")
    found = json.loads((tmp_path / "p.json").read_text("utf-8"))
    assert (found["granted"], found["left"], found["supply"]) == (12_000, {"v5": 0}, {"v5": 12_000})
    assert sum(one["granted"] for one in found["grants"]) == 12_000


@pytest.mark.rule(30)
def test_loans_are_proposed_where_the_centre_is_empty(run: Run, figures: Path) -> None:
    said = words(run(allot, "plan", figures, "--supply", "v5=0"))
    assert "1. Kab. Sumbawa lends 1,500 of class v5 to Kab. Lombok Timur, due in 90 days." in said
    assert "in the same province" in said


@pytest.mark.rule(28)
def test_the_offices_own_count_stands_beside_the_centres(run: Run, figures: Path, tmp_path: Path) -> None:
    result = run(allot, "plan", figures, "--json", tmp_path / "p.json")
    assert "By its own count 7,900 people wait; the centre's count decides." in words(result)
    one = grants(tmp_path / "p.json")["office/52.02"]
    assert (one["backlog"], one["own_backlog"]) == (6_800, 7_900)


def test_without_a_supply_there_is_enough_for_all_and_it_is_said(run: Run, figures: Path, tmp_path: Path) -> None:
    result = run(allot, "plan", figures, "--json", tmp_path / "p.json")
    assert "17,724 granted; without --supply there is enough for all." in words(result)
    assert json.loads((tmp_path / "p.json").read_text("utf-8"))["left"] is None


@pytest.mark.rule(8)
def test_a_class_of_which_none_is_supplied_gets_none(run: Run, made: Any) -> None:
    result = run(allot, "plan", made("52.03,v4.8,0,500,500,,,,,"), "--supply", "v5=500")
    assert "There are no blanks of class v4.8 to grant." in words(result)
    assert "Class v4.8: none, for no supply of it was given." in words(result)


def test_a_rule_without_figures_is_named(run: Run, figures: Path) -> None:
    assert "No figures for: capacity. That rule did not bind." in words(run(allot, "plan", figures))


def test_the_grants_are_written_as_a_sheet_that_can_be_summed(run: Run, figures: Path, tmp_path: Path) -> None:
    run(allot, "plan", figures, "--supply", "v5=12000", "--csv", tmp_path / "grants.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "grants.csv").read_text("utf-8"))))
    assert sum(int(row["gets"]) for row in rows) == 12_000
    assert {row["name"] for row in rows} >= {"Kab. Lombok Timur", "Provinsi Nusa Tenggara Barat"}


def test_staged_deliveries_are_told(run: Run, made: Any) -> None:
    result = run(allot, "plan", made("18.09,v5,0,41000,25000,,,,,"), "--policy", "2015-before-empty")
    assert "In deliveries: 10,000; 10,000 after 14 days; 5,000 after 28 days." in words(result)


@pytest.mark.parametrize("columns", ["80", "120"])
def test_a_table_is_never_wider_than_the_screen(
    run: Run, figures: Path, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("NO_COLOR", "1")
    output = run(allot, "plan", figures, "--supply", "v5=600").output
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    tables = [line for line in plain.splitlines() if line[:1] in "┏┃┡│└"]
    assert tables
    assert max(map(len, tables)) <= int(columns)


# -- bad input --------------------------------------------------------------------------------


def test_everything_wrong_in_the_file_is_listed_and_nothing_is_planned(run: Run, made: Any, tmp_path: Path) -> None:
    path = made("52.03,v5,1.000,-1,=1,,,,,", "52.99,v9,,,,,,,,")
    result = run(allot, "plan", path, "--json", tmp_path / "p.json", "--csv", tmp_path / "g.csv")
    assert result.exit_code == 1
    for column in ("stock", "backlog", "requested", "office", "class"):
        assert f" {column} " in result.output
    assert "digits only: 1000" in words(result) and "Grants of class" not in result.output
    assert "Nothing was planned." in result.output
    assert not (tmp_path / "p.json").exists() and not (tmp_path / "g.csv").exists()


@pytest.mark.parametrize("supply", ["v5", "=5", "v5=", "v5=1.000", "v5=-1", "v5=x"])
def test_a_supply_that_is_none_is_refused(run: Run, figures: Path, supply: str) -> None:
    found = refusal(run(allot, "plan", figures, "--supply", supply))
    assert (found.refusal, found.facts["field"]) == (Refusal.BAD_VALUE, "--supply")


def test_a_supply_given_twice_is_refused(run: Run, figures: Path) -> None:
    found = refusal(run(allot, "plan", figures, "--supply", "v5=1", "--supply", "v5=2"))
    assert found.facts["shape"] == "a class twice"


def test_a_policy_nobody_knows_is_refused_with_those_there_are(run: Run, figures: Path) -> None:
    found = refusal(run(allot, "plan", figures, "--policy", "weekly"))
    assert (found.facts["field"], "2018-weekly" in str(found.facts["expected"])) == ("--policy", True)


def test_a_policy_file_that_is_wrong_names_file_line_and_key(run: Run, figures: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[[policy]]\nname = "mine"\nquota = -1\n', "utf-8")
    found = refusal(run(allot, "plan", figures, "--policy", tmp_path / "mine.toml"))
    assert found.facts["field"] == "mine.toml:3 quota"


def test_a_policy_file_that_is_not_there_is_refused(run: Run, figures: Path, tmp_path: Path) -> None:
    assert refusal(run(allot, "plan", figures, "--policy", tmp_path / "no.toml")).refusal is Refusal.BAD_FILE


@pytest.mark.parametrize("day", ["2026-02-30", "tomorrow"])
def test_a_date_that_is_none_is_refused(run: Run, figures: Path, day: str) -> None:
    assert refusal(run(allot, "plan", figures, "--date", day)).facts["field"] == "--date"


@pytest.mark.rule(27)
def test_a_policy_that_did_not_hold_on_that_day_is_refused(run: Run, figures: Path) -> None:
    found = refusal(run(allot, "plan", figures, "--policy", "2017-capacity", "--date", "2018-01-01"))
    assert found.facts["expected"] == "2017-01-01 - 2017-12-31"
    assert run(allot, "plan", figures, "--policy", "2017-capacity", "--date", "2017-12-31").exit_code == 0


def test_a_place_that_cannot_be_written_is_refused(run: Run, figures: Path, tmp_path: Path) -> None:
    found = refusal(run(allot, "plan", figures, "--csv", tmp_path / "no" / "grants.csv"))
    assert found.refusal is Refusal.BAD_FILE


@pytest.mark.parametrize("option", ["--csv", "--json"])
def test_a_plan_is_not_written_over_the_figures_it_came_from(run: Run, figures: Path, option: str) -> None:
    before = figures.read_bytes()
    (figures.parent / "again.csv").hardlink_to(figures)
    for target in (figures, figures.parent / "x" / ".." / figures.name, figures.parent / "again.csv"):
        (figures.parent / "x").mkdir(exist_ok=True)
        found = refusal(run(allot, "plan", figures, option, target))
        assert found.refusal is Refusal.BAD_FILE
    assert figures.read_bytes() == before


def test_a_plan_is_not_written_over_its_policy_nor_twice_into_one_file(run: Run, figures: Path, tmp_path: Path) -> None:
    mine, both = tmp_path / "mine.toml", tmp_path / "both"
    mine.write_text('[[policy]]\nname = "mine"\n', "utf-8")
    assert refusal(run(allot, "plan", figures, "--policy", mine, "--csv", mine)).refusal is Refusal.BAD_FILE
    assert refusal(run(allot, "plan", figures, "--csv", both, "--json", both)).refusal is Refusal.BAD_FILE
    twice = ("--policy", mine, "--policy", "default", "--json", mine)
    assert refusal(run(allot, "compare", figures, *twice)).refusal is Refusal.BAD_FILE


def test_of_many_mistakes_the_first_are_listed_and_all_are_counted(run: Run, made: Any) -> None:
    result = run(allot, "plan", made(*(f"52.99,v9,{number}.000,,,,,,," for number in range(1, 41))))
    assert "The first 50 of 120 mistakes. By column: office 40; class 40; stock 40." in words(result)
    assert result.output.count("│ office ") == 17 and result.exit_code == 1


# -- many offices -----------------------------------------------------------------------------


def test_above_a_hundred_rows_the_reasons_stand_in_the_files_alone(run: Run, made: Any, tmp_path: Path) -> None:
    path = made(*(f"group/52/k {number},v5,0,500,90,,,,," for number in range(101)))
    said = words(run(allot, "plan", path, "--csv", tmp_path / "g.csv", "--json", tmp_path / "p.json"))
    assert "Why each of the 101 gets this many stands in the files of --csv and --json." in said
    assert "asked for" not in said
    reasons = [one["why"] for one in csv.DictReader(io.StringIO((tmp_path / "g.csv").read_text("utf-8")))]
    assert reasons == [f"k {number} asked for 90 and gets all of it." for number in sorted(range(101), key=str)]
    assert {one["why"] for one in grants(tmp_path / "p.json").values()} == set(reasons)


def test_more_rows_than_regencies_are_in_the_sums_and_not_in_the_table(run: Run, made: Any) -> None:
    path = made(*(f"group/52/k {number},v5,0,500,90,,,,," for number in range(603)))
    said = words(run(allot, "plan", path))
    assert "3 more rows are in the sums and in the files, not in this table." in said
    assert "54,270" in said
    compared = words(run(allot, "compare", path, "--policy", "default", "--policy", "2018-weekly", "--supply", "v5=999"))
    assert "3 more rows are in the sums" in compared


# -- days ------------------------------------------------------------------------------------


def test_a_policy_that_has_not_begun_is_said_loudly(run: Run, figures: Path, tmp_path: Path) -> None:
    (tmp_path / "next.toml").write_text('[[policy]]\nname = "next"\nvalid_from = 2999-01-01\n', "utf-8")
    warned = "ATTENTION: policy next holds only from 2999-01-01; today is "
    for chosen in (["plan", figures], ["compare", figures, "--policy", "default"]):
        found = run(allot, *chosen, "--policy", tmp_path / "next.toml")
        assert warned in words(found) and found.exit_code == 0
    assert "ATTENTION" not in run(allot, "plan", figures, "--policy", tmp_path / "next.toml", "--date", "2999-01-01").output
    assert "ATTENTION" not in run(allot, "plan", figures).output


def test_the_sheet_in_indonesian_is_as_a_spreadsheet_there_opens_it(
    run: Run, figures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EKTP_LANG", "id")
    run(allot, "plan", figures, "--supply", "v5=12000", "--csv", tmp_path / "g.csv")
    text = (tmp_path / "g.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf") and text.count(b"\n") == 13
    assert {len(row) for row in csv.reader(io.StringIO(text.decode("utf-8-sig")), delimiter=";")} == {11}


# -- compare ----------------------------------------------------------------------------------


def test_two_policies_are_set_side_by_side(run: Run, figures: Path, tmp_path: Path) -> None:
    result = run(
        allot, "compare", figures, "--policy", "default", "--policy", "2017-capacity", "--supply", "v5=30000",
        "--json", tmp_path / "c.json",
    )  # fmt: skip
    first, second = json.loads((tmp_path / "c.json").read_text("utf-8"))
    assert (first["policy"], second["policy"]) == ("default", "2017-capacity")
    assert "+1,126" in result.output
    assert "52.08 Kab. Lombok Utara: +1,126; bound by need under A, by request under B." in words(result)
    gain = sum(b["granted"] > a["granted"] for a, b in zip(first["grants"], second["grants"], strict=True))
    assert f"{gain} offices get more, 0 less, {12 - gain} the same." in words(result)


def test_a_policy_compared_with_itself_changes_nothing(run: Run, figures: Path) -> None:
    said = words(run(allot, "compare", figures, "--policy", "default", "--policy", "default"))
    assert "0 offices get more, 0 less, 12 the same." in said


@pytest.mark.parametrize("names", [("default",), ("default", "default", "default")])
def test_one_policy_or_three_cannot_be_compared(run: Run, figures: Path, names: tuple[str, ...]) -> None:
    chosen = [word for name in names for word in ("--policy", name)]
    assert refusal(run(allot, "compare", figures, *chosen)).facts["shape"] == f"{len(names)} policies"


# -- the pages --------------------------------------------------------------------------------

PAGES = Path(__file__).parents[2] / "docs" / "how-to"
PAGE_NAMES = ("plan-allotments.md", "write-a-policy.md")


def blocks(page: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", (PAGES / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGE_NAMES)
def test_the_page_followed_line_by_line_in_an_empty_folder_says_what_it_shows(
    run: Run, page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said, shown, commands = "", [], 0
    text = (PAGES / page).read_text("utf-8")
    for kind, block in re.findall(r"^```(text|toml)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if kind == "toml":
            assert (tmp_path / "mine.toml").is_file(), "the page makes the file before it is written in"
            (tmp_path / "mine.toml").write_text(block, "utf-8")
            continue
        for line in block.splitlines():
            if not line.startswith("ektp allot"):
                shown.append(line)
                continue
            command, _, target = line.partition(" > ")
            result = run(allot, *shlex.split(command)[2:])
            assert result.exit_code == 0, (line, result.output)
            commands += 1
            said += f" {words(result)}"
            if target:
                (tmp_path / target).write_text(result.output, "utf-8")
    assert commands >= 3 and len(shown) >= 5
    assert [line for line in shown if " ".join(line.split()) not in said] == []


def test_every_policy_of_the_pages_is_one() -> None:
    (text,) = blocks(PAGE_NAMES[1], "toml")
    assert [policy.name for policy in read_policies(text.encode(), "page.toml")] == ["ntb-2026"] * 2


# -- policies and example ---------------------------------------------------------------------


def test_every_shipped_policy_is_listed_and_can_be_written_out(run: Run) -> None:
    said = run(allot, "policies").output
    for policy in shipped_policies():
        assert policy.name in said
        text = run(allot, "policies", policy.name).output
        assert read_policies(text.encode(), "copy.toml") == (policy,)


def test_the_schema_can_be_written_out(run: Run) -> None:
    assert json.loads(run(allot, "policies", "--schema").output)["type"] == "object"


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_example_can_be_planned(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("EKTP_LANG", language)
    text = run(allot, "example").output
    assert len(read_figures(text.encode(), "e.csv", load_regions()).figures) == 12
    (tmp_path / "e.csv").write_text(text, "utf-8")
    assert run(allot, "plan", tmp_path / "e.csv").exit_code == 0


@pytest.mark.parametrize("command", ["plan", "compare", "policies", "example"])
def test_every_command_shows_an_example(command: str) -> None:
    assert f"ektp allot {command}" in CliRunner().invoke(allot, [command, "--help"], prog_name="ektp allot").output
