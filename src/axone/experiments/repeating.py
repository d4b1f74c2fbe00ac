"""The same experiment under several seeds: how much of a score is chance.

A seed decides split, first weights, shuffles and masks. Each run is a result folder of its own
below that of them all, which holds the table.
"""

import csv
import io
import signal
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from axone.checks import check_integer, check_number
from axone.experiments.description import Description
from axone.experiments.folder import locked, refuse_occupied
from axone.experiments.measuring import Scores
from axone.experiments.preparation import Prepared
from axone.experiments.running import RunResult, run
from axone.experiments.spread import Spread, spreads, spreads_data
from axone.files import json_text, write_atomically
from axone.interruption import interruption

REPEATS_TABLE, REPEATS = "repeats.csv", "repeats.json"
MOST_REPEATS = 1000


@dataclass(frozen=True)
class Repeats:
    """What came of it.

    Attributes
    ----------
    asked : int
        How many runs were asked for; fewer are there where it was interrupted.
    parts : tuple of str
        Which rows there are scores of: training, validation, test.
    runs : tuple of dict
        What `metrics.json` holds of each run that came to its end, in the order of their seeds.
    ended_by : signal.Signals or None
        SIGINT (Ctrl-C) or SIGTERM where it was interrupted.
    """

    asked: int
    parts: tuple[str, ...]
    runs: tuple[dict[str, Any], ...]
    ended_by: signal.Signals | None = None

    @property
    def interrupted(self) -> bool:
        """Whether it was asked to end before all runs were done."""
        return len(self.runs) < self.asked

    @property
    def seeds(self) -> list[int]:
        """Of the runs that are done."""
        return [metrics["seed"] for metrics in self.runs]

    @property
    def diverged(self) -> list[int]:
        """The seeds of the runs that diverged."""
        return [run["seed"] for run in self.runs if run["stopped_by"] == "diverged"]

    def scores(self, part: str) -> list[Scores]:
        """Return the scores of one part, a run each."""
        return [metrics[part] for metrics in self.runs]

    def spreads(self, part: str) -> dict[str, Spread | None]:
        """Return every score of a part over the seeds."""
        return spreads(self.scores(part))

    def to_data(self) -> dict[str, Any]:
        """Describe it as `repeats.json` holds it."""
        return {
            "repeats": self.asked,
            "done": len(self.runs),
            "seeds": self.seeds,
            "scores": {part: spreads_data(self.spreads(part)) for part in self.parts},
            "epochs": [metrics["epochs"] for metrics in self.runs],
            "stopped_by": [metrics["stopped_by"] for metrics in self.runs],
        }

    def to_csv(self) -> str:
        """Return the runs as comma-separated text, a line each."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        columns = [
            (part, name)
            for part in self.parts
            for name in dict.fromkeys(name for scores in self.scores(part) for name in scores)
        ]
        about = ["seed", "epochs", "seconds", "stopped_by"]
        writer.writerow([*about, *(f"{part}_{name}" for part, name in columns)])
        for metrics in self.runs:
            writer.writerow(
                [*(metrics[name] for name in about)]
                + [metrics[part].get(name) for part, name in columns]
            )
        return text.getvalue()


def repeat(
    experiment: Description,
    times: int,
    folder: Path | None = None,
    *,
    dataset: Any = None,
    on_prepared: Callable[[Prepared], None] | None = None,
    on_run: Callable[[RunResult], None] | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Repeats:
    """Carry an experiment out under its seed, the next one, and so on.

    Parameters
    ----------
    experiment : Description
    times : int
        How many runs, 2 to 1000.
    folder : Path, optional
        Gets `seed-0`, `seed-1`, …, a result folder each, and the tables `repeats.csv` and
        `repeats.json`; nothing is written if left out.
    dataset : Dataset, (X, y), or pandas or polars frame, optional
        Rows in memory, instead of the experiment's source.
    on_prepared, on_run, on_progress : callable, optional
        Told of the data and the network of the first run, of each run that is done, and of the
        share of them all that is.

    Raises
    ------
    AxoneError
        As `run`.

    Notes
    -----
    Ctrl-C saves the run in hand, which `axone train FOLDER/seed-N --resume` continues, and returns
    those that are done.
    """
    check_integer("repeats", times, at_least=2)
    check_number("repeats", times, at_most=MOST_REPEATS)
    first = experiment.settings.seed
    parts: tuple[str, ...] = ()
    done: list[dict[str, Any]] = []
    with ExitStack() as held:
        if folder is not None:
            refuse_occupied(folder, can_resume=False)
            if not folder.exists():
                held.callback(_remove_if_empty, folder)
            held.enter_context(locked(folder))
        asked = held.enter_context(interruption())
        for number in range(times):
            settings = experiment.settings.model_copy(update={"seed": first + number})

            def report(share: float, before: int = number) -> None:
                if on_progress is not None:
                    on_progress((before + share) / times)

            result = run(
                replace(experiment, settings=settings),
                None if folder is None else folder / f"seed-{first + number}",
                dataset=dataset,
                on_prepared=None if number else on_prepared,
                on_progress=report,
            )
            if result.training.stopped_by == "interrupted":
                break
            parts = tuple(result.prepared.parts)
            done.append(result.metrics)
            if on_run is not None:
                on_run(result)
        ended_by = asked.signal if len(done) < times else None
        repeats = Repeats(times, parts, tuple(done), ended_by)
        if folder is not None and done:
            write_atomically(folder / REPEATS_TABLE, repeats.to_csv().encode())
            write_atomically(folder / REPEATS, (json_text(repeats.to_data()) + "\n").encode())
    return repeats


def _remove_if_empty(folder: Path) -> None:
    """Leave no folder behind of what could not even begin."""
    with suppress(OSError):
        folder.rmdir()
