"""`axone train --cv` and `--repeats`: several trainings of one experiment, and their files."""

from pathlib import Path

from axone.checks import check_integer
from axone.cli.console import DIVERGED, interrupted_status, messages, print_json, tell
from axone.cli.several_screen import SeveralScreen
from axone.errors import ConfigurationError
from axone.experiments import Description, Prepared, RunResult
from axone.experiments.cross_validation import (
    CrossValidation,
    cross_validate,
    write_cross_validation,
)
from axone.experiments.folds import require_rows
from axone.experiments.repeating import Repeats, repeat
from axone.messages import _, listed


def require_one_kind(cv: int | None, repeats: int | None, resume: bool) -> None:
    """Refuse several trainings of two kinds at once, and what cannot be taken up again.

    Raises
    ------
    ConfigurationError
        `--cv` and `--repeats`, `--repeats` and `--resume`, or less than two of either.
    """
    for option, count in (("--cv", cv), ("--repeats", repeats)):
        if count is not None:
            check_integer(option, count, at_least=2)
    if repeats is None:
        return
    if cv is not None:
        raise ConfigurationError(
            _("--cv and --repeats are two ways to see how far scores lie apart: give one of them.")
        )
    if resume:
        raise ConfigurationError(
            _(
                "--repeats begins anew. To continue the run of one seed: axone train "
                "FOLDER/seed-N --resume."
            )
        )


def require_folds(prepared: Prepared, cv: int | None) -> None:
    """Refuse more folds than there are rows for, before the run itself.

    Raises
    ------
    DataError
        Too few rows.
    """
    if cv is not None:
        kept = (part for name, part in prepared.parts.items() if name != "test")
        require_rows(sum(map(len, kept)), cv)


def validate_by_folds(
    experiment: Description, cv: int | None, result: RunResult, shown: bool
) -> CrossValidation | None:
    """Cross-validate a run that has ended, and write the folds beside it; None without `--cv`."""
    if cv is None:
        return None
    with SeveralScreen(shown, _("Folds")) as screen:
        screen.begin(_("Cross-validation, {cv} folds", cv=cv))
        found = cross_validate(
            experiment, cv, on_fold=screen.on_fold, on_progress=screen.on_progress
        )
    screen.on_folds(found)
    result.metrics["cross_validation"] = found.to_data()
    assert result.folder is not None  # noqa: S101 — the command line always has one
    path = write_cross_validation(found, result.metrics, result.folder)
    if shown:
        tell(screen.console, _("Folds: {path}", path=path))
    return found


def repeat_runs(
    experiment: Description, times: int, folder: Path, *, shown: bool, as_json: bool
) -> None:
    """Run an experiment under several seeds, and end with the exit status of it all."""
    with SeveralScreen(shown, _("Seeds")) as screen:
        found = repeat(
            experiment,
            times,
            folder,
            on_prepared=screen.on_prepared,
            on_run=screen.on_run,
            on_progress=screen.on_progress,
        )
    screen.on_repeats(found)
    if as_json:
        print_json({**found.to_data(), "folder": str(folder)})
    elif shown:
        tell(screen.console, _("Results: {folder}", folder=folder))
    if found.interrupted:
        exit_interrupted(found, folder, quiet=not (shown or as_json))
    if found.diverged:
        seeds = listed(map(str, found.diverged))
        tell(messages(), _("Diverged with these seeds: {seeds}.", seeds=seeds), style="red")
        raise SystemExit(DIVERGED)


def exit_interrupted(found: CrossValidation | Repeats, folder: Path, quiet: bool) -> None:
    """Say what is done, and end as an interrupted run does."""
    if not quiet:
        tell(
            messages(),
            _(
                "Interrupted: {done} of {asked} folds are done. Begin them again with: axone "
                "train {folder} --resume --cv {asked}",
                done=len(found.folds),
                asked=found.asked,
                folder=folder,
            )
            if isinstance(found, CrossValidation)
            else _(
                "Interrupted: {done} of {asked} seeds are done.",
                done=len(found.runs),
                asked=found.asked,
            ),
        )
    raise SystemExit(interrupted_status(found.ended_by))
