"""`make bench`: prints every number, its target and, where there is one, its ratio to a baseline of this run."""

from __future__ import annotations

import sys

from bench import burst, idle, sheets, start

PARTS = {"start": start.measure, "import": sheets.measure, "burst": burst.measure, "idle": idle.measure}


def main() -> int:
    chosen = sys.argv[1:] or list(PARTS)
    for name in chosen:
        for line in PARTS[name]():
            print(line, flush=True)
    return 0


sys.exit(main())
