"""``python -m tests.fuzz --tries 10000 --seed 1``: many tries at all doors; findings at the end.

Or ``--seconds 60``, as `.ci/run` has it. Each kind of finding is told once, with the shortest case
that has it, so that it can be kept in `test_findings.py`.
"""

import argparse
import os
import resource
import secrets
import sys
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from tests.fuzz.kinds import NAMES, kind
from tests.fuzz.oracle import Finding, Hang

from axone.shown import writable

_LEAST = 25
"""Tries of a kind at a time."""


def tell(text):
    """Print a line at once: a run takes many minutes."""
    sys.stdout.write(f"{writable(text)}\n")
    sys.stdout.flush()


class Attempts:
    """Tries, counted, each in a folder of its own, and the kinds of findings among them."""

    def __init__(self, home):
        self.home = home
        self.made = 0
        self.findings = {}

    def make(self, name, case):
        """Try a case of a kind."""
        self.made += 1
        with tempfile.TemporaryDirectory(dir=self.home) as folder:
            before = Path.cwd()
            os.chdir(folder)
            try:
                kind(name).attempt(case, Path(folder))
            except (Finding, Hang) as finding:
                known = self.findings.setdefault(
                    (name, getattr(finding, "kind", "no end")), [0, None, ""]
                )
                known[0] += 1
                if known[1] is None or len(repr(case)) < len(repr(known[1])):
                    known[1:] = [case, str(finding)]
            finally:
                os.chdir(before)

    def draw(self, name, number, tries):
        """Try cases that are drawn with a seed of their own."""

        @seed(number)
        @settings(
            max_examples=tries,
            deadline=None,
            database=None,
            derandomize=False,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(kind(name).cases)
        def look(case):
            self.make(name, case)

        look()

    def tell(self, seconds):
        """Print how far this is."""
        tell(f"{self.made:>7} tries  {len(self.findings):>3} findings  {seconds:6.0f} s")


def main():
    """Look until the tries or the time are over; the exit status is 1 if there was any finding."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--tries", type=int, default=10_000, help="of all kinds together")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so many")
    parser.add_argument(
        "--every",
        action="store_true",
        help="first each value at each place, of kinds that list them",
    )
    parser.add_argument("--seed", type=int, help="default: another each time")
    parser.add_argument("--kind", choices=NAMES, action="append", help="only these (may repeat)")
    asked = parser.parse_args()
    number = secrets.randbelow(2**31) if asked.seed is None else asked.seed
    names = asked.kind or NAMES
    tell(f"seed {number}")
    os.environ["AXONE_LANG"] = "en"
    os.environ["COLUMNS"] = "80"
    # A bomb that goes off must not take the machine with it.
    resource.setrlimit(resource.RLIMIT_AS, (16 << 30, resource.RLIM_INFINITY))

    import axone.data.sources
    import axone.experiments.drawing
    from axone.errors import DataError

    def no_download(name):
        raise DataError(f"{name} is not downloaded while fuzzing")

    axone.data.sources.download = no_download
    axone.experiments.drawing.draw_at_once = lambda *run: None
    axone.experiments.drawing.draw_by_another_process = lambda *run: None

    started = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        os.environ["AXONE_DATA"] = str(Path(home) / "data")
        attempts = Attempts(home)
        for name in names if asked.every else ():
            for case in getattr(kind(name), "every_case", list)():
                attempts.make(name, case)
                if attempts.made % 1000 == 0:
                    attempts.tell(time.monotonic() - started)
        turn, most = 0, attempts.made + asked.tries
        while attempts.made < most and time.monotonic() - started < asked.seconds:
            for name in names:
                left = most - attempts.made
                if left <= 0 or time.monotonic() - started >= asked.seconds:
                    break
                attempts.draw(name, number + turn, min(_LEAST, left))
                turn += 1
            attempts.tell(time.monotonic() - started)
    findings = attempts.findings
    for (name, word), (count, case, text) in sorted(findings.items(), key=lambda item: -item[1][0]):
        tell(f"\n{name}: {word} ({count} times)\n  case: {case!r:.600}\n{text[-1200:]}")
    sys.exit(bool(findings))


main()
