"""What the runs came to, as tables: each kind's, the healthy ones', and what the watcher costs."""

import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from axone.registry import plain
from benchmarks.diagnosis.scenarios import HEALTHY, Outcome
from benchmarks.diagnosis.watching import PROCESSES, Watching
from benchmarks.formats import duration
from benchmarks.machine import count_cores, library_versions, processor_name

WIDTH = 100

_NOTE = """\
Each run is trained, its diagnosis asked for, the remedy of the first finding applied, and trained
again. *Named* says whether the kind of failure that a run was built to have is the first finding,
or among them. A failure seldom comes alone: a network that explodes has diverged as well, features
that are not scaled kill its units. The metric is that of rows that the run has not seen: accuracy
(of those that differ by less than a hundredth the log loss decides what is better), R², and the
balanced accuracy, the mean of the classes' recalls, where a class is rare. Many of these data sets
are small: some of these differences are chance, and count all the same."""

_UNSEEN_NOTE = """\
Runs varied as a stranger's are: other sizes, seeds, optimisers, units, layers, no validation rows,
one or two epochs. What was not named, and what a remedy made no better, is listed."""

_WATCHING_NOTE = f"""\
Seconds of the processor, on one core: `Trainer.fit` with the measures that a diagnosis looks at, as
by default, against `measures=()`, in turns; the median over the rounds, and over {PROCESSES}
processes. *Evidence* is what a run gathers at its end, in either case. *Together* is both, of a fit
without either: 5 % is the most that is wanted. The diagnosis itself is made when it is first asked
for; where a result is good, few of its rules have anything to compute."""


def report(
    failing: Sequence[Outcome],
    healthy: Mapping[str, Sequence[Outcome]],
    unseen: Sequence[Outcome],
    watching: Mapping[str, Sequence[Watching]],
) -> str:
    """Return the whole of DIAGNOSIS.md."""
    versions = ", ".join(f"{name} {number}" for name, number in library_versions().items())
    machine = (
        f"{datetime.now(UTC).date().isoformat()}, {processor_name()}, {count_cores()} cores; "
        f"{versions}."
    )
    parts = [
        "# Diagnosis",
        "Written by `python -m benchmarks.diagnosis`.",
        _wrap(machine),
        _NOTE,
        "## Summary",
        summary([*failing, *(one for each in healthy.values() for one in each)]),
    ]
    if watching:
        parts += ["## What the watcher costs", _WATCHING_NOTE]
    for variant, measured in watching.items():
        parts += [f"### {variant}", watching_table(measured)]
    for kind in dict.fromkeys(outcome.scenario.kind for outcome in failing):
        of_kind = [outcome for outcome in failing if outcome.scenario.kind == kind]
        parts += [f"## {kind}", failing_table(of_kind)]
    for name, outcomes in healthy.items():
        parts += [f"## Healthy: {name}", healthy_table(outcomes)]
    if unseen:
        parts += ["## Varied runs", _UNSEEN_NOTE, summary(unseen), _blemishes(unseen)]
    return "\n\n".join(filter(None, parts)) + "\n"


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return how many runs of each kind were told, and how many remedies helped."""
    rows = []
    failing = [outcome for outcome in outcomes if outcome.scenario.kind != HEALTHY]
    kinds = list(dict.fromkeys(outcome.scenario.kind for outcome in failing))
    for kind in [*kinds, None]:
        chosen = [each for each in failing if kind in (None, each.scenario.kind)]
        remedies = [each for each in chosen if each.after]
        rows.append(
            (
                kind or "all that fail",
                str(len(chosen)),
                str(sum(each.named_first for each in chosen)),
                str(sum(each.named for each in chosen)),
                f"{sum(each.helped for each in remedies)} of {len(remedies)}",
            )
        )
    healthy = [outcome for outcome in outcomes if outcome.scenario.kind == HEALTHY]
    alarms = sum(bool(outcome.codes) for outcome in healthy)
    slowest = max(outcomes, key=lambda outcome: outcome.diagnosis_seconds)
    table = _table(("kind", "runs", "named first", "named", "remedies that helped"), rows)
    return (
        f"{table}\n\n"
        f"Healthy runs: {len(healthy)}; false alarms: {alarms}. The slowest diagnosis took "
        f"{duration(slowest.diagnosis_seconds)}."
    )


def failing_table(outcomes: Sequence[Outcome]) -> str:
    """Return a row for each run that is built to fail in one way."""
    rows = [
        (
            outcome.scenario.data_name,
            outcome.network,
            outcome.scenario.wrong,
            "first" if outcome.named_first else "among" if outcome.named else "**no**",
            ", ".join(outcome.codes) or "–",
            _change(outcome),
            _settings(outcome.remedy),
        )
        for outcome in outcomes
    ]
    metric = outcomes[0].metric if len({each.metric for each in outcomes}) == 1 else ""
    word = {"recall_macro": "balanced accuracy", "accuracy": "accuracy", "r2": "R²"}
    header = ("data", "network", "what is wrong", "named", "findings")
    return _table((*header, word.get(metric, "accuracy or R²"), "remedy applied"), rows)


def healthy_table(outcomes: Sequence[Outcome]) -> str:
    """Return a row for each run that goes well."""
    rows = [
        (
            outcome.scenario.data_name,
            outcome.network,
            ", ".join(outcome.codes) or "none",
            _number(outcome.before[outcome.metric]),
            duration(outcome.diagnosis_seconds),
        )
        for outcome in outcomes
    ]
    return _table(("data", "network", "findings", "accuracy or R²", "diagnosis"), rows)


def watching_table(watching: Sequence[Watching]) -> str:
    """Return what the watcher costs each network."""
    rows = [
        (
            each.label,
            str(each.epochs),
            duration(each.unwatched),
            f"{each.measures:+.1%}",
            f"{duration(each.evidence)} ({each.evidence / each.unwatched:.1%})",
            f"{each.whole:+.1%}",
            duration(each.diagnosis),
        )
        for each in watching
    ]
    header = ("network", "epochs", "unwatched fit", "measures", "evidence", "together")
    return _table((*header, "diagnosis"), rows)


def _blemishes(outcomes: Sequence[Outcome]) -> str:
    """Return the runs whose failure was not named, whose remedy did not help, or false alarms."""
    rows = []
    for outcome in outcomes:
        kind = outcome.scenario.kind
        alarm = kind == HEALTHY and outcome.codes
        missed = kind != HEALTHY and not outcome.named
        if alarm or missed or (outcome.after and not outcome.helped):
            rows.append(
                (
                    kind or "healthy",
                    outcome.scenario.data_name,
                    outcome.scenario.wrong or _settings(outcome.scenario.settings),
                    "false alarm" if alarm else "not named" if missed else "no better",
                    ", ".join(outcome.codes) or "–",
                    _change(outcome),
                )
            )
    header = ("kind", "data", "what is wrong", "", "findings", "metric")
    return _table(header, rows) if rows else ""


def _change(outcome: Outcome) -> str:
    """Return the metric before and after the remedy; the log loss beside it where it decides."""
    before, after = outcome.before, outcome.after
    text = _number(before[outcome.metric])
    if not after:
        return f"{text}, no setting"
    text += f" → {_number(after[outcome.metric])}"
    if outcome.tied:
        text += f" (log loss {_number(before['log_loss'])} → {_number(after['log_loss'])})"
    return text if outcome.helped else f"{text} **no better**"


def _number(figure: float) -> str:
    return f"{figure:.3f}" if abs(figure) < 100 else f"{figure:.2g}"


def _settings(changes: Mapping[str, Any]) -> str:
    """Return settings on a line, without their sections."""
    found = []
    for key, value in changes.items():
        if isinstance(value, Mapping) and key in {"data", "network", "training"}:
            found.append(_settings(value))
        elif key != "layers":
            shown = f"{value:g}" if isinstance(value, float) else str(plain(value))
            found.append(f"{key.rpartition('.')[2]} = {shown}")
    return ", ".join(filter(None, found)).replace("|", "\\|")


def _wrap(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_on_hyphens=False)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---"] * len(header)
    return "\n".join("| " + " | ".join(line) + " |" for line in (header, rule, *rows))
