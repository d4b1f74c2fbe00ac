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


def _one_round(name, number, tries, home, findings):
    """Make some tries of a kind with a seed of their own."""
    module = kind(name)
    made = 0

    @seed(number)
    @settings(
        max_examples=tries,
        deadline=None,
        database=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(module.cases)
    def look(case):
        nonlocal made
        made += 1
        with tempfile.TemporaryDirectory(dir=home) as folder:
            before = Path.cwd()
            os.chdir(folder)
            try:
                module.attempt(case, Path(folder))
            except (Finding, Hang) as finding:
                known = findings.setdefault(
                    (name, getattr(finding, "kind", "no end")), [0, None, ""]
                )
                known[0] += 1
                if known[1] is None or len(repr(case)) < len(repr(known[1])):
                    known[1:] = [case, str(finding)]
            finally:
                os.chdir(before)

    look()
    return made


def main():
    """Look until the tries or the time are over; the exit status is 1 if there was any finding."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--tries", type=int, default=10_000, help="of all kinds together")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so many")
    parser.add_argument("--seed", type=int, help="default: another each time")
    parser.add_argument("--kind", choices=NAMES, action="append", help="only these (may repeat)")
    asked = parser.parse_args()
    number = secrets.randbelow(2**31) if asked.seed is None else asked.seed
    names = asked.kind or NAMES
    tell(f"seed {number}")
    os.environ["AXONE_LANGUAGE"] = "en"
    os.environ["COLUMNS"] = "80"
    # A bomb that goes off must not take the machine with it.
    resource.setrlimit(resource.RLIMIT_AS, (16 << 30, resource.RLIM_INFINITY))

    import axone.data.sources
    import axone.experiments.results
    from axone.errors import DataError

    def no_download(name):
        raise DataError(f"{name} is not downloaded while fuzzing")

    axone.data.sources.download = no_download
    axone.experiments.results._draw = lambda *run: None

    started = time.monotonic()
    made, findings = dict.fromkeys(names, 0), {}
    with tempfile.TemporaryDirectory() as home:
        os.environ["AXONE_DATA"] = str(Path(home) / "data")
        turn = 0
        while sum(made.values()) < asked.tries and time.monotonic() - started < asked.seconds:
            for name in names:
                left = asked.tries - sum(made.values())
                if left <= 0 or time.monotonic() - started >= asked.seconds:
                    break
                made[name] += _one_round(name, number + turn, min(_LEAST, left), home, findings)
                turn += 1
            seconds = time.monotonic() - started
            tell(f"{sum(made.values()):>7} tries  {len(findings):>3} findings  {seconds:6.0f} s")
    tell("  ".join(f"{name} {count}" for name, count in made.items()))
    for (name, word), (count, case, text) in sorted(findings.items(), key=lambda item: -item[1][0]):
        tell(f"\n{name}: {word} ({count} times)\n  case: {case!r:.600}\n{text[-1200:]}")
    sys.exit(bool(findings))


main()
