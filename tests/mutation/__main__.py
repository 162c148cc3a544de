"""`python -m tests.mutation [FILE[:LINE] …] [--json]`: try every mutant of safety files.

Without a FILE: of all. FILE: from `firmware/wattback/` on, without its ending, like grid/trips;
with a LINE, its mutants alone. Prints what survived and nobody has judged. Ends with 1 when there
is such a one, or a judgement that is stale.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from tests.mutation.files import SAFETY_FILES, path_of, tests_of
from tests.mutation.judgements import of_module, stale
from tests.mutation.mutants import mutants_of
from tests.mutation.score import Score
from tests.mutation.trial import survives


def try_file(module: str, line: int = 0) -> Score:
    """Every mutant of a file against the file's tests; with a line, those of that line.

    RuntimeError if they fail on the file as it is: then nothing they say counts.
    """
    tests = tests_of(module)
    if not survives(module, path_of(module).read_text(encoding="utf-8"), tests):
        raise RuntimeError(f"{module}: its tests fail without any mutant")
    judged = of_module(module)
    count, survivors, equivalent = 0, [], []
    for mutant in mutants_of(module, path_of(module)):
        if line not in (0, mutant.line):
            continue
        count += 1
        if survives(module, mutant.source, tests):
            key = (mutant.place, mutant.was, mutant.became)
            if key in judged:
                equivalent.append(key)
            else:
                survivors.append(str(mutant))
    gone = [] if line else stale(module, equivalent)
    return Score(module, count, len(equivalent), tuple(survivors), tuple(gone))


def main(arguments: list[str]) -> int:
    """Try them; returns the exit code."""
    asked = [argument for argument in arguments if argument != "--json"] or list(SAFETY_FILES)
    places = [(module, line) for module, _, line in (name.partition(":") for name in asked)]
    unknown = [
        name for name in places if name[0] not in SAFETY_FILES or not f"0{name[1]}".isdigit()
    ]
    if unknown:
        print(
            f"{unknown[0][0]} is no safety file; there are {', '.join(SAFETY_FILES)}",
            file=sys.stderr,
        )
        return 2
    scores = []
    for module, line in places:
        try:
            score = try_file(module, int(line or 0))
        except RuntimeError as error:
            print(error, file=sys.stderr)
            return 1
        scores.append(score)
        if "--json" not in arguments:
            print(score, flush=True)
    if "--json" in arguments:
        print(json.dumps([asdict(score) for score in scores]))
    return 1 if any(score.survivors or score.stale for score in scores) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
