"""The service plane gives every port its turn, with ports that only count."""

from typing import Any

import pytest

from wattback.service import (
    CHANNEL_CONSOLE,
    CHANNEL_RTU,
    CHANNEL_TCP,
    CHANNEL_VEHICLE,
    CHANNELS,
    NEVER,
    TIME_MASK_US,
    Service,
)

STEPS_A_TICK = 32
STEPS_OF_THE_VEHICLE_LINK = 12  # of them


class Port:
    """Has `work` steps to do, takes `space` bytes, and writes down what happens to it."""

    def __init__(self, name: int, diary: list[tuple[Any, ...]]) -> None:
        self.out = bytearray(8)
        self.out_count = 0
        self.due_us = NEVER
        self.closing = 0
        self.space = 64
        self.work = 0
        self.got = b""
        self._name = name
        self._diary = diary

    def room(self) -> int:
        return self.space

    def receive(self, data: bytearray, count: int, now_us: int) -> None:
        self.got += bytes(data[:count])
        self._diary.append((self._name, "receive", now_us))

    def step(self, now_us: int) -> int:
        self._diary.append((self._name, "step", now_us))
        if self.work:
            self.work -= 1
        return 1 if self.work else 0

    def sent(self) -> None:
        self.out_count = 0
        self._diary.append((self._name, "sent"))

    def opened(self) -> None:
        self._diary.append((self._name, "opened"))

    def closed(self) -> None:
        self._diary.append((self._name, "closed"))


class Bank:
    """Counts its steps."""

    def __init__(self) -> None:
        self.steps = 0

    def step(self) -> int:
        self.steps += 1
        return 0


class Plane:
    """A service plane of counting ports. diary: what happened, in order; `steps` of it by port."""

    def __init__(self) -> None:
        self.diary: list[tuple[Any, ...]] = []
        self.ports = [Port(channel, self.diary) for channel in range(CHANNELS)]
        self.bank = Bank()
        self.service = Service(tuple(self.ports), self.bank)
        self.opened = list(self.diary)
        self.diary.clear()

    def steps(self) -> list[int]:
        return [entry[0] for entry in self.diary if entry[1] == "step"]


@pytest.fixture
def plane() -> Plane:
    return Plane()


def test_the_serial_wires_are_open_from_the_start_and_connections_are_not(plane: Plane) -> None:
    assert plane.opened == [(channel, "opened") for channel in range(CHANNEL_TCP)]
    plane.service.after_tick(0)
    assert sorted(plane.steps()) == list(range(CHANNEL_TCP))


def test_after_a_tick_every_open_port_has_a_step_and_the_first_of_them_changes(
    plane: Plane,
) -> None:
    firsts = set()
    for tick in range(CHANNELS):
        plane.diary.clear()
        plane.service.after_tick(tick)
        assert sorted(plane.steps()) == list(range(CHANNEL_TCP))
        firsts.add(plane.steps()[0])
    assert firsts == set(range(CHANNEL_TCP))
    assert plane.bank.steps == CHANNELS


def test_ports_with_more_to_do_go_on_in_turns(plane: Plane) -> None:
    plane.ports[0].work = plane.ports[1].work = 4
    plane.service.after_tick(0)
    assert plane.steps()[-6:] in ([0, 1] * 3, [1, 0] * 3)
    assert plane.service.idle == 0


def test_at_most_32_steps_a_tick_and_nobody_starves(plane: Plane) -> None:
    for port in plane.ports:
        port.work = 1000
    plane.service.after_tick(0)
    steps = plane.steps()
    assert len(steps) == STEPS_A_TICK
    assert steps.count(CHANNEL_VEHICLE) == STEPS_OF_THE_VEHICLE_LINK
    assert abs(steps.count(CHANNEL_CONSOLE) - steps.count(CHANNEL_RTU)) <= 1


def test_what_comes_between_ticks_draws_on_the_same_steps(plane: Plane) -> None:
    plane.service.after_tick(0)
    plane.ports[0].work = 1000
    plane.service.receive(CHANNEL_CONSOLE, bytearray(b"x"), 1, 0, 5)
    assert len(plane.steps()) == STEPS_A_TICK - STEPS_OF_THE_VEHICLE_LINK + 1
    plane.diary.clear()
    plane.service.receive(CHANNEL_RTU, bytearray(b"x"), 1, 0, 6)
    assert plane.steps() == [CHANNEL_RTU], "the port that is spoken to always has one"


def test_a_flood_elsewhere_takes_no_step_from_the_vehicle_link(plane: Plane) -> None:
    plane.ports[CHANNEL_CONSOLE].work = 1000
    plane.service.after_tick(0)
    plane.diary.clear()
    plane.ports[CHANNEL_VEHICLE].work = 5
    plane.service.receive(CHANNEL_VEHICLE, bytearray(b"x"), 1, 0, 5)
    assert plane.steps() == [CHANNEL_VEHICLE] * 5


def test_nor_does_a_flood_of_its_own_take_any_from_others(plane: Plane) -> None:
    plane.ports[CHANNEL_VEHICLE].work = 1000
    plane.service.after_tick(0)
    assert plane.steps().count(CHANNEL_VEHICLE) == STEPS_OF_THE_VEHICLE_LINK
    plane.diary.clear()
    plane.ports[CHANNEL_CONSOLE].work = 5
    plane.service.receive(CHANNEL_CONSOLE, bytearray(b"x"), 1, 0, 5)
    assert plane.steps() == [CHANNEL_CONSOLE] * 5


def test_a_port_takes_what_it_has_room_for(plane: Plane) -> None:
    plane.ports[0].space = 2
    assert plane.service.receive(CHANNEL_CONSOLE, bytearray(b"abcd"), 4, 0, 7) == 2
    assert plane.ports[0].got == b"ab"
    assert plane.diary == [(0, "receive", 7), (0, "step", 7)]


def test_a_port_without_room_is_only_stepped(plane: Plane) -> None:
    plane.ports[0].space = 0
    assert plane.service.receive(CHANNEL_CONSOLE, bytearray(b"abcd"), 4, 0, 7) == 0
    assert plane.diary == [(0, "step", 7)]


def test_bytes_for_a_connection_that_is_not_there_are_lost(plane: Plane) -> None:
    assert plane.service.receive(CHANNEL_TCP, bytearray(b"abcd"), 4, 0, 7) == 4
    assert plane.diary == []


def test_a_connection_is_served_between_its_opening_and_its_end(plane: Plane) -> None:
    plane.service.open(CHANNEL_TCP, 1)
    plane.service.after_tick(2)
    plane.service.close(CHANNEL_TCP, 3)
    plane.service.after_tick(4)
    mine = [entry[1:] for entry in plane.diary if entry[0] == CHANNEL_TCP]
    assert mine == [("opened",), ("step", 1), ("step", 2), ("closed",)]


def test_a_second_close_is_harmless(plane: Plane) -> None:
    plane.service.close(CHANNEL_TCP, 3)
    assert plane.diary == []


def test_output_and_a_wish_to_close_are_told_by_channel(plane: Plane) -> None:
    plane.service.open(CHANNEL_TCP, 0)
    plane.ports[CHANNEL_RTU].out_count = 3
    plane.ports[CHANNEL_TCP].closing = 1
    plane.service.after_tick(0)
    assert plane.service.outputs == 1 << CHANNEL_RTU | 1 << CHANNEL_TCP
    assert plane.service.idle == 0
    plane.service.take(CHANNEL_RTU, 1)
    assert plane.service.outputs == 1 << CHANNEL_TCP
    assert plane.diary[-2:] == [(CHANNEL_RTU, "sent"), (CHANNEL_RTU, "step", 1)]


@pytest.mark.parametrize("now_us", [1000, TIME_MASK_US - 30, TIME_MASK_US])
def test_the_nearest_time_ahead_is_told_across_the_counters_wrap(
    plane: Plane, now_us: int
) -> None:
    plane.ports[0].due_us = (now_us + 300) & TIME_MASK_US
    plane.ports[1].due_us = (now_us + 50) & TIME_MASK_US
    plane.service.after_tick(now_us)
    assert plane.service.due_in_us == 50
    plane.diary.clear()
    plane.service.run_due((now_us + 50) & TIME_MASK_US)
    assert plane.steps() == [1]


def test_a_time_that_has_passed_without_effect_waits_for_the_tick(plane: Plane) -> None:
    plane.ports[0].due_us = 100
    plane.service.run_due(100)
    assert plane.steps() == [0]
    assert plane.service.due_in_us == NEVER
    plane.diary.clear()
    plane.service.run_due(200)
    assert plane.steps() == [0]


def test_a_tick_in_which_nothing_happens_is_idle(plane: Plane) -> None:
    plane.service.receive(CHANNEL_CONSOLE, bytearray(b"x"), 1, 0, 0)
    assert plane.service.idle == 0
    plane.service.after_tick(10)
    assert plane.service.idle == 1
