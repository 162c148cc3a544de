"""The verdict on a test that has ended without an exception of its own."""

from wattback_hil.connector import Connector
from wattback_hil.errors import BoardError, MisuseError


class FindingsError(BoardError):
    """Checks outside their limits, or truths that did not hold; the message lists each."""


class UntouchedError(MisuseError):
    """A test asked for a connector and did nothing with it."""


def judge(connector: Connector) -> None:
    """Raise FindingsError or UntouchedError unless the test has shown what it checked."""
    findings = connector.findings()
    if findings:
        raise FindingsError("\n".join(findings))
    if not connector.touched:
        raise UntouchedError(
            "this test asked for connector and never used it, so it has shown nothing; "
            "use it, or leave the fixture out"
        )
