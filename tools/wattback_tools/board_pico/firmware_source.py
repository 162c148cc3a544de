"""Constants out of the source of firmware modules that only a board can import."""

from __future__ import annotations

import ast
from typing import Any

from wattback_sim.firmware import firmware_root


def constant(module: str, name: str) -> Any:
    """What a module, named as in an import, assigns to a name: a literal, or one in `const(…)`."""
    path = firmware_root() / f"{module.replace('.', '/')}.py"
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            value = node.value
            if isinstance(value, ast.Call) and ast.unparse(value.func) == "const":
                value = value.args[0]
            return ast.literal_eval(value)
    raise LookupError(f"{path} assigns no literal to {name}")
