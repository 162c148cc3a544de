"""An ADE9000 energy-metering chip at the other end of an SPI bus, as far as its registers go.

Addresses, full-scale codes and the formula of the period are those of the manufacturer's register
map. It knows reads and writes of 16 and 32 bits, and bursts once they are enabled; what it was set
up for is gone after a power cut. Phase C measures the vehicle's side, the neutral's channel the
residual current.
"""

from __future__ import annotations

from dataclasses import dataclass

_FULL_RMS = 52_702_092  # codes of 0.7071 V RMS at an input
_FULL_POWER = 20_694_066
_FULL_INPUT_V = 0.70710678
_SAMPLES_PER_S = 8000

_READ = 8
_RUN = 0x480
_CONFIG1 = 0x481
_BURST_EN = 1 << 11
_SHORT = range(0x480, 0x500)  # registers of 16 bits
_BURST = (range(0x500, 0x63D), range(0x680, 0x6BD))
_PERIOD = 0x418
_ANGLE_VA_VB = 0x482
_ANGLE_VA_VC = 0x484
_ANGLE_HZ = 1_024_000  # what it counts between two zero crossings


@dataclass(frozen=True, slots=True)
class Scale:
    """What the circuit before the chip makes of the line: V at its input a V and an A of it.

    load_voltage: of the vehicle's side; residual: an A that does not return.
    """

    voltage: float
    current: float
    load_voltage: float
    residual: float


class MeteringChip:
    """The chip's registers; `exchange` is a byte on the bus while it is selected."""

    def __init__(self, scale: Scale) -> None:
        self._rms_a_volt = scale.voltage / _FULL_INPUT_V * _FULL_RMS
        self._rms_an_amp = scale.current / _FULL_INPUT_V * _FULL_RMS
        self._rms_a_load_volt = scale.load_voltage / _FULL_INPUT_V * _FULL_RMS
        self._rms_a_residual_amp = scale.residual / _FULL_INPUT_V * _FULL_RMS
        self._power_a_watt = scale.voltage * scale.current / _FULL_INPUT_V**2 * _FULL_POWER
        self.present = True
        self._measured: dict[int, int] = {}
        self._written: dict[int, int] = {}
        self._came = bytearray()
        self._answer = b""

    def restart(self) -> None:
        """It has lost its supply for a moment."""
        self._written.clear()

    def measure(
        self,
        voltages_v: tuple[float, float],
        currents_a: tuple[float, float],
        power_w: float,
        reactive_var: float,
        frequency_hz: float,
        *,
        leg_angle_deg: float = 180.0,
        load_v: float = 0.0,
        load_angle_deg: float = 0.0,
        residual_a: float = 0.0,
    ) -> None:
        """The line, as it is from now on: both legs, currents without a sign; how far leg 2, and
        the vehicle's side between its legs, are ahead of leg 1; what flows to earth.
        """
        line_v = sum(voltages_v) or 1.0
        for leg in range(2):
            part = voltages_v[leg] / line_v
            self._measured[0x62F + leg] = round(abs(currents_a[leg]) * self._rms_an_amp)
            self._measured[0x632 + leg] = round(voltages_v[leg] * self._rms_a_volt)
            self._measured[0x60E + leg] = round(power_w * part * self._power_a_watt)
            self._measured[0x614 + leg] = round(reactive_var * part * self._power_a_watt)
        period = _SAMPLES_PER_S * 65536 / frequency_hz - 1 if frequency_hz > 0 else 0
        self._measured[_PERIOD] = round(period)
        # An RMS value is never below 0; the noise around one is.
        self._measured[0x634] = round(max(load_v, 0.0) * self._rms_a_load_volt)
        self._measured[0x635] = round(max(residual_a, 0.0) * self._rms_a_residual_amp)
        for register, ahead_deg in ((_ANGLE_VA_VB, leg_angle_deg), (_ANGLE_VA_VC, load_angle_deg)):
            late = -ahead_deg % 360 / 360 / frequency_hz if frequency_hz > 0 else 0.0
            self._measured[register] = round(late * _ANGLE_HZ)

    def select(self, selected: bool) -> None:
        """Its chip select has changed."""
        if not selected:
            self._finish_write()
        self._came.clear()
        self._answer = b""

    def exchange(self, octet: int) -> int:
        """A byte comes in; returns the one that goes out at the same time."""
        if not self.present:
            return 0xFF
        at = len(self._came) - 2
        out = self._answer[at] if 0 <= at < len(self._answer) else 0
        self._came.append(octet)
        if len(self._came) == 2:
            command = int.from_bytes(self._came, "big")
            if command & _READ:
                self._answer = self._read(command >> 4)
        return out

    def _read(self, address: int) -> bytes:
        bursts = next((span for span in _BURST if address in span), None)
        if bursts is not None and self._written.get(_CONFIG1, 0) & _BURST_EN:
            return b"".join(self._register(at) for at in range(address, bursts.stop))
        return self._register(address)

    def _register(self, address: int) -> bytes:
        value = self._measured.get(address, 0) if self._written.get(_RUN) else 0
        if address in _SHORT:
            return (self._written.get(address, 0) or value).to_bytes(2, "big")
        return value.to_bytes(4, "big", signed=True)

    def _finish_write(self) -> None:
        if len(self._came) < 4:
            return
        command = int.from_bytes(self._came[:2], "big")
        if not command & _READ:
            self._written[command >> 4] = int.from_bytes(self._came[2:4], "big")
