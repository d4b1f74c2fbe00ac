"""`python -m benchmarks`: measure, print the tables, write RESULTS.md."""

import argparse
import subprocess
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TypeVar

from benchmarks.around import measure_around, tables
from benchmarks.formats import Section
from benchmarks.formulas import measure_formulas
from benchmarks.kernels import measure_kernels
from benchmarks.lbfgs import measure_lbfgs
from benchmarks.machine import ROOT, count_cores, variants
from benchmarks.opponents import OPPONENTS
from benchmarks.populations import measure_populations
from benchmarks.processes import measure_memory, measure_startup
from benchmarks.report import (
    accuracy_section,
    around_sections,
    as_markdown,
    as_terminal,
    describe_run,
    formula_section,
    kernel_sections,
    lbfgs_sections,
    memory_section,
    population_section,
    startup_section,
    time_sections,
)
from benchmarks.rounds import measure_rounds
from benchmarks.signals.kernels import measure_convolutions
from benchmarks.signals.opponents import SIGNAL_OPPONENTS
from benchmarks.signals.rounds import measure_signals
from benchmarks.signals.tables import convolution_sections, signal_sections
from benchmarks.signals.workloads import SIGNAL_WORKLOADS
from benchmarks.workloads import WORKLOADS

PARTS = (
    *("steps", "limits", "kernels", "signals", "populations", "lbfgs", "around"),
    *("formulas", "memory", "startup"),
)
THREADS = (1, 2)

_Measured = TypeVar("_Measured")
_ONLY_OF_SIGNALS = [name for name in SIGNAL_OPPONENTS if name not in OPPONENTS]
NO_COMPILER = Section(
    "Against the hardware", "Not measured: there is no working C++ compiler here."
)


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line; what is unknown ends the program with what is allowed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    everything, everybody = [*WORKLOADS, *SIGNAL_WORKLOADS], [*OPPONENTS, *_ONLY_OF_SIGNALS]
    parser.add_argument(
        "--workloads", type=_names("workload", everything), default=everything, metavar="A,B"
    )
    parser.add_argument(
        "--opponents", type=_names("opponent", everybody), default=everybody, metavar="A,B"
    )
    parser.add_argument("--rounds", type=_positive, help="default 11; 3 with --quick")
    parser.add_argument("--threads", type=int, choices=THREADS, help="default: 1, then 2")
    parser.add_argument(
        "--variants",
        type=_names("variant", variants()),
        default=list(variants()),
        help=f"instructions that all are kept to; default: {','.join(variants())}",
        metavar="A,B",
    )
    parser.add_argument(
        "--parts", type=_names("part", PARTS), default=list(PARTS), help=", ".join(PARTS)
    )
    parser.add_argument(
        "--quick", action="store_true", help="a quarter of the epochs, fewer rounds"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "RESULTS.md")
    chosen = parser.parse_args(arguments)
    chosen.rounds = chosen.rounds or (3 if chosen.quick else 11)
    return chosen


def main() -> int:
    """Measure what was asked and report it."""
    chosen = parse_arguments()
    opponents = _installed(chosen.opponents)
    if not opponents:
        print("None of these opponents is installed: nothing to measure.", file=sys.stderr)
        return 1
    try:
        sections = _measure(chosen, opponents)
    except subprocess.CalledProcessError as error:
        command = " ".join(error.cmd[2:])
        print(f"A measuring process failed ({error.returncode}): {command}", file=sys.stderr)
        return 1
    if not set(chosen.opponents) <= set(opponents):
        missing = [name for name in chosen.opponents if name not in opponents]
        sections.insert(0, Section("Left out", f"Not installed here: {', '.join(missing)}."))
    description = describe_run(chosen.variants, chosen.rounds, quick=chosen.quick)
    print(as_terminal(sections, description))
    chosen.out.write_text(as_markdown(sections, description), encoding="utf-8")
    print(f"Written to {chosen.out.name}.", file=sys.stderr)
    return 0


def _measure(chosen: argparse.Namespace, opponents: list[str]) -> list[Section]:
    sections = []
    for variant in chosen.variants:
        if "steps" in chosen.parts:
            sections += _measure_steps(chosen, opponents, variant)
        if "signals" in chosen.parts:
            sections += _measure_signals(chosen, opponents, variant)
        if "kernels" in chosen.parts:
            kernels = measure_kernels(variant)
            sections += [NO_COMPILER] if kernels is None else kernel_sections(kernels)
            convolutions = measure_convolutions(variant)
            sections += [] if convolutions is None else convolution_sections(convolutions)
        if "populations" in chosen.parts:
            for threads in _threads(chosen):
                found = measure_populations(
                    threads=threads, variant=variant, rounds=chosen.rounds, quick=chosen.quick
                )
                sections.append(population_section(found))
        if "formulas" in chosen.parts:
            found_formulas = measure_formulas(variant=variant, rounds=chosen.rounds)
            sections.append(formula_section(found_formulas))
        if "around" in chosen.parts:
            sections += _measure_around(chosen, variant)
        if "lbfgs" in chosen.parts:
            sections += lbfgs_sections(measure_lbfgs(variant=variant, rounds=chosen.rounds))
    opponents = [name for name in opponents if name in OPPONENTS]
    if "memory" in chosen.parts:
        sections.append(memory_section({name: measure_memory(name) for name in opponents}))
    if "startup" in chosen.parts:
        repetitions = 3 if chosen.quick else 5
        startup = {name: measure_startup(name, repetitions) for name in opponents}
        sections.append(startup_section(startup, repetitions))
    return sections


def _measure_steps(chosen: argparse.Namespace, opponents: list[str], variant: str) -> list[Section]:
    workloads = [name for name in chosen.workloads if name in WORKLOADS]
    opponents = [name for name in opponents if name in OPPONENTS]
    if not workloads or not opponents:
        return []
    measured = [
        measure_rounds(
            workloads,
            opponents,
            threads=threads,
            variant=variant,
            rounds=chosen.rounds,
            quick=chosen.quick,
            with_limits="limits" in chosen.parts,
        )
        for threads in _threads(chosen)
    ]
    sections = _beside_one_thread(time_sections, measured)
    if "limits" in chosen.parts and measured[0].limits is None:
        sections.append(NO_COMPILER)
    return [*sections, accuracy_section(measured[0].timings)]


def _measure_signals(
    chosen: argparse.Namespace, opponents: list[str], variant: str
) -> list[Section]:
    workloads = [name for name in chosen.workloads if name in SIGNAL_WORKLOADS]
    opponents = [name for name in opponents if name in SIGNAL_OPPONENTS]
    if not workloads or not opponents:
        return []
    measured = [
        measure_signals(
            workloads,
            opponents,
            threads=threads,
            variant=variant,
            rounds=chosen.rounds,
            quick=chosen.quick,
        )
        for threads in _threads(chosen)
    ]
    return _beside_one_thread(signal_sections, measured)


def _beside_one_thread(
    sections_of: Callable[[_Measured, _Measured | None], list[Section]], measured: list[_Measured]
) -> list[Section]:
    """Return the tables of every number of threads, all but the first held against the first."""
    first, *others = measured
    tables_of_others = [section for each in others for section in sections_of(each, first)]
    return [*sections_of(first, None), *tables_of_others]


def _threads(chosen: argparse.Namespace) -> list[int]:
    if chosen.threads:
        return [chosen.threads]
    return [threads for threads in THREADS if threads <= count_cores()]


def _measure_around(chosen: argparse.Namespace, variant: str) -> list[Section]:
    """Measure what depends on the variant, and beside the first one what does not."""
    is_first = variant == chosen.variants[0]
    names = [name for name, table in tables().items() if table.by_variant or is_first]
    return around_sections(measure_around(names, variant, chosen.rounds), variant)


def _installed(opponents: Sequence[str]) -> list[str]:
    available = {name: found.available for name, found in SIGNAL_OPPONENTS.items()}
    available |= {name: found.available for name, found in OPPONENTS.items()}
    return [name for name in opponents if available[name]]


def _names(kind: str, table: Collection[str]) -> Callable[[str], list[str]]:
    """Return a reader of "a,b" that refuses what the table does not have."""

    def read(text: str) -> list[str]:
        names = text.split(",")
        for name in names:
            if name not in table:
                raise argparse.ArgumentTypeError(
                    f"unknown {kind} {name!r}; there are {', '.join(table)}"
                )
        return [name for name in table if name in names]

    return read


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 up is needed, not {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
