"""`axone explain RUN --importance`: which columns matter, and how answers follow the first ones.

A table for the terminal; pictures and a JSON file beside the run.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from axone.cli.console import messages, output, print_json, print_wrapped, share_bar, tell
from axone.cli.table_runs import Cells, TableRun, chosen_columns, table_run
from axone.data.parts import name_of_part
from axone.errors import DataError
from axone.estimators import as_estimator
from axone.experiments import locked
from axone.experiments.preparation import Part
from axone.experiments.training import learnt_target
from axone.explanation.importance import Dependence, Importance, column_importance, dependence
from axone.files import json_text, write_atomically
from axone.messages import _, formatted, shorten
from axone.metrics import rounded
from axone.model import Model
from axone.plots import plot_column_importance, plot_dependence, save_figure
from axone.score_names import name_of_score
from axone.tuning.scoring import Metric, find_metric

MOST_ROWS = 2000
"""Unless --rows says otherwise: enough for a mean to the second figure."""

_REPEATS = 5
_DRAWN = 3
_SHOWN = 30
_BAR = 24


@dataclass(frozen=True, eq=False)
class Found:
    """What was found out about a run's columns.

    Attributes
    ----------
    part : str
        Whose rows it was found on.
    rows, of : int
        How many they were, and how many the part has.
    metric : Metric
    importance : Importance
    dependences : tuple of Dependence
        Of the most important columns.
    seed : int
    """

    part: str
    rows: int
    of: int
    metric: Metric
    importance: Importance
    dependences: tuple[Dependence, ...]
    seed: int

    @property
    def score(self) -> float:
        """The metric with every cell in its place, as it is usually written."""
        return self.importance.score if self.metric.maximise else -self.importance.score


def explain_importance(
    source: str,
    *,
    columns: str | None = None,
    rows: int | None = None,
    metric: str | None = None,
    seed: int | None = None,
    out: Path | None = None,
    as_json: bool = False,
) -> None:
    """Find out which columns of a run matter; print it, and write it beside the run.

    Raises
    ------
    DataError, ConfigurationError
        No run on a table, a column or metric that there is not, a folder that cannot be written.
    """
    run = table_run(source)
    which = chosen_columns(columns, run.names, "--columns") or list(range(len(run.names)))
    with share_bar(output(), shown=not as_json) as bar:
        share = bar.add_task(str(_("shuffling")), total=1.0)
        found = _found(
            run, which, rows or MOST_ROWS, metric, seed, lambda n: bar.update(share, completed=n)
        )
    folder = run.folder if out is None else out
    with locked(folder):
        written = _write(run, found, folder)
    if as_json:
        print_json({**_data(found), "pictures": [path.name for path in written]})
        return
    _print(run, found)
    for path in written:
        tell(output(), str(path))


def _found(
    run: TableRun,
    which: Sequence[int],
    most: int,
    name: str | None,
    seed: int | None,
    on_share: Any,
) -> Found:
    metric = find_metric(name, run.prepared.dataset)
    seed = run.seed if seed is None else seed
    part, X, y, of = run.last_rows(most, seed)
    if not len(y):
        raise DataError(_("There are no rows to shuffle."))
    if not np.isfinite(run.model.outputs(X)).all():
        raise DataError(
            _(
                "The model gives no finite numbers for some of the {part} rows: it has diverged, "
                "and no column matters more than another.",
                part=name_of_part(part),
            )
        )
    estimator = as_estimator(run.model)
    importance = column_importance(
        estimator,
        X,
        y,
        run.names,
        columns=which,
        scoring=_scorer(metric, run.model),
        repeats=_REPEATS,
        seed=seed,
        on_score=lambda done, total: on_share(done / (total + _DRAWN)),
    )
    dependences: list[Dependence] = []
    for column in importance.columns:
        place = run.names.index(column.name)
        kind = run.kinds[place]
        # Between two dates scikit-learn knows no numbers to put a column to.
        if kind == "date" or len(dependences) == _DRAWN:
            continue
        drawn = dependence(
            estimator, X, place, column.name, run.outputs, is_category=kind != "number"
        )
        dependences += [] if drawn is None else [drawn]
    on_share(1.0)
    return Found(part, len(y), of, metric, importance, tuple(dependences), seed)


def _scorer(metric: Metric, model: Model) -> Any:
    """Return a metric as scikit-learn asks for it: more is better."""
    sign = 1 if metric.maximise else -1

    def score(estimator: Any, X: Cells, y: Any) -> float:
        del estimator
        outputs, loss = model.outputs(X), 0.0
        if metric.name == "loss":
            inputs = model.preprocessing.transform(X, model.dtype)
            loss, outputs = model.evaluate(inputs, learnt_target(model.target, Part(inputs, y)))
        return sign * metric.score(model, y, outputs, loss)

    return score


def _data(found: Found) -> dict[str, Any]:
    """Return what importance.json holds."""
    return {
        "rows": found.part,
        "count": found.rows,
        "metric": found.metric.name,
        "score": float(f"{found.score:.6g}"),
        "repeats": _REPEATS,
        "seed": found.seed,
        "columns": [
            {
                "name": column.name,
                **rounded({"drop": column.mean, "spread": column.spread}),
                "drops": [float(f"{drop:.6g}") for drop in column.drops],
            }
            for column in found.importance.columns
        ],
        "dependence": [
            {
                "column": each.column,
                "values": each.values.tolist(),
                "mean": {
                    output: [float(f"{value:.6g}") for value in mean]
                    for output, mean in zip(each.outputs, each.mean.tolist(), strict=True)
                },
            }
            for each in found.dependences
        ],
    }


def _write(run: TableRun, found: Found, folder: Path) -> list[Path]:
    """Write importance.json and the pictures; return where the pictures are."""
    content = json_text(_data(found), indent=1) + "\n"
    write_atomically(folder / "importance.json", content.encode())
    name = run.prepared.dataset.name
    figure = plot_column_importance(
        {column.name: column.drops for column in found.importance.columns},
        score_name=name_of_score(found.metric.name),
        score=found.score,
        title=_("{name}: what matters, {part} rows", name=name, part=name_of_part(found.part)),
    )
    written = [save_figure(figure, folder / "importance.png")]
    names = [path_word(each.column) for each in found.dependences]
    for number, each in enumerate(found.dependences):
        word = names[number]
        if names.index(word) < number:
            word += f"-{number + 1}"
        of_classes = bool(run.model.target.class_names)
        figure = plot_dependence(
            each.values,
            each.mean,
            each.lines,
            column=each.column,
            outputs=each.outputs,
            answer=_("probability")
            if of_classes
            else (each.outputs[0] if len(each.outputs) == 1 else _("prediction")),
            cells=each.cells,
            is_category=each.is_category,
            rows=len(each.cells),
            title=_(
                "{name}: how answers follow {column}", name=name, column=shorten(each.column, 40)
            ),
        )
        written.append(save_figure(figure, folder / f"dependence-{word}.png"))
    return written


def path_word(name: str) -> str:
    """Return a column's name as a part of a file's name, on every system.

    Examples
    --------
    >>> path_word("petal width (cm)"), path_word("../../etc"), path_word("größe/€")
    ('petal-width-cm', 'etc', 'größe')
    """
    word = re.sub(r"[^\w.]+", "-", name).strip("-._")[:60]
    return word or "column"


def _print(run: TableRun, found: Found) -> None:
    """Print a line a column: by how much the score gets worse, and a bar."""
    console = output()
    rows = (
        _(
            "{rows:,} of {of:,} {part} rows, drawn by seed {seed}",
            rows=found.rows,
            of=found.of,
            part=name_of_part(found.part),
            seed=found.seed,
        )
        if found.rows < found.of
        else _("{rows:,} {part} rows", rows=found.rows, part=name_of_part(found.part))
    )
    print_wrapped(
        console,
        _(
            "{metric} of {rows}: {score:.4g}. How much worse it gets when a column's cells are "
            "shuffled among the rows, {repeats} times:",
            metric=name_of_score(found.metric.name),
            rows=rows,
            score=found.score,
            repeats=_REPEATS,
        ),
        indent=0,
    )
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    table.add_column(str(_("column")), no_wrap=True)
    table.add_column(str(_("worse by")), justify="right", no_wrap=True)
    table.add_column("±", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    columns = found.importance.columns
    longest = max((column.mean for column in columns), default=0.0)
    for column in columns[:_SHOWN]:
        length = round(_BAR * column.mean / longest) if longest > 0 else 0
        table.add_row(
            shorten(column.name, 30),
            str(formatted(column.mean, ".4f")),
            str(formatted(column.spread, ".4f")),
            "█" * max(0, length),
        )
    console.print(table)
    if len(columns) > _SHOWN:
        tell(
            console,
            _(
                "{count} more columns, that matter less, are in importance.json.",
                count=len(columns) - _SHOWN,
            ),
        )
    encoder = run.model.preprocessing.encoder
    if encoder is not None and (unused := len(encoder.table_names) - len(run.names)):
        tell(messages(), _("{count} columns of the table the network does not read.", count=unused))
