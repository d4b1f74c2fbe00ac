"""`axone tune`: an experiment and what may vary in, the best settings and all trials out."""

import textwrap
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from axone.cli import options
from axone.cli.console import (
    entry,
    explained_errors,
    interrupted_status,
    messages,
    output,
    print_json,
    progress_bar,
    tell,
)
from axone.cli.train import result_folder
from axone.messages import Listed, Message, _, at, formatted, listed
from axone.score_names import name_of_score

if TYPE_CHECKING:
    from axone.tuning import Plan, Trial, TuningResult
    from axone.tuning import Progress as Stand
    from axone.tuning.parameters import Range

_SHOWN = 10


def tune(
    source: Annotated[
        str,
        typer.Argument(
            help=_(
                "What `axone train` takes: an experiment file (a table `tuning` in it may say "
                "what varies), a dataset's name, or a data file."
            )
        ),
    ],
    vary: Annotated[
        list[str] | None,
        typer.Option(
            help=_(
                "A setting and its values, e.g. learning_rate=1e-4..1e-1:log, dropout=0..0.5, "
                "hidden=32|64|64,32. Repeat for several."
            ),
        ),
    ] = None,
    search: Annotated[
        str | None, typer.Option(help=_("grid, random or bayes (default bayes)."))
    ] = None,
    trials: Annotated[
        int | None, typer.Option(help=_("How many candidates (default 50, or the whole grid)."))
    ] = None,
    cv: Annotated[
        int | None,
        typer.Option(help=_("Folds; 1 judges by the file's own validation rows (default 3).")),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(
            help=_(
                "accuracy, f1_macro, log_loss, roc_auc, r2, rmse, …, or a scikit-learn "
                "scorer (default accuracy or r2)."
            )
        ),
    ] = None,
    prune: Annotated[
        bool | None,
        typer.Option(
            "--prune/--no-prune",
            help=_("Give hopeless trials up early (default: only bayes does)."),
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(help=_("Trials at a time (default: 1 for bayes, else one a processor).")),
    ] = None,
    backend: Annotated[
        str, typer.Option(help=_("threading, or joblib's loky, dask or ray."))
    ] = "threading",
    storage: Annotated[
        str | None,
        typer.Option(help=_("SQLAlchemy URL of a storage to share (default study.db in --out).")),
    ] = None,
    study: Annotated[
        str | None,
        typer.Option(help=_("Name of the search in its storage (default: the source's).")),
    ] = None,
    target: options.Target = None,
    types: options.Types = None,
    missing: options.Missing = None,
    query: options.Query = None,
    sheet: options.Sheet = None,
    data_option: options.DataOption = None,
    epochs: Annotated[
        int | None, typer.Option(help=_("Epochs of a fit, at most (default 100)."))
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help=_("Decides everything random (default 0)."))
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help=_("Result folder (default runs/NAME-tuning)."))
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help=_("Print nothing."))] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help=_("Print only the best trial, as JSON."))
    ] = False,
) -> None:
    """Run `axone tune`, as its help tells."""
    with explained_errors(), ExitStack() as held:
        from axone.cli.sources import Overrides, describe
        from axone.tuning import read_options, read_space
        from axone.tuning import tune as search_settings

        overrides = Overrides(
            target=target,
            epochs=epochs,
            seed=seed,
            types=types or None,
            missing=missing or None,
            query=query,
            sheet=sheet,
            data_options=data_option or None,
        )
        experiment = describe(source, overrides)
        space = read_space(read_options(vary), "--vary") if vary else None
        folder = held.enter_context(result_folder(out, f"{experiment.name}-tuning"))
        with _Screen(shown=not (quiet or as_json)) as screen:
            result = search_settings(
                experiment,
                space,
                search=search,  # type: ignore[arg-type]  # a wrong word is explained there
                trials=trials,
                cv=cv,
                metric=metric,
                prune=prune,
                storage=storage,
                study=study,
                out=folder,
                jobs=jobs,
                backend=backend,
                on_plan=screen.on_plan,
                on_progress=screen.on_progress,
            )
        if result.interrupted and not quiet:
            _tell_interrupted(result)
        # Without any complete trial this says why.
        best = None if result.interrupted and not result.ranked else result.best
        if as_json and best is not None:
            print_json(
                {
                    "metric": result.metric.name,
                    "score": best.score,
                    "deviation": best.deviation,
                    "scores": best.scores,
                    "values": result.best_values,
                    "trials": len(result.trials),
                    "seed": result.experiment.settings.seed,
                    "seconds": round(result.seconds, 3),
                    "folder": str(folder),
                }
            )
        elif not quiet:
            screen.on_result(result)
    if result.interrupted:
        raise SystemExit(interrupted_status(result.ended_by))


def _tell_interrupted(result: "TuningResult") -> None:
    tell(
        messages(),
        _(
            "Interrupted: {done} of {asked} trials are done. Go on with the same command and --out "
            "{folder}.",
            done=sum(trial.state not in ("waiting", "running") for trial in result.trials),
            asked=result.asked,
            folder=result.folder,
        ),
    )


class _Screen:
    """What a person watching sees: the plan, the trials as they pass, the best."""

    def __init__(self, *, shown: bool) -> None:
        self.shown = shown
        self.console: Console = output()

    def __enter__(self) -> "_Screen":
        self._progress = progress_bar(
            self.console,
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[best]}"),
            TimeRemainingColumn(),
            shown=self.shown,
        )
        self._task: TaskID = self._progress.add_task(
            str(_("Loading the data")), total=None, best=""
        )
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def on_plan(self, plan: "Plan") -> None:
        """Say what will be done."""
        if not self.shown:
            return
        from axone.tuning import shown as text

        lines = [
            entry(_("Data"), at(plan.folds.dataset.name, _rows(plan))),
            entry(_("Search"), _search(plan)),
            entry(
                _("Metric"),
                _("{metric}, good is high", metric=name_of_score(plan.metric.name))
                if plan.metric.maximise
                else _("{metric}, good is low", metric=name_of_score(plan.metric.name)),
            ),
        ]
        for number, (name, parameter) in enumerate(plan.space.parameters.items()):
            if hasattr(parameter, "labels"):
                values: str = " | ".join(map(text, parameter.labels))
            else:
                values = f"{text(parameter.low)} … {text(parameter.high)}{_manner(parameter)}"
            lines.append(entry("" if number else _("Varies"), at(name, values)))
        lines += [entry(_("Note"), note) for note in plan.folds.notes]
        for line in lines:
            tell(
                self.console,
                textwrap.fill(line, self.console.width, subsequent_indent=" " * 12),
            )
        self.console.print()

    def on_progress(self, stand: "Stand") -> None:
        """Move the bar."""
        best: str = ""
        if stand.best is not None:
            best = _(
                "best {metric} {score:.4g} ± {deviation:.2g}",
                metric=name_of_score(stand.metric.name),
                score=stand.best.score,
                deviation=stand.best.deviation,
            )
        trials = (
            _("Trials {done}/{total} (others are at work)", done=stand.done, total=stand.total)
            if stand.waiting
            else _("Trials {done}/{total}", done=stand.done, total=stand.total)
        )
        self._progress.update(
            self._task,
            description=str(trials),
            completed=stand.done,
            total=stand.total,
            best=str(best),
        )

    def on_result(self, result: "TuningResult") -> None:
        """Print the best trials and where the rest is."""
        if result.ranked:
            self.console.print(trials_table(result))
            self.console.print()
        for line in _summary(result):
            tell(
                self.console,
                textwrap.fill(str(line), self.console.width, break_on_hyphens=False),
            )


def _search(plan: "Plan") -> Message:
    seed, trials = plan.experiment.settings.seed, len(plan.candidates)
    if plan.prune:
        return _(
            "{search}, {trials} trials, seed {seed}, hopeless ones given up",
            search=plan.search,
            trials=trials,
            seed=seed,
        )
    return _("{search}, {trials} trials, seed {seed}", search=plan.search, trials=trials, seed=seed)


def _manner(parameter: "Range") -> str:
    logarithmic = _(", logarithmic") if parameter.log else ""
    steps = _(", in steps of {step:g}", step=parameter.step) if parameter.step else ""
    return f"{logarithmic}{steps}"


def _rows(plan: "Plan") -> Message:
    parts = {name: len(part) for name, part in plan.folds.arranged[0].parts.items()}
    if plan.cv == 1:
        return _(
            "{training:,} training, {validation:,} validation rows",
            training=parts["train"],
            validation=parts["validation"],
        )
    if "validation" in parts:
        return _(
            "{folds} folds of {training:,} training, {validation:,} validation and {scored:,} "
            "scored rows",
            folds=plan.cv,
            training=parts["train"],
            validation=parts["validation"],
            scored=parts["scored"],
        )
    return _(
        "{folds} folds of {training:,} training and {scored:,} scored rows",
        folds=plan.cv,
        training=parts["train"],
        scored=parts["scored"],
    )


def trials_table(result: "TuningResult") -> Table:
    """Lay the best trials out with a row each."""
    from axone.tuning import shown as text

    table = Table(
        box=None, pad_edge=False, show_edge=False, header_style="bold", collapse_padding=True
    )
    table.add_column("", justify="right")
    metric = str(name_of_score(result.metric.name))
    table.add_column(metric.replace("_", "\n").replace(" ", "\n"), no_wrap=True)
    for word in (_("epochs"), _("sec")):
        table.add_column(str(word), justify="right", no_wrap=True)
    for title in result.space.titles.values():
        table.add_column(title.replace("_", "\n").replace(".", ".\n"), overflow="fold")
    for rank, trial in enumerate(result.ranked[:_SHOWN], start=1):
        table.add_row(
            str(rank),
            _score(trial),
            f"{trial.epochs:.0f}",
            str(formatted(trial.seconds, ".2f")),
            *(text(trial.labels.get(name), digits=2) for name in result.space),
        )
    return table


def _score(trial: "Trial") -> str:
    score = str(formatted(trial.score, ".4g"))
    return f"{score} ± {formatted(trial.deviation, '.2g')}" if len(trial.scores) > 1 else score


_STATES = {
    "complete": _("complete"),
    "pruned": _("pruned"),
    "diverged": _("diverged"),
    "failed": _("failed"),
    "cancelled": _("cancelled"),
    "running": _("running"),
}


def _summary(result: "TuningResult") -> list[Message]:
    states: dict[str, int] = {}
    for trial in result.trials:
        states[trial.state] = states.get(trial.state, 0) + 1
    counted = listed(
        Listed((count, _STATES.get(state, state)), " ") for state, count in states.items()
    )
    lines = [
        _(
            "{trials} trials in {seconds:.1f} s: {states}.",
            trials=len(result.trials),
            seconds=result.seconds,
            states=counted,
        )
    ]
    lost = result.asked - len(result.trials)
    if lost > 0:
        lines.append(
            _("{lost} candidates were given up: each ended its process three times.", lost=lost)
        )
    failed = next((trial for trial in result.trials if trial.state == "failed"), None)
    if failed is not None:
        lines.append(
            _("Trial {number} failed: {reason}", number=failed.number, reason=failed.reason)
        )
    lines.append(_("Study {study!r} in {storage}", study=result.study, storage=result.storage))
    if result.ranked:
        assert result.folder is not None  # noqa: S101 — the command line always has one
        lines.append(_("Best: axone train {file}", file=result.folder / "best.toml"))
    return lines
