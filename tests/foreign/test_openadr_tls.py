"""Whom our client believes to be the utility: real TLS, with certificates that are not right."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.foreign.certificates import Authority, authority
from wattback_controller.openadr.client import Access, Client
from wattback_controller.openadr.errors import NotReachableError, ProgrammeError
from wattback_sim.errors import BadInputError, PortTakenError
from wattback_sim.utility.access import Account
from wattback_sim.utility.served import serve_utility
from wattback_sim.utility.vtn import Utility

HOST = "127.0.0.1"
VEN = Account("oak-lane", "s3cret", "ven")


def answers(tls: tuple[Path, Path] | None, ca_file: Path | None, host: str = HOST) -> object:
    """What a client that trusts these authorities is told by a utility with this certificate."""
    served = serve_utility(Utility(time.time, (VEN,)), HOST, 0, tls)
    served.start()
    try:
        address = served.address.replace(HOST, host)
        client = Client(Access(address, VEN.client_id, VEN.secret, ca_file), time.time)
        try:
            return client.get("/programs")
        finally:
            client.close()
    finally:
        served.stop()


@pytest.fixture
def ours(tmp_path: Path) -> Authority:
    return authority(tmp_path)


def test_a_certificate_of_the_authority_that_was_configured_is_accepted(ours: Authority) -> None:
    assert answers(ours.certify(HOST), ours.ca_file) == []


REFUSED: dict[str, tuple[Callable[[Authority], tuple[Path, Path]], str]] = {
    "expired": (lambda ours: ours.certify(HOST, days=-1), "certificate has expired"),
    "not valid yet": (lambda ours: ours.certify(HOST, days=12), "not yet valid"),
    "another host": (lambda ours: ours.certify("other.example"), "not valid for '127.0.0.1'"),
    "another address": (lambda ours: ours.certify("127.0.0.2"), "not valid for '127.0.0.1'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_certificate_that_is_not_right_is_refused(ours: Authority, case: str) -> None:
    certify, reason = REFUSED[case]
    with pytest.raises(NotReachableError, match=rf"not to be trusted \(.*{reason}"):
        answers(certify(ours), ours.ca_file)


def test_a_certificate_of_another_authority_is_refused(ours: Authority, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = authority(tmp_path / "other")
    with pytest.raises(NotReachableError, match="not to be trusted"):
        answers(other.certify(HOST), ours.ca_file)
    with pytest.raises(NotReachableError, match="not to be trusted"):
        answers(ours.certify(HOST), None)  # the system's authorities do not know ours


def test_a_utility_that_speaks_no_tls_is_refused(ours: Authority) -> None:
    served = serve_utility(Utility(time.time, (VEN,)), HOST, 0, None)
    served.start()
    try:
        secure = served.address.replace("http://", "https://")
        client = Client(Access(secure, VEN.client_id, VEN.secret, ours.ca_file), time.time)
        with pytest.raises(ProgrammeError):
            client.get("/programs")
    finally:
        served.stop()


def test_a_served_utility_that_is_down_gives_no_answer() -> None:
    utility = Utility(time.time, (VEN,))
    served = serve_utility(utility, HOST, 0, None)
    served.start()
    try:
        client = Client(Access(served.address, VEN.client_id, VEN.secret), time.time)
        assert client.get("/programs") == []
        utility.down = True
        with pytest.raises(ProgrammeError):
            client.get("/programs")
        utility.down = False
        assert client.get("/programs") == []
    finally:
        served.stop()


def test_a_port_in_use_and_files_that_do_not_fit_are_told(ours: Authority, tmp_path: Path) -> None:
    utility = Utility(time.time, (VEN,))
    served = serve_utility(utility, HOST, 0, None)
    port = int(served.address.rpartition(":")[2])
    with pytest.raises(PortTakenError, match=f"port {port} of {HOST} cannot be had"):
        serve_utility(utility, HOST, port, None)
    served.stop()
    certificate, _ = ours.certify(HOST)
    for key in (tmp_path / "missing.pem", ours.ca_file):
        with pytest.raises(BadInputError, match="a certificate and its key in PEM"):
            serve_utility(utility, HOST, 0, (certificate, key))
