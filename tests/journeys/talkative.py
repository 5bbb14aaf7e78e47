"""The program, with every library saying as much as it can: `python -m tests.journeys.talkative …`."""

import logging
import sys

from scheduler.cli.main import main

logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
main()
