"""Meter records that we sign are read, verified and judged by pyocmf, which nobody here wrote."""

import hashlib
import json
import warnings
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pyocmf import OCMF
from pyocmf.exceptions import PyOCMFError, SpecWarning
from pyocmf.models.public_key import PublicKey

from wattback_controller.energy import MeterReading
from wattback_controller.records import STOP_TEXTS, Flag, Interval, Participation
from wattback_controller.settlement.keys import create_key, load_key, public_key_text
from wattback_controller.settlement.ocmf import sign_participation
from wattback_sim.errors import BadInputError

START_S = 1_770_768_900  # 2026-02-11 00:15 UTC
END_S = START_S + 900


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> ec.EllipticCurvePrivateKey:
    path: Path = tmp_path_factory.mktemp("keys") / "meter.pem"
    create_key(path)
    return load_key(path)


def metered(*flags: Flag, island_wh: int = 0) -> list[Interval]:
    """Three intervals; the flags are those of the second."""
    return [
        Interval(
            "garage",
            START_S + 300 * place,
            START_S + 300 * (place + 1),
            0,
            633,
            island_wh,
            frozenset(flags) if place == 1 else frozenset(),
        )
        for place in range(3)
    ]


def reading(
    t_s: float, export_wh: int, serial: str = "WB-0001", clock_good: bool = True
) -> MeterReading:
    return MeterReading(t_s, serial, 812_345, export_wh, 0, clock_good)


def signed(
    key: ec.EllipticCurvePrivateKey,
    intervals: list[Interval] | None = None,
    *,
    begin: MeterReading | None = None,
    end: MeterReading | None = None,
    stopped: str = "event_ended",
    event: str = "peak",
    previous: str = "",
) -> str:
    part = Participation(event, "evenings", "garage", START_S, END_S, 8000, stopped, 2000, 5120)
    return sign_participation(
        part,
        metered() if intervals is None else intervals,
        begin or reading(START_S + 0.25, 41_000),
        end or reading(END_S, 42_899),
        previous,
        key,
    )


def payload(record: str) -> dict[str, Any]:
    section: dict[str, Any] = json.loads(record.split("|")[1])
    return section


def test_a_record_is_verified_and_judged_without_a_complaint(
    key: ec.EllipticCurvePrivateKey,
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", SpecWarning)
        record = OCMF.from_string(signed(key), strict=True)
    valid, issues = record.verify(PublicKey.from_string(public_key_text(key)))
    assert valid
    assert issues == []
    told: list[object] = [
        (each.TX, str(each.RI), each.RV, each.RU, each.EF) for each in record.payload.RD
    ]
    assert told == [
        ("B", "01-00:01.08.00*FF", 812_345, "Wh", None),
        ("B", "01-00:02.08.00*FF", 41_000, "Wh", None),
        ("E", "01-00:01.08.00*FF", 812_345, "Wh", None),
        ("E", "01-00:02.08.00*FF", 42_899, "Wh", None),
    ]
    assert str(record.payload.RD[0].TM) == "2026-02-11T00:15:00,250+0000 S"
    assert all(each.RI is not None and each.RI.is_billing_relevant for each in record.payload.RD)


def places(section: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The place of every value in a payload."""
    if isinstance(section, dict):
        return [found for name in section for found in places(section[name], (*path, name))]
    if isinstance(section, list) and section:
        return [found for n, each in enumerate(section) for found in places(each, (*path, n))]
    return [path]


def tampered(record: str, place: tuple[Any, ...]) -> str:
    """The record with one value changed and everything else as it was."""
    header, _, trailer = record.split("|")
    section = payload(record)
    owner = section
    for name in place[:-1]:
        owner = owner[name]
    value = owner[place[-1]]
    if isinstance(value, bool):
        owner[place[-1]] = not value
    elif isinstance(value, int):
        owner[place[-1]] = value + 1
    elif isinstance(value, list):
        owner[place[-1]] = ["RFID_NONE"]
    else:
        owner[place[-1]] = {"B": "X", "E": "L", "G": "S", "": "t"}.get(value, f"{value[:-1]}0")
    return "|".join((header, json.dumps(section, separators=(",", ":")), trailer))


def test_each_tampered_value_is_noticed(key: ec.EllipticCurvePrivateKey) -> None:
    record = signed(key, metered(island_wh=5))
    public = public_key_text(key)
    every = places(payload(record))
    assert len(every) > 40
    unnoticed = []
    for place in every:
        forged = tampered(record, place)
        if forged == record:  # its last letter was a 0 already
            forged = forged.replace("0", "1")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SpecWarning)
                if OCMF.from_string(forged).verify_signature(public):
                    unnoticed.append(place)
        except PyOCMFError:
            pass  # not even a record any more
    assert unnoticed == []
    assert OCMF.from_string(record).verify_signature(public)


def test_another_key_and_another_records_signature_are_noticed(
    key: ec.EllipticCurvePrivateKey,
) -> None:
    first, second = signed(key), signed(key, event="other")
    other = ec.generate_private_key(ec.SECP256R1())
    assert not OCMF.from_string(first).verify_signature(public_key_text(other))
    mixed = "|".join((*first.split("|")[:2], second.split("|")[2]))
    assert not OCMF.from_string(mixed).verify_signature(public_key_text(key))
    assert payload(first)["GS"] != payload(signed(other))["GS"]


def test_records_are_numbered_and_each_holds_the_hash_of_the_one_before(
    key: ec.EllipticCurvePrivateKey,
) -> None:
    chain: list[str] = []
    for number in range(1, 12):
        chain.append(signed(key, event=f"e{number}", previous=chain[-1] if chain else ""))
        OCMF.from_string(chain[-1], strict=True)
    assert [payload(record)["PG"] for record in chain] == [f"T{n}" for n in range(1, 12)]
    assert payload(chain[0])["XH"] == "0" * 64
    hashes = [hashlib.sha256(record.encode()).hexdigest() for record in chain]
    assert [payload(record)["XH"] for record in chain[1:]] == hashes[:-1]
    with pytest.raises(BadInputError, match="is no OCMF record"):
        signed(key, previous="OCMF|{}|{}")


@pytest.mark.parametrize(
    ("flag", "begin", "end"),
    [
        # (EF, ST, sync) of the readings at the beginning and at the end
        ("estimated", ("", "G", "S"), ("", "G", "S")),  # between the ends: they stay measured
        ("meter_changed", ("", "G", "S"), ("E", "X", "S")),
        ("time_unset", ("", "G", "S"), ("t", "G", "U")),
    ],
)
def test_a_flag_within_spoils_what_it_must(
    key: ec.EllipticCurvePrivateKey,
    flag: Flag,
    begin: tuple[str, str, str],
    end: tuple[str, str, str],
) -> None:
    read = payload(signed(key, metered(flag)))["RD"]
    told = [(each["EF"], each["ST"], each["TM"][-1]) for each in read]
    assert told == [begin, begin, end, end]


def test_a_flag_at_an_end_spoils_the_reading_there(key: ec.EllipticCurvePrivateKey) -> None:
    record = signed(key, metered("estimated")[1:2])
    assert {(each["EF"], each["ST"]) for each in payload(record)["RD"]} == {("E", "S")}
    codes = {issue.code.name for issue in OCMF.from_string(record).check_eichrecht()}
    assert codes == {"METER_STATUS", "ERROR_FLAGS"}


@pytest.mark.parametrize("end", [reading(END_S, 42_899, serial="WB-0002"), reading(END_S, 40_000)])
def test_another_meter_or_a_register_that_went_back_is_told(
    key: ec.EllipticCurvePrivateKey, end: MeterReading
) -> None:
    read = payload(signed(key, end=end))["RD"]
    assert [each["EF"] for each in read] == ["", "", "E", "E"]


def test_a_reading_by_a_clock_that_was_not_known_to_be_right_is_not_synchronised(
    key: ec.EllipticCurvePrivateKey,
) -> None:
    record = OCMF.from_string(
        signed(key, begin=reading(START_S, 41_000, clock_good=False)), strict=True
    )
    assert [str(each.time_status) for each in record.payload.RD] == ["U", "U", "S", "S"]


def test_energy_on_an_island_and_names_of_others_stand_in_the_record(
    key: ec.EllipticCurvePrivateKey,
) -> None:
    text = signed(key, metered(island_wh=7), event='pe|ak"')
    assert text.count("|") == 2
    assert OCMF.from_string(text, strict=True).verify_signature(public_key_text(key))
    told = payload(text)
    assert (told["XE"], told["XP"], told["XI"]) == ('pe|ak"', "evenings", 21)


@pytest.mark.parametrize("stopped", [code for code in STOP_TEXTS if code])
def test_every_way_to_end_has_a_code_that_ends_a_transaction(
    key: ec.EllipticCurvePrivateKey, stopped: str
) -> None:
    record = OCMF.from_string(signed(key, stopped=stopped), strict=True)
    assert record.is_eichrecht_compliant


def test_what_goes_on_is_not_signed(key: ec.EllipticCurvePrivateKey) -> None:
    with pytest.raises(BadInputError, match="is not over"):
        signed(key, stopped="")
