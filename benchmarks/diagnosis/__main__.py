"""Carries all runs out, with progress on stderr, and writes DIAGNOSIS.md."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.course_runs import EXAMPLES, RUNS
from benchmarks.diagnosis.failing import FAILING
from benchmarks.diagnosis.healthy import COURSE, HEALTHY_RUNS
from benchmarks.diagnosis.report import report, summary
from benchmarks.diagnosis.scenarios import HEALTHY, Outcome, Scenario, carry_out
from benchmarks.diagnosis.unseen_failing import UNSEEN_FAILING
from benchmarks.diagnosis.unseen_healthy import UNSEEN_HEALTHY
from benchmarks.diagnosis.watching import Watching, measure_watching
from benchmarks.machine import ROOT, variants

_PARTS = ("failing", "healthy", "unseen", "watching")


def course_scenarios() -> list[Scenario]:
    """Return the course's quick runs, as its files describe them."""
    runs = {run.name: run for run in RUNS}
    return [
        Scenario(HEALTHY, name, "", runs[name].changes, EXAMPLES / runs[name].file)
        for name in COURSE
    ]


def outcomes_of(scenarios: Iterable[Scenario]) -> list[Outcome]:
    """Carry runs out, one after the other."""
    found = []
    for scenario in scenarios:
        outcome = carry_out(scenario)
        kind = scenario.kind or "healthy"
        told = ", ".join(outcome.codes) or "nothing"
        right = outcome.named if scenario.kind else not outcome.codes
        mark = " " if right else "✗"
        print(f"{mark} {kind}: {scenario.data_name}: {told}", file=sys.stderr, flush=True)
        found.append(outcome)
    return found


def seeded(scenarios: Iterable[Scenario], seeds: int) -> list[Scenario]:
    """Return every run under so many seeds."""
    return [
        replace(scenario, settings={**scenario.settings, "seed": seed})
        for scenario in scenarios
        for seed in range(seeds)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the options, carry the runs out, print the summary and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diagnosis", description=__doc__)
    parser.add_argument("--only", type=_parts, default=list(_PARTS), metavar=",".join(_PARTS))
    parser.add_argument("--kind", default="", help="of the runs that fail, those of this kind")
    parser.add_argument("--seeds", type=int, default=3, help="of the varied runs; default 3")
    parser.add_argument("--rounds", type=int, default=9, help="of the watcher; default 9")
    parser.add_argument(
        "--out", type=Path, help="default: benchmarks/DIAGNOSIS.md where nothing is left out"
    )
    chosen = parser.parse_args(arguments)
    if chosen.out is None and len(chosen.only) == len(_PARTS) and not chosen.kind:
        chosen.out = ROOT / "benchmarks" / "DIAGNOSIS.md"
    watching: dict[str, list[Watching]] = {}
    if "watching" in chosen.only:
        watching = {variant: measure_watching(chosen.rounds, variant) for variant in variants()}
    failing, unseen = [], []
    healthy: dict[str, list[Outcome]] = {}
    if "failing" in chosen.only:
        failing = outcomes_of(_of_kind(FAILING, chosen.kind))
    if "healthy" in chosen.only:
        healthy["the course's runs"] = outcomes_of(course_scenarios())
        healthy["others"] = outcomes_of(HEALTHY_RUNS)
    if "unseen" in chosen.only:
        varied = [*_of_kind(UNSEEN_FAILING, chosen.kind), *UNSEEN_HEALTHY]
        unseen = outcomes_of(seeded(varied, chosen.seeds))
    carried_out = [*failing, *(one for each in healthy.values() for one in each), *unseen]
    if carried_out:
        print(summary(carried_out))
    if chosen.out is not None:
        chosen.out.write_text(report(failing, healthy, unseen, watching), encoding="utf-8")
    return 0


def _of_kind(scenarios: Iterable[Scenario], kind: str) -> list[Scenario]:
    return [scenario for scenario in scenarios if kind in ("", scenario.kind)]


def _parts(text: str) -> list[str]:
    """Return the parts that "a,b" names."""
    for name in text.split(","):
        if name not in _PARTS:
            raise argparse.ArgumentTypeError(
                f"unknown part {name!r}; there are {', '.join(_PARTS)}"
            )
    return text.split(",")


if __name__ == "__main__":
    sys.exit(main())
