"""The vehicle as its digital link shows it: who it is, what it may, what it needs, is it there?

Step by step, as SAE J3072 orders it (evse.md 6.7, C for the order): it identifies itself, its
certification and ratings are judged against the site's, it is sent the site's settings, it
acknowledges them, and then it is authorised for as long as it keeps asking. Silence, another
identity, a new set-up or any unplug starts from nothing. Messages are turned into `inbox` by the
port (`vehicle_link`); nothing here knows bytes, limits or the contactor.
"""

from array import array

from micropython import const

from wattback.grid.categories import fitting_bit
from wattback.settings import Settings

# How far the link has come.
LINK_NONE = const(0)  # basic signalling only
LINK_IDENTIFIED = const(1)
LINK_REFUSED = const(2)  # it may not discharge here, see `refusal`; it may charge
LINK_ACCEPTED = const(3)  # fit for the site; it has not acknowledged the present settings
LINK_AUTHORISED = const(4)
LINK_LAPSED = const(5)  # it fell silent; a new set-up is needed
LINK_NAMES = ("none", "identified", "refused", "accepted", "authorised", "lapsed")

# Why the site does not accept its inverter.
REFUSAL_NONE = const(0)
REFUSAL_CHARGE_ONLY = const(1)  # it offers no discharge power
REFUSAL_CERTIFICATION = const(2)  # not certified to SAE J3072
REFUSAL_CATEGORY = const(3)  # its categories are below the site's, or cannot have its settings
REFUSAL_VOLTAGE = const(4)  # it is not made for the site's voltage
# From here on, until it is unplugged: `grid/supervision.py` has seen what it does not do.
REFUSAL_NAMES = (
    "none",
    "charge_only",
    "certification",
    "category",
    "voltage",
    "cessation",
    "droop",
    "reactive_power",
    "not_restored",
)

# What the port puts into the inbox: a kind and its words.
INBOX_KIND = const(0)
MESSAGE_SETUP = const(1)
MESSAGE_PARAMETERS = const(2)
MESSAGE_LOOP = const(3)
MESSAGE_STOP = const(4)
# of MESSAGE_PARAMETERS
INBOX_CERTIFIED = const(1)  # 1: J3072
INBOX_CATEGORY = const(2)  # IEEE 1547 abnormal category, 1 … 3; 0: not said
INBOX_CHARGE_W = const(3)  # ratings, magnitudes
INBOX_DISCHARGE_W = const(4)
INBOX_VOLTAGE_MV = const(5)  # nominal
INBOX_NORMAL_CATEGORY = const(6)  # IEEE 1547 normal category, 1 for A, 2 for B; 0: not said
INBOX_MODES = const(7)  # what it can be, MODE bits
# of MESSAGE_LOOP
INBOX_SETTINGS = const(1)  # version of the settings that it has taken over; 0: none
INBOX_SOC_BP = const(2)
INBOX_MINIMUM_SOC_BP = const(3)
INBOX_NEED_WH = const(4)  # still to be charged until departure
INBOX_DEPARTURE_S = const(5)  # until departure; −1: not said
INBOX_FORMING = const(6)  # 1: it forms a grid, or is ready to at 0 V
INBOX_WORDS = const(8)

MODE_FORMING = const(2)  # it can be the source of an island

UNKNOWN = const(-1)
_NOT_BEHIND = const(-1)
_VOLTAGE_TOLERANCE = const(10)  # a tenth of the nominal voltage (evse.md 6.3, C: 0.88 to 1.10 pu)
# Between messages before the loop a vehicle may take its time (ISO 15118-20 sequence time-out;
# evse.md 6.8, C).
_SEQUENCE_MS = const(60000)
_LONGEST_S = const(604800)  # a departure further away than a week is none
_HIGHEST_WH = const(500000)
HIGHEST_RATING_W = const(50000)  # more than any vehicle gives or takes by alternating current
_LEAST_RATING_W = const(10)  # less is none, and below what powers are reckoned by


class Vehicle:
    """What the link has said, and how much of it still counts.

    link, refusal: as above. age_ms: since the last message. soc_bp, departure_s: UNKNOWN until
    said. charge_w, discharge_w: ratings, magnitudes. category: abnormal, 0 … 3. settings_version:
    to be acknowledged. fitting: the categories that may be here, see `categories.fitting`. inbox,
    inbox_full: the port fills the words and sets the flag; the tick reads them and clears it.
    linked: 1 while the loop runs, so that the vehicle hears targets. forms: 1 when it can be the
    source of an island here; the grid's categories do not matter for that. forming: 1 when it says
    that it is, or is ready to.
    """

    def __init__(self) -> None:
        self.inbox = array("i", [0] * INBOX_WORDS)
        self.inbox_full = 0
        self.settings_version = 0
        self.fitting = 0
        self.link = LINK_NONE
        self.refusal = REFUSAL_NONE
        self.linked = 0
        self.age_ms = 0
        self.soc_bp = UNKNOWN
        self.minimum_soc_bp = 0
        self.need_wh = 0
        self.departure_s = UNKNOWN
        self.charge_w = 0
        self.discharge_w = 0
        self.category = 0
        self.forms = 0
        self.forming = 0
        self._second_ms = 0
        self._found = REFUSAL_NONE
        self._behind_ms = _NOT_BEHIND  # since the settings changed under an authorisation
        self._fits_as = 0  # the bit of its categories

    def renew(self, version: int, fits: int) -> None:
        """The site has other settings. One that is authorised stays so for the time in which it
        must have acknowledged them.
        """
        if version != self.settings_version and self._behind_ms == _NOT_BEHIND:
            if self.link == LINK_AUTHORISED:
                self._behind_ms = 0
        self.settings_version = version
        self.fitting = fits

    def sense(self, connected: int, settings: Settings, dt_ms: int) -> None:
        """Take the message that has come, if any, and let silence grow.

        connected: 0 as soon as the pilot shows state A.
        """
        if not connected:
            self.inbox_full = 0  # what an unplugged vehicle says is a wire's noise
            if self.link != LINK_NONE:
                self._forget(LINK_NONE)
            return
        if self.link != LINK_NONE:
            self._grow_older(settings, dt_ms)
        if self.inbox_full:
            self._take(settings)
            self.inbox_full = 0

    def refuse(self, found: int) -> None:
        """It does not do what the grid code asks: it may not discharge before it is unplugged.

        found: one of REFUSAL_NAMES from "cessation" on.
        """
        self._found = found
        if self.link == LINK_ACCEPTED or self.link == LINK_AUTHORISED:
            self.refusal = found
            self.link = LINK_REFUSED
            self._behind_ms = _NOT_BEHIND

    def forgive(self) -> None:
        """It has been unplugged, for longer than a pilot bounces: the next one is another."""
        self._found = REFUSAL_NONE

    def _grow_older(self, settings: Settings, dt_ms: int) -> None:
        if self.link == LINK_LAPSED:
            return
        self.age_ms += dt_ms
        if self._behind_ms != _NOT_BEHIND:
            self._behind_ms += dt_ms
            if self._behind_ms > settings.acknowledge_ms:
                self._behind_ms = _NOT_BEHIND
                self.link = LINK_ACCEPTED
        limit_ms = settings.vehicle_link_timeout_ms if self.linked else _SEQUENCE_MS
        if self.age_ms >= limit_ms:
            self._forget(LINK_LAPSED)
        elif self.departure_s > 0:
            self._second_ms += dt_ms
            if self._second_ms >= 1000:
                self._second_ms -= 1000
                self.departure_s -= 1

    def _take(self, settings: Settings) -> None:
        inbox = self.inbox
        kind = inbox[INBOX_KIND]
        if kind == MESSAGE_SETUP:
            self._forget(LINK_IDENTIFIED)
        elif kind == MESSAGE_STOP:
            self._forget(LINK_NONE)
        elif self.link == LINK_NONE or self.link == LINK_LAPSED:
            return  # out of sequence: it must set up first
        elif kind == MESSAGE_PARAMETERS:
            self._judge(settings)
        elif kind == MESSAGE_LOOP and self.link != LINK_IDENTIFIED:
            self._loop()
        else:
            return  # nothing that keeps a link alive
        self.age_ms = 0

    def _judge(self, settings: Settings) -> None:
        inbox = self.inbox
        behind = self._behind_ms != _NOT_BEHIND  # it asks what it is to acknowledge, in its loop
        if not behind:
            self.linked = 0
        self.charge_w = inbox[INBOX_CHARGE_W]
        self.discharge_w = min(inbox[INBOX_DISCHARGE_W], HIGHEST_RATING_W)
        self.category = inbox[INBOX_CATEGORY]
        self._fits_as = fitting_bit(self.category, inbox[INBOX_NORMAL_CATEGORY])
        nominal_mv = settings.nominal_line_mv
        differs_mv = abs(inbox[INBOX_VOLTAGE_MV] - nominal_mv)
        feeds = self.discharge_w >= _LEAST_RATING_W
        fits = differs_mv <= nominal_mv // _VOLTAGE_TOLERANCE
        self.forms = 1 if inbox[INBOX_MODES] & MODE_FORMING and feeds and fits else 0
        if not feeds:
            self.refusal = REFUSAL_CHARGE_ONLY
        elif not inbox[INBOX_CERTIFIED]:
            self.refusal = REFUSAL_CERTIFICATION
        elif not self.fitting & self._fits_as:
            self.refusal = REFUSAL_CATEGORY
        elif not fits:
            self.refusal = REFUSAL_VOLTAGE
        else:
            self.refusal = self._found
        if self.refusal:
            self.link = LINK_REFUSED
            self._behind_ms = _NOT_BEHIND
            self.linked = 0
        elif not behind:
            self.link = LINK_ACCEPTED

    def _loop(self) -> None:
        inbox = self.inbox
        self.linked = 1
        self.soc_bp = _within(inbox[INBOX_SOC_BP], 0, 10000)
        self.minimum_soc_bp = _within(inbox[INBOX_MINIMUM_SOC_BP], 0, 10000)
        self.need_wh = _within(inbox[INBOX_NEED_WH], 0, _HIGHEST_WH)
        self.departure_s = _within(inbox[INBOX_DEPARTURE_S], UNKNOWN, _LONGEST_S)
        self.forming = 1 if inbox[INBOX_FORMING] else 0
        self._second_ms = 0
        if self.link != LINK_REFUSED:
            if not self.fitting & self._fits_as:  # by settings that it was not asked about
                self.refusal = REFUSAL_CATEGORY
                self.link = LINK_REFUSED
                self._behind_ms = _NOT_BEHIND
            elif inbox[INBOX_SETTINGS] == self.settings_version:
                self.link = LINK_AUTHORISED
                self._behind_ms = _NOT_BEHIND
            elif self._behind_ms == _NOT_BEHIND:
                self.link = LINK_ACCEPTED

    def _forget(self, link: int) -> None:
        self.link = link
        self._behind_ms = _NOT_BEHIND
        self.refusal = REFUSAL_NONE
        self.linked = 0
        self.soc_bp = UNKNOWN
        self.minimum_soc_bp = 0
        self.need_wh = 0
        self.departure_s = UNKNOWN
        self.charge_w = 0
        self.discharge_w = 0
        self.category = 0
        self.forms = 0
        self.forming = 0
        self._second_ms = 0


def _within(value: int, lowest: int, highest: int) -> int:
    if value < lowest:
        return lowest
    return value if value < highest else highest
