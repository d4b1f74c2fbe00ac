"""The search: candidates, trials, whoever else works on them, and what is left at the end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from axone.bounds import MOST_THREADS
from axone.checks import check_choice, check_integer, check_seed
from axone.errors import ArgumentTypeError, ConfigurationError, DataError
from axone.experiments import SUFFIXES, Experiment
from axone.experiments.preparation import assemble
from axone.experiments.presets import with_preset
from axone.experiments.schema import TuningSection
from axone.messages import _
from axone.processors import processors
from axone.tuning.candidates import Candidate, Search, candidates
from axone.tuning.folds import dataset_of, folds_of, forget_folds
from axone.tuning.plan import Plan, ProgressReport
from axone.tuning.reading import read_space
from axone.tuning.result import TuningResult, write_result
from axone.tuning.scoring import find_metric
from axone.tuning.search import search_through
from axone.tuning.space import Space, default_space, with_values
from axone.tuning.study import TrialStudy
from axone.tuning.workers import BACKENDS

STUDY = "study.db"
"""The name of the storage in a result folder."""

FOLDS = 3


def tune(
    source: "str | Path | Experiment",
    space: "Space | Mapping[str, Any] | None" = None,
    *,
    search: Literal["grid", "random", "bayes"] | None = None,
    trials: int | None = None,
    cv: int | None = None,
    metric: str | None = None,
    prune: bool | None = None,
    seed: int | None = None,
    storage: str | None = None,
    study: str | None = None,
    out: str | Path | None = None,
    jobs: int | None = None,
    backend: str = "threading",
    heartbeat: int = 10,
    on_plan: Callable[[Plan], None] | None = None,
    on_progress: ProgressReport | None = None,
) -> TuningResult:
    """Search for the settings of an experiment that do best on rows they were not trained on.

    Every trial trains its candidate on each fold of a cross-validation; the mean of the metric
    decides. Test rows take no part. What is left as None comes from the `[tuning]` table of the
    experiment, then from the defaults below.

    Parameters
    ----------
    source : str, Path or Experiment
        An experiment file, a dataset's name, a data file, or an experiment.
    space : mapping, optional
        What varies, by the setting's name: a list of choices, a table
        ``{"low": 1e-4, "high": 1e-1, "log": True}`` or a text such as ``"1e-4..1e-1:log"``.
        By default learning rate, hidden layers, activation, dropout, L2 and batch size.
    search : {"grid", "random", "bayes"}, optional
        scikit-learn's `ParameterGrid` or `ParameterSampler`, or Optuna's TPE (Bergstra et al. 2011;
        the default, because it needs the fewest trials).
    trials : int, optional
        50, or the whole grid.
    cv : int, optional
        Folds, stratified for classes; 3. 1 judges by the experiment's validation rows.
    metric : str, optional
        A metric of `axone train` or a scorer of scikit-learn's; accuracy or R².
    prune : bool, optional
        Whether to give up trials that stand worse than half of those before (the median rule,
        Golovin et al. 2017); only the bayes search does by default.
    seed : int, optional
        Decides candidates, folds, weights and shuffles; the experiment's.
    storage : str, optional
        An SQLAlchemy URL. By default ``study.db`` in the folder `out`, or memory without one.
        Processes that give the same storage and study share the work.
    study : str, optional
        The name of the search in its storage; the experiment's name.
    out : path, optional
        The result folder: trials.csv, pictures, best.toml. Nothing is written if left out.
    jobs : int, optional
        Trials at a time. By default one a processor for grid and random; one for bayes, whose
        choices would otherwise depend on which trial happens to end first.
    backend : {"threading", "loky", "dask", "ray"}, default "threading"
        Threads, because a fit lets go of Python's lock; the others are joblib's, for clusters.
    heartbeat : int, default 10
        Seconds between two signs of life. A trial without one for three times as long is run again
        by another process.
    on_plan, on_progress : callable, optional
        Told of the search before it starts, and of every trial that ends.

    Returns
    -------
    TuningResult

    Raises
    ------
    AxoneError
        A space, metric, storage or experiment that cannot be carried out; no trial that succeeded.

    Notes
    -----
    Ctrl-C ends the trials under way after the epoch in hand and returns what is done; the same call
    goes on from there if the trials were stored.

    Examples
    --------
    >>> import axone as ax
    >>> result = ax.tune("iris", {"hidden": [[8], [16]]}, search="grid", cv=2)
    >>> len(result.trials), result.best.state
    (2, 'complete')
    """
    _require_optuna()
    experiment = _experiment(source, seed)
    check_choice("backend", backend, BACKENDS)
    check_integer("heartbeat", heartbeat, at_least=1)
    given = experiment.settings.tuning or TuningSection()
    chosen: Any = given.search or "bayes" if search is None else search
    check_choice("search", chosen, ("grid", "random", "bayes"))
    if jobs is None:
        jobs = 1 if chosen == "bayes" else processors()
    check_integer("jobs", jobs, at_least=1, at_most=MOST_THREADS)
    folder = None if out is None else Path(out)
    try:
        varied = _asked_space(experiment, space)
        if varied is None or not any(name.startswith("network.") for name in varied):
            experiment = _with_preset(experiment)
        plan = _plan(
            experiment,
            varied or default_space(experiment, grid=chosen == "grid"),
            chosen,
            given.trials if trials is None else trials,
            (given.cv or FOLDS) if cv is None else cv,
            metric or given.metric,
            given.prune if prune is None else prune,
        )
        if storage is None and folder is not None:
            storage = f"sqlite:///{_made(folder) / STUDY}"
        opened = TrialStudy(
            storage,
            study or experiment.name,
            maximise=plan.metric.maximise,
            plan=plan.to_data(),
            space=plan.space,
            seed=experiment.settings.seed,
            heartbeat=heartbeat,
        )
        if on_plan is not None:
            on_plan(plan)
        result = search_through(plan, opened, jobs, backend, on_progress)
    finally:
        forget_folds()
    if folder is not None:
        write_result(result, _made(folder))
        result = replace(result, folder=folder)
    return result


def _require_optuna() -> None:
    try:
        import optuna
    except ImportError as error:
        raise ConfigurationError(
            _('Tuning needs Optuna, which is not installed: pip install "axone[tune]".')
        ) from error
    # What Optuna has to say of each study and trial is said here in other words.
    optuna.logging.set_verbosity(max(optuna.logging.get_verbosity(), optuna.logging.WARNING))


def _experiment(source: "str | Path | Experiment", seed: int | None) -> Experiment:
    if isinstance(source, (str, Path)):
        is_file = Path(source).suffix.lower() in SUFFIXES
        experiment = (
            Experiment.from_file(source) if is_file else Experiment.from_source(str(source))
        )
    elif isinstance(source, Experiment):
        experiment = source
    else:
        raise ArgumentTypeError(
            _(
                "tune takes an experiment, the path of an experiment or data file, or a "
                "dataset's name, not {found!r:.60}.",
                found=source,
            )
        )
    if seed is None:
        return experiment
    check_seed(seed)
    return replace(experiment, settings=experiment.settings.model_copy(update={"seed": seed}))


def _with_preset(experiment: Experiment) -> Experiment:
    """Settle the preset that all trials share, so that each varies its settings."""
    network = experiment.settings.network
    if network.preset is None and not network.is_open:
        return experiment
    complete = with_preset(experiment, dataset_of(experiment))[0]
    assert isinstance(complete, Experiment)  # noqa: S101 — a copy of the one given
    return complete


def _asked_space(experiment: Experiment, given: "Space | Mapping[str, Any] | None") -> Space | None:
    """Return what is to vary; None where that is left open."""
    if isinstance(given, Space):
        return given
    if given:
        return read_space(given, _("the search space"))
    tuning = experiment.settings.tuning
    if tuning is not None and tuning.space:
        return read_space(tuning.space, experiment.place("tuning.space"))
    return None


def _plan(
    experiment: Experiment,
    space: Space,
    search: Search,
    trials: int | None,
    cv: int,
    metric: str | None,
    prune: bool | None,
) -> Plan:
    check_integer("cv", cv, at_least=1)
    space.check(experiment)
    chosen = candidates(space, search, trials, experiment.settings.seed % 2**32)
    folds = folds_of(experiment, cv)
    # A network that does not fit the data is told before fifty trials tell it.
    first = _first_possible(experiment, space, chosen)
    assemble(first, folds.arranged[0], folds.shares)
    found = find_metric(metric, folds.dataset)
    prunes = search == "bayes" if prune is None else prune
    return Plan(experiment, space, search, found, cv, prunes, chosen, folds)


def _first_possible(
    experiment: Experiment, space: Space, chosen: Sequence[Candidate]
) -> Experiment:
    """Return the first candidate whose values do not contradict each other."""
    for number, candidate in enumerate(chosen, start=1):
        try:
            return with_values(experiment, space.values(candidate), space.where)
        except ConfigurationError:
            if number == len(chosen):
                raise
    return experiment


def _made(folder: Path) -> Path:
    """Create the result folder unless it is one already; refuse one that holds something else."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / STUDY).exists():
        raise ConfigurationError(
            _(
                "The folder {folder} is not empty, and holds no {file}: choose another --out.",
                folder=folder,
                file=STUDY,
            )
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            _(
                "Cannot create the folder {folder}: {reason}.",
                folder=folder,
                reason=error.strerror,
            )
        ) from error
    return folder
