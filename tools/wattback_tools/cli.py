"""`wattback`: where the program begins. Commands are imported late, so that Ctrl-C while they are
is answered like any other.
"""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command that the arguments name, and end with its exit code."""
    try:
        from wattback_tools.root import wattback

        wattback.main()
    except KeyboardInterrupt:
        _interrupted()


def _interrupted() -> NoReturn:
    # Before the imports are done there is nothing to say it with: a copy of what `output` says.
    if "--json" in sys.argv[1:]:
        print('{"error": "interrupted", "exit_code": 130}')
    else:
        print("wattback: interrupted", file=sys.stderr)
    sys.exit(130)
