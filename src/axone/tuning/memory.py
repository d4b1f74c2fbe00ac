"""What one process knows of a study's trials, and how it lets TPE choose from that."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.tuning.space import Space
from axone.tuning.storage import experimental

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial


class Memory:
    """What this process knows of the trials: an Optuna study that no storage slows down.

    Parameters
    ----------
    space : Space
    maximise : bool
    seed : int
    """

    def __init__(self, space: Space, maximise: bool, seed: int) -> None:
        import optuna

        self.seed = seed
        self.distributions = {name: p.distribution() for name, p in space.parameters.items()}
        self.study = optuna.create_study(direction="maximize" if maximise else "minimize")
        self.under_way: dict[int, optuna.Trial] = {}
        self.known: set[int] = set()

    def choose(self, number: int, candidate: int) -> dict[str, Any]:
        """Let TPE choose, with a seed of the candidate's own: a search taken up again goes on."""
        import optuna

        seed = int(np.random.SeedSequence([self.seed, candidate]).generate_state(1)[0])
        with experimental():
            self.study.sampler = optuna.samplers.TPESampler(
                seed=seed, multivariate=True, constant_liar=True
            )
        trial = self.study.ask(self.distributions)
        self.under_way[number] = trial
        self.known.add(number)
        return dict(trial.params)

    def begin(self, number: int, labels: Mapping[str, Any]) -> None:
        """Note that a trial with these labels is under way."""
        self.study.enqueue_trial(dict(labels))
        self.under_way[number] = self.study.ask(self.distributions)
        self.known.add(number)

    def end(self, number: int, state: Any, score: float | None, curve: dict[int, float]) -> None:
        """Note what came of a trial that was under way."""
        from optuna.trial import TrialState

        trial = self.under_way.pop(number)
        for step, value in curve.items():
            trial.report(value, step)
        self.study.tell(trial, score if state == TrialState.COMPLETE else None, state)

    def hear(self, trial: "FrozenTrial") -> None:
        """Note a trial of another process, once."""
        if trial.number not in self.known:
            self.known.add(trial.number)
            self.study.add_trial(trial)

    def complete(self) -> "tuple[FrozenTrial, ...]":
        """Return the trials that came to their end."""
        from optuna.trial import TrialState

        return tuple(self.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)))
