"""The bank: one register image for every Modbus port; a write is carried out whole or not at all.

A write becomes commands for the control plane. It is carried out in the image first, so that the
next read shows it, and taken back if a value is refused or the queue is full. While commands wait
for the connector, points that can be written are not renewed.
"""

from micropython import const

from wattback.commands import (
    COMMAND_HEARTBEAT,
    COMMAND_PAUSE,
    COMMAND_RESET_FAULTS,
    COMMAND_SET_SETTING,
    COMMAND_SET_TIME,
)
from wattback.limits import OWNER_SITE as LIMIT_OF_SITE
from wattback.limits import OWNER_TECHNICIAN as LIMIT_OF_TECHNICIAN
from wattback.modbus.access import (
    ACCEPTED,
    BUSY,
    KIND,
    ORDER,
    OUT_OF_RANGE,
    ROW,
    SETTING,
    judge,
    row_at,
)
from wattback.modbus.adoption import Adoption
from wattback.modbus.drafts import Drafts
from wattback.modbus.image import MOMENT, OCTETS, U16, U32, Image
from wattback.modbus.limit_points import LimitPoints, ProgrammeLimit
from wattback.modbus.live import PARTS, Live
from wattback.modbus.tables import (
    AGES_AT,
    BASE,
    PROGRAMME_LIMIT_AT,
    PROGRAMME_TARGET_AT,
    REFUSAL_AT,
    REGISTERS,
    RUNS,
    SITE_LIMIT_AT,
    SITE_TARGET_AT,
    TECHNICIAN_LIMIT_AT,
    TEXTS,
    WRITABLE,
)
from wattback.modbus.target_points import ProgrammeTarget, TargetPoints
from wattback.publish import TURN_CLOCK, TURN_PROGRAMME, TURN_SITE, TURN_TECHNICIAN
from wattback.targets import OWNER_PROGRAMME, OWNER_SITE

# Who obeys, by the writable table; the first five are groups of points.
_OURS = const(2)  # from here on they are of our own model
_GROUPS = const(5)
_SETTING = const(5)
_HEARTBEAT = const(6)
_CIVIL_TIME = const(7)
_RESET = const(8)
_PAUSE = const(9)
_ADOPTED = const(10)
_DRAFT = const(11)

# The models whose groups follow the connector, as parts of the live table.
_PART_704 = const(2)
_PART_OURS = const(4)


class Bank:
    """The registers of one connector. identity: its texts, see `wattback.identity`."""

    def __init__(self, connector, identity) -> None:  # type: ignore[no-untyped-def]
        self._connector = connector
        self._image = Image(REGISTERS, RUNS)
        self._live = Live(connector, self._image)
        self._adoption = Adoption(connector, self._image)
        self._drafts = Drafts()
        self._programme_target = ProgrammeTarget(self._image, PROGRAMME_TARGET_AT, OWNER_PROGRAMME)
        self._programme_limit = ProgrammeLimit(connector, self._image, PROGRAMME_LIMIT_AT)
        self._site_target = TargetPoints(self._image, SITE_TARGET_AT, OWNER_SITE)
        self._site_limit = LimitPoints(self._image, SITE_LIMIT_AT, LIMIT_OF_SITE)
        self._technician_limit = LimitPoints(self._image, TECHNICIAN_LIMIT_AT, LIMIT_OF_TECHNICIAN)
        self._groups = (
            self._programme_target,
            self._programme_limit,
            self._site_target,
            self._site_limit,
            self._technician_limit,
        )
        self._follows = 0
        self._introduce(identity)
        self.step()
        while self._follows or self._live.part or not self._live.begins():
            self.step()

    def read(self, address: int, count: int, target: bytearray, at: int) -> int:
        """Copy registers to target[at:]; returns 0 when some of them do not exist.

        See `Image.copy` for what is overwritten around them.
        """
        first = (address - BASE) * 2
        end = first + count * 2
        if first < 0 or end > REGISTERS * 2:
            return 0
        if first < AGES_AT + PARTS * 2 and end > AGES_AT:
            for part in range(PARTS):
                self._image.put(AGES_AT + part * 2, U16, self._live.age_ms(part))
        self._image.copy(first, end, target, at)
        return 1

    def judge(self, address: int, count: int, octets: bytearray, at: int) -> int:
        """ACCEPTED, or why octets[at:] cannot be written; `write` may still find a reason."""
        first = (address - BASE) * 2
        return judge(row_at(first), first, octets, at, at + count * 2, self._connector)

    def write(self, address: int, count: int, octets: bytearray, at: int) -> int:
        """Write registers from octets[at:], which have been judged, all of them or none.

        Returns ACCEPTED, the reason of a refusal, or PENDING: ask again.
        """
        first = (address - BASE) * 2
        end = first + count * 2
        row = row_at(first)
        image = self._image.octets
        order = WRITABLE[row + ORDER]
        if order == _ADOPTED:
            return self._adoption.ask(row, octets, at, at + end - first)
        if order == _DRAFT:
            reason = self._adoption.redraft()
            if reason == ACCEPTED:
                image[first:end] = octets[at : at + end - first]
            return reason
        if order < _GROUPS and self._obeyed():
            # What has ended by itself in the meantime must not come back with this write.
            self._follow(_PART_704 if order < _OURS else _PART_OURS)
        before = image[first:end]
        image[first:end] = octets[at : at + end - first]
        drafts = self._drafts
        drafts.clear()
        if order < _GROUPS:
            self._groups[order].draft(first, end, drafts)
        else:
            self._draft(row, first, end)
        if not drafts.good or not drafts.post(self._connector.queue):
            image[first:end] = before
            return BUSY if drafts.good else OUT_OF_RANGE
        if order < _GROUPS:
            self._groups[order].commit()
        elif order == _RESET:
            self._image.put(first, U16, 0)
        else:
            self._mirror(row, first, end)
        return ACCEPTED

    def refused(self, address: int, reason: int) -> None:
        """Remember why a write was refused."""
        self._image.put(REFUSAL_AT, U16, reason)
        self._image.put(REFUSAL_AT + 2, U16, address)

    def step(self) -> int:
        """Renew a part of the image, or go on with an adoption, and return 1 for it: a renewal
        allocates nothing, an adoption does. The rest can wait for the next tick.
        """
        if self._adoption.step():
            return 1
        live = self._live
        obeyed = self._obeyed()
        if live.begins() and not self._follows:
            live.begin()
            self._follows = 1 if live.part == _PART_704 or live.part == _PART_OURS else 0
            if self._follows:
                if obeyed:
                    self._follow(live.part)
                return 0  # that was a step's work
        self._follows = 0
        if obeyed and live.part == _PART_OURS:
            self._connector.renew_report(TURN_CLOCK)
        live.step(obeyed)
        return 0

    def ticks(self) -> int:
        """The connector's ticks, wrapping: the clock of whoever waits for it."""
        sequence: int = self._connector.status.sequence
        return sequence

    def _obeyed(self) -> int:
        """1 when the connector has carried out all that was written."""
        return 1 if self._connector.queue.first() < 0 else 0

    def _follow(self, part: int) -> None:
        """Show what became of the targets and limits of a model."""
        connector = self._connector
        report = connector.report
        if part == _PART_704:
            connector.renew_report(TURN_PROGRAMME)
            self._programme_target.follow(
                report.programme_target_enabled,
                report.programme_target_w,
                report.programme_target_left_s,
            )
            self._programme_limit.follow(report.programme_export_ma, report.programme_left_s)
        else:
            connector.renew_report(TURN_SITE)
            connector.renew_report(TURN_TECHNICIAN)
            self._site_target.follow(
                report.site_target_enabled, report.site_target_w, report.site_target_left_s
            )
            self._site_limit.follow(
                report.site_import_ma, report.site_export_ma, report.site_left_s
            )
            self._technician_limit.follow(
                report.technician_import_ma, report.technician_export_ma, report.technician_left_s
            )

    def _mirror(self, row: int, first: int, end: int) -> None:
        """Show a setting that has been written in its other points as well."""
        image = self._image
        while first < end:
            kind = WRITABLE[row + KIND]
            if WRITABLE[row + ORDER] == _SETTING:
                value = image.get(first, kind)
                for other in range(0, len(WRITABLE), ROW):
                    same = WRITABLE[other + SETTING] == WRITABLE[row + SETTING]
                    if same and WRITABLE[other + ORDER] == _SETTING:
                        place = WRITABLE[other] << 8 | WRITABLE[other + 1]
                        image.put(place, WRITABLE[other + KIND], value)
            first += OCTETS[kind]
            row += ROW

    def _draft(self, row: int, first: int, end: int) -> None:
        """The commands of single points, from `row` on."""
        image = self._image
        drafts = self._drafts
        while first < end:
            order = WRITABLE[row + ORDER]
            kind = WRITABLE[row + KIND]
            value = image.get(first, U16 if kind == MOMENT else kind)
            if order == _SETTING:
                drafts.add(COMMAND_SET_SETTING, WRITABLE[row + SETTING], value, 0, 0)
            elif order == _HEARTBEAT:
                drafts.add(COMMAND_HEARTBEAT, value, 0, 0, 0)
            elif order == _CIVIL_TIME:
                drafts.add(COMMAND_SET_TIME, value, image.get(first + 2, U32), 0, 0)
            elif order == _PAUSE:
                drafts.add(COMMAND_PAUSE, LIMIT_OF_SITE, value, 0, 0)
            elif value:
                drafts.add(COMMAND_RESET_FAULTS, 0, 0, 0, 0)
            first += OCTETS[kind]
            row += ROW

    def _introduce(self, identity) -> None:  # type: ignore[no-untyped-def]
        texts = (identity.manufacturer, identity.model, identity.version, identity.serial)
        octets = self._image.octets
        for index in range(len(texts)):
            at = TEXTS[index * 3] << 8 | TEXTS[index * 3 + 1]
            text = texts[index].encode()
            for place in range(min(len(text), TEXTS[index * 3 + 2])):
                octets[at + place] = text[place]
