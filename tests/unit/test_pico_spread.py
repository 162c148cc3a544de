"""Tables of attributes with room: what is spread stays what it was."""

from wattback.boards.pico.spread import spread
from wattback.signals import Report, Status


class Whole:
    """Of parts, one of which belongs to two, and with a ring."""

    def __init__(self) -> None:
        self.status = Status()
        self.parts = (self.status, Report(), 7, "seven", None)
        self.whole = self
        self.numbers = [1, 2]


def everything(whole: Whole) -> list[list[tuple[str, object]]]:
    """Every attribute of every object, in its order."""
    return [list(vars(thing).items()) for thing in (whole, *whole.parts[:2])]


def test_what_is_spread_keeps_its_attributes_and_gets_no_others() -> None:
    whole = Whole()
    before = everything(whole)
    of_class = list(vars(Status))
    spread(whole)
    assert everything(whole) == before
    assert list(vars(Status)) == of_class


def test_a_table_is_lent_as_many_names_as_it_needs_to_grow() -> None:
    class Thing:
        """Counts what comes and goes."""

        lent: list[str] = []  # noqa: RUF012

        def __setattr__(self, name: str, value: object) -> None:
            super().__setattr__(name, value)
            self.lent.append(name)

    for used, lent in ((0, 0), (4, 1), (5, 2), (12, 1), (13, 0), (24, 6), (29, 1)):
        thing = Thing()
        for number in range(used):
            setattr(thing, f"a{number}", number)
        thing.lent.clear()
        spread(thing)
        assert len(thing.lent) == lent, used
        assert len(vars(thing)) == used
