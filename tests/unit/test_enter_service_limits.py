"""Enter service: what a fresh part says, and a leave in the middle of the ramp."""

from wattback.grid.enter_service import EnterService
from wattback.settings import Settings

GOOD = (10_000, 60_000)  # basis points of nominal, millihertz
PERIODS_A_S = 10


def feed(service: EnterService, seconds: int, settings: Settings) -> None:
    for _ in range(seconds * PERIODS_A_S):
        service.sense(*GOOD, settings)


def test_a_fresh_part_is_out_of_service_with_nothing_risen_and_nothing_said_to_be_left() -> None:
    service = EnterService()
    assert (service.in_service, service.risen_bp, service.left_s) == (0, 0, 0)


def test_every_return_to_service_waits_and_rises_for_as_long_as_the_first() -> None:
    settings = Settings()
    settings.enter_service_delay_s = 3
    settings.enter_service_ramp_s = 4
    service = EnterService()
    for _ in range(3):
        feed(service, 3, settings)
        assert (service.in_service, service.left_s) == (0, 0)
        service.sense(*GOOD, settings)
        assert (service.in_service, service.risen_bp) == (1, 0)
        feed(service, 1, settings)
        assert service.risen_bp == 2_500
        feed(service, 2, settings)
        assert service.risen_bp == 7_500
        service.leave()
        assert (service.in_service, service.risen_bp) == (0, 0)
