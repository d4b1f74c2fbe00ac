"""What lies around training: predicting, validating, shuffling, reading, scaling and so on.

Each piece of work is a `Contest` between Axone and others; `python -m benchmarks.around` is the
process in which they take turns, and `measure_around` starts it and reads what it prints.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from benchmarks.machine import confine_to_cores, run_confined
from benchmarks.timing import calls_lasting, seconds_by_turns

_SHORTEST = 0.005
"""Seconds of a turn: what is over sooner is done as often as that takes."""


class Measured(Protocol):
    """One row of a table, which can be measured."""

    @property
    def name(self) -> str:
        """What the row is called."""

    def seconds(self, rounds: int) -> dict[str, list[float]]:
        """Return what each column's work took, one figure a round."""


@dataclass(frozen=True)
class Contest:
    """One piece of work, and who does it: by turns, so that each round begins with another one.

    Attributes
    ----------
    name : str
    works : dict of str to callable
        By contestant; each has done the work when it returns.
    """

    name: str
    works: dict[str, Callable[[], object]]

    def seconds(self, rounds: int) -> dict[str, list[float]]:
        """Let all do the work by turns; each column is a contestant's."""
        calls = {}
        for name, work in self.works.items():
            work()  # the warm-up
            calls[name] = calls_lasting(_SHORTEST, work)
        return seconds_by_turns(self.works, rounds, calls)


@dataclass(frozen=True)
class Turns:
    """What a row took: for each column the seconds of its work, one figure a round."""

    table: str
    name: str
    seconds: dict[str, list[float]]


@dataclass(frozen=True)
class Table:
    """Rows that are shown together.

    Attributes
    ----------
    title, note : str
    ours, theirs : tuple of str
        The columns whose fastest are compared: Axone's and the others'. Without them there is
        nothing to compare.
    rows : callable
        Gives one row after another, so that only the arrays of one are in memory.
    by_variant : bool
        Whether the compiled engine takes part, whose variants are measured one by one.
    """

    title: str
    note: str
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    rows: Callable[[], Iterator[Measured]]
    by_variant: bool


def tables() -> dict[str, Table]:
    """Return all tables, in their order."""
    from benchmarks.grid_search import SEARCHING
    from benchmarks.predicting import PREDICTING, VALIDATING
    from benchmarks.preparing import (
        ENCODING,
        FROM_FILE_TO_INPUTS,
        READING,
        SCALING,
        SHUFFLING,
    )

    return {
        "predicting": PREDICTING,
        "validating": VALIDATING,
        "shuffling": SHUFFLING,
        "reading": READING,
        "from file to inputs": FROM_FILE_TO_INPUTS,
        "scaling": SCALING,
        "encoding": ENCODING,
        "searching": SEARCHING,
    }


def measure_around(names: Sequence[str], variant: str, rounds: int) -> list[Turns]:
    """Measure some tables in a fresh process on one core."""
    arguments = ["--tables", ",".join(names), "--variant", variant, "--rounds", str(rounds)]
    return [Turns(**turns) for turns in run_confined("benchmarks.around", arguments, 1, variant)]


def main() -> None:
    """Measure, with progress on stderr, and print the figures as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tables", required=True)
    parser.add_argument("--variant", required=True)
    parser.add_argument("--rounds", type=int, required=True)
    arguments = parser.parse_args()
    confine_to_cores(1)
    measured = []
    for name in arguments.tables.split(","):
        for row in tables()[name].rows():
            print(f"{arguments.variant} {name}: {row.name}", file=sys.stderr, flush=True)
            measured.append(Turns(name, row.name, row.seconds(arguments.rounds)))
    print(json.dumps([asdict(turns) for turns in measured]))


if __name__ == "__main__":
    main()
