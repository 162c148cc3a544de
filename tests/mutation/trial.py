"""One mutant on trial: a forked process imports it in the place of the real module and runs tests.

The parent has imported pytest and hypothesis, and nothing of the firmware: a child starts at once,
and its tests meet the mutant from their first import on.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import resource
import signal
import sys
from collections.abc import Sequence
from importlib.util import spec_from_loader
from types import ModuleType

import hypothesis  # noqa: F401  (once for all children)
import pytest

from tests.evidence.provenance import ROOT

_CPU_LIMIT_S = 60  # a mutant that never ends has been noticed
_ASLEEP_LIMIT_S = 600  # and so has one that waits for ever
_PASSED = 0
# Not the project's options and plugins, and asserts as they are: nobody reads what these runs
# print, and loading all that took longer than the tests.
_OPTIONS = (
    *("-c", os.devnull, "--rootdir", str(ROOT), "-x", "-q", "--assert=plain"),
    *("--import-mode=importlib", "-o", "consider_namespace_packages=true"),
    *("-p", "no:cacheprovider"),
)


def survives(module: str, source: str, tests: Sequence[str]) -> bool:
    """Whether every test passes on a firmware whose `module` is `source`.

    module: as in `Mutant`. tests: files, from the checkout's root on.
    """
    name = "wattback." + module.replace("/", ".")
    assert name not in sys.modules, f"{name} is imported already, so a mutant would not be met"
    child = os.fork()
    if child == 0:
        _run_and_leave(name, source, tests)
    _, status = os.waitpid(child, 0)
    return os.WIFEXITED(status) and os.WEXITSTATUS(status) == _PASSED


def _run_and_leave(name: str, source: str, tests: Sequence[str]) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_LIMIT_S, _CPU_LIMIT_S))
    signal.alarm(_ASLEEP_LIMIT_S)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    sys.dont_write_bytecode = True
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.meta_path.insert(0, _InItsPlace(name, source))
    outcome = 1
    try:
        os.chdir(ROOT)
        outcome = int(pytest.main([*_OPTIONS, *tests]))
    finally:
        os._exit(outcome)


class _InItsPlace(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds one module, whose text it was given."""

    def __init__(self, name: str, source: str) -> None:
        self._name = name
        self._source = source

    def find_spec(
        self, fullname: str, path: object, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """For the one module."""
        return spec_from_loader(fullname, self) if fullname == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the mutant's text."""
        exec(compile(self._source, self._name, "exec"), module.__dict__)
