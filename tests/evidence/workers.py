"""Measurements in processes of their own, so that none disturbs another or the parent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

T = TypeVar("T")

SIDE_BY_SIDE = 2  # as many as small machines have cores


def run_apart(
    function: Callable[..., T], arguments: Sequence[tuple[Any, ...]], at_once: int = SIDE_BY_SIDE
) -> list[T]:
    """`function(*a)` for each `a` of `arguments`, each in a fresh process; results in order."""
    with ProcessPoolExecutor(at_once, get_context("spawn"), max_tasks_per_child=1) as pool:
        running = [pool.submit(function, *given) for given in arguments]
        return [run.result() for run in running]
