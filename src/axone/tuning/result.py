"""What a search leaves: the trials by their worth, a table, pictures, the best file."""

import csv
import io
import signal
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from axone.data import Dataset
from axone.errors import DataError
from axone.experiments import Experiment
from axone.files import write_atomically
from axone.messages import _, _n
from axone.score_names import name_of_score
from axone.tuning.parameters import Choices
from axone.tuning.scoring import Metric
from axone.tuning.space import Space, with_values
from axone.tuning.trial import Trial

TRIALS, BEST = "trials.csv", "best.toml"
_IMPORTANCE, _PARALLEL = "importance.png", "parallel_coordinates.png"

_FEWEST = 4
"""Of fewer trials nothing can be said about what matters."""


@dataclass(frozen=True)
class TuningResult:
    """The outcome of a search.

    Attributes
    ----------
    trials : tuple of Trial
        In the order in which they were written down.
    metric : Metric
    space : Space
    experiment : Experiment
        That the search began with.
    dataset : Dataset
    search : str
    cv : int
    study, storage : str
        Where Optuna finds the trials again.
    asked : int
        How many trials were asked for.
    seconds : float
        Of this process.
    ended_by : signal.Signals or None
        SIGINT (Ctrl-C) or SIGTERM where it was interrupted.
    folder : Path or None
    """

    trials: tuple[Trial, ...]
    metric: Metric
    space: Space
    experiment: Experiment
    dataset: Dataset
    search: str
    cv: int
    study: str
    storage: str
    asked: int
    seconds: float
    ended_by: signal.Signals | None = None
    folder: Path | None = None

    @property
    def interrupted(self) -> bool:
        """Whether it was asked to end before all trials were done."""
        return self.ended_by is not None

    @property
    def ranked(self) -> list[Trial]:
        """The complete trials, the best first."""
        return best_trials(self.trials, self.metric)

    @property
    def best(self) -> Trial:
        """The best trial.

        Raises
        ------
        DataError
            No trial is complete; the message says what became of the first.
        """
        ranked = self.ranked
        if not ranked:
            ended = [trial for trial in self.trials if trial.reason]
            raise DataError(
                _(
                    "None of {trials} trials is complete. The first ended so: {reason}",
                    trials=len(self.trials),
                    reason=ended[0].reason,
                )
                if ended
                else _("None of {trials} trials is complete.", trials=len(self.trials))
            )
        return ranked[0]

    @property
    def best_values(self) -> dict[str, Any]:
        """The values of the best trial, by the setting's full name."""
        return self.space.values(self.best.labels)

    @property
    def best_experiment(self) -> Experiment:
        """The experiment with the best values, ready to train."""
        experiment = with_values(self.experiment, self.best_values)
        data = experiment.settings.data.model_copy(
            update={"source": self.dataset.source}
            | ({"target": self.dataset.target_name} if self.dataset.target_name else {})
        )
        settings = experiment.settings.model_copy(update={"data": data})
        return replace(experiment, settings=settings)

    def importances(self) -> dict[str, float]:
        """Return the share of the metric's variance that each setting accounts for, largest first.

        By functional ANOVA of a random forest (Hutter et al. 2014); empty where there are too few
        trials, or where all did alike.
        """
        import optuna

        ranked = self.ranked
        scores = [trial.score for trial in ranked]
        varied = [
            name for name in self.space if len({repr(t.labels.get(name)) for t in ranked}) > 1
        ]
        if len(ranked) < _FEWEST or len(set(scores)) < 2 or not varied:
            return {}
        study = optuna.create_study(direction="maximize")
        distributions = {name: self.space.parameters[name].distribution() for name in varied}
        study.add_trials(
            optuna.create_trial(
                params={name: trial.labels[name] for name in varied},
                distributions=distributions,
                value=trial.score,
            )
            for trial in ranked
        )
        evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
        return dict(optuna.importance.get_param_importances(study, evaluator=evaluator))

    def to_csv(self) -> str:
        """Return the trials as comma-separated text: the best first, then what is not complete."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        folds = [f"fold_{number + 1}" for number in range(self.cv)]
        measured = [self.metric.name, "deviation", *folds, "epochs", "seconds"]
        writer.writerow(["rank", "trial", "state", *measured, *self.space, "retry_of", "reason"])
        ranked = self.ranked
        rest = [trial for trial in self.trials if trial not in ranked]
        for rank, trial in enumerate([*ranked, *rest], start=1):
            scores = [*trial.scores, *[""] * (self.cv - len(trial.scores))]
            writer.writerow(
                [rank if trial in ranked else "", trial.number, trial.state, trial.score]
                + [trial.deviation if trial.scores else "", *scores, trial.epochs, trial.seconds]
                + [trial.labels.get(name) for name in self.space]
                + [trial.retry_of, trial.reason]
            )
        return text.getvalue()


def best_trials(trials: Sequence[Trial], metric: Metric) -> list[Trial]:
    """Return the complete trials, the best first; of equals the one that came first."""
    complete = [trial for trial in trials if trial.state == "complete"]
    return sorted(complete, key=lambda trial: -_score(trial) if metric.maximise else _score(trial))


def _score(trial: Trial) -> float:
    assert trial.score is not None  # noqa: S101 — complete trials have one
    return trial.score


def write_result(result: TuningResult, folder: Path) -> None:
    """Write the table of trials, the pictures and the best experiment.

    Raises
    ------
    DataError
        The folder cannot be written to.
    """
    write_atomically(folder / TRIALS, result.to_csv().encode())
    if result.ranked:
        best = result.best
        head = _n(
            "Trial {number} of the study {study}: {metric} {score:.6g} ± {deviation:.2g} over "
            "{count} fold, seed {seed}.",
            "Trial {number} of the study {study}: {metric} {score:.6g} ± {deviation:.2g} over "
            "{count} folds, seed {seed}.",
            len(best.scores),
            number=best.number,
            study=result.study,
            metric=name_of_score(result.metric.name),
            score=best.score,
            deviation=best.deviation,
            seed=result.experiment.settings.seed,
        )
        content = f"# {head}\n{result.best_experiment.to_toml()}"
        write_atomically(folder / BEST, content.encode())
    _draw(result, folder)


def _draw(result: TuningResult, folder: Path) -> None:
    from axone.plots import plot_importance, plot_parallel_coordinates, save_figure

    ranked = result.ranked
    if not ranked:
        return
    titles = result.space.titles
    columns = {
        title: [
            result.space.parameters[name].value(trial.labels[name])
            if not isinstance(result.space.parameters[name], Choices)
            else str(trial.labels[name]).lower()
            for trial in ranked
        ]
        for name, title in titles.items()
    }
    logarithmic = [
        title
        for name, title in titles.items()
        if getattr(result.space.parameters[name], "log", False)
    ]
    order = {
        titles[name]: [str(label).lower() for label in parameter.labels]
        for name, parameter in result.space.parameters.items()
        if isinstance(parameter, Choices)
    }
    figure = plot_parallel_coordinates(
        columns,
        np.array([_score(trial) for trial in ranked]),
        score_name=name_of_score(result.metric.name),
        maximise=result.metric.maximise,
        logarithmic=logarithmic,
        order=order,
        title=_(
            "{study}: {trials} trials, {search} search",
            study=result.study,
            trials=len(ranked),
            search=result.search,
        ),
    )
    save_figure(figure, folder / _PARALLEL)
    shares = result.importances()
    if shares:
        named = {titles[name]: share for name, share in shares.items()}
        figure = plot_importance(
            named,
            score_name=name_of_score(result.metric.name),
            title=_("{study}: what mattered", study=result.study),
        )
        save_figure(figure, folder / _IMPORTANCE)
