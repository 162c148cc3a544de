"""Messages of the vehicle link as the vehicle's side writes and reads them.

Nothing here shares code with the firmware: another CBOR codec, another base64, another check sum,
so that an error in one of them shows. Keys and frames are those of `docs/vehicle_link.cddl`.
"""

import base64
import binascii
from enum import IntEnum
from typing import Any

import cbor2

_LONGEST = 400  # bytes of a frame before base64


class Key(IntEnum):
    """Keys by their names in the CDDL file; those that this vehicle uses."""

    Message = 0
    SessionID = 1
    EVCCID = 2
    EVMaximumChargePower = 3
    EVMaximumDischargePower = 4
    EVInverterManufacturer = 5
    EVInverterModel = 6
    EVInverterSerialNumber = 7
    EVInverterSwVersion = 8
    IEEE1547NormalCategory = 9
    IEEE1547AbnormalCategory = 10
    J3072Certified = 11
    J3072CertificationDate = 12
    EVNominalVoltage = 13
    EVUseableWattHours = 14
    EVPresentActivePower = 15
    EVPresentReactivePower = 16
    PresentSOC = 17
    MinimumSOC = 18
    EVTargetEnergyRequest = 19
    DepartureTime = 20
    DEROperationalState = 21
    SettingsVersion = 22
    ResponseCode = 23
    Refusal = 24
    EVSEMaximumChargePower = 25
    EVSEMaximumDischargePower = 26
    EVSENominalVoltage = 27
    EVSENominalFrequency = 28
    RequiredDEROperatingMode = 30
    PermitService = 32
    EnterServiceVoltageHigh = 33
    EnterServiceVoltageLow = 34
    EnterServiceFrequencyHigh = 35
    EnterServiceFrequencyLow = 36
    EnterServiceDelay = 37
    EnterServiceRampTime = 38
    OverVoltageMustTripCurve = 39
    UnderVoltageMustTripCurve = 40
    OverFrequencyMustTripCurve = 41
    UnderFrequencyMustTripCurve = 42
    EVSETargetActivePower = 43
    EVSENotification = 44
    FrequencyDroop = 45
    VoltWatt = 46
    LimitMaxDischargePower = 47
    ConstantPowerFactor = 48
    ConstantVar = 49
    VoltVar = 50
    WattVar = 51
    VoltVarReference = 52
    SupportedModes = 53
    GeneratorMode = 54
    EVSETargetVoltage = 55
    EVSETargetFrequency = 56
    EVSEUpdateTime = 57


class Message(IntEnum):
    """Requests; the answer to each is one more."""

    SessionSetup = 1
    ChargeParameterDiscovery = 3
    ChargeLoop = 5
    SessionStop = 7


class ResponseCode(IntEnum):
    """What an answer says first."""

    OK = 0
    OK_NewSessionEstablished = 2
    FAILED = 21
    FAILED_SequenceError = 34
    FAILED_UnknownSession = 38
    FAILED_WrongChargeParameter = 39


EXIT_STANDBY = 1
ON, OFF = 0, 1
FOLLOWING, FORMING = 0, 1
BOTH_MODES = 1 << FOLLOWING | 1 << FORMING

Fields = dict[int, Any]


def to_line(fields: Fields) -> bytes:
    """A message as a line of the wire."""
    body = cbor2.dumps({int(key): value for key, value in fields.items()})
    return frame(body)


def frame(body: bytes) -> bytes:
    """CBOR as a line of the wire."""
    head = len(body).to_bytes(2, "big") + body
    return base64.b64encode(head + binascii.crc_hqx(head, 0).to_bytes(2, "big")) + b"\n"


def from_line(line: bytes) -> Fields | None:
    """The message in a line without its newline, or None when it is none."""
    body = unframe(line)
    if body is None:
        return None
    try:
        fields = cbor2.loads(body)
    except (cbor2.CBORDecodeError, ValueError):
        return None
    return fields if isinstance(fields, dict) else None


def unframe(line: bytes) -> bytes | None:
    """The CBOR in a line, or None when length or check sum are wrong."""
    try:
        framed = base64.b64decode(line, validate=True)
    except binascii.Error:
        return None
    if not 5 <= len(framed) <= _LONGEST or binascii.crc_hqx(framed, 0):
        return None
    body = framed[2:-2]
    return body if int.from_bytes(framed[:2], "big") == len(body) else None
