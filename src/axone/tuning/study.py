"""The study: every trial of a search in one storage, shared by all processes that work on it.

Each candidate is written down as a waiting trial before any is run, and whoever claims it first
runs it, so that a search has exactly the trials asked for, however many work on it. A trial whose
process dies stops beating; another then fails it and writes its candidate down again.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.errors import ConfigurationError, DataError
from axone.messages import Message, _
from axone.tuning.candidates import Candidate
from axone.tuning.evaluation import Peers, TrialOutcome
from axone.tuning.memory import Memory
from axone.tuning.space import Space
from axone.tuning.storage import database_errors, experimental, open_storage, without_password
from axone.tuning.trial import (
    CANDIDATE,
    GIVEN_BACK,
    OUTCOME,
    RETRY,
    Claim,
    Trial,
    counts,
    record_of,
)

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

_PLAN = "axone"
_MOST_ATTEMPTS = 3
_PATIENCE = 10.0
"""Seconds that a process is given to describe the study it has just created."""

_HEARING = 1.0
"""Seconds between two looks at the trials of other processes."""

_IN_WORDS = {
    "space": _("the search space"),
    "search": _("the kind of search"),
    "metric": _("the metric"),
    "cv": _("the number of folds"),
    "prune": _("pruning"),
    "seed": _("the seed"),
    "rows": _("the data"),
    "settings": _("the experiment"),
}


class TrialStudy:
    """The trials of one search.

    Parameters
    ----------
    storage : str or None
        An SQLAlchemy URL; None keeps the trials in memory.
    name : str
    maximise : bool
    plan : mapping
        All that must be the same for every process that works on it.
    space : Space
    seed : int
        Of the choices that Optuna's TPE makes for candidates without labels.
    heartbeat : int
        Seconds between two signs of life; after three times as many a trial counts as dead.

    Raises
    ------
    ConfigurationError
        The storage cannot be reached, or holds another study under that name.
    """

    def __init__(
        self,
        storage: str | None,
        name: str,
        *,
        maximise: bool,
        plan: Mapping[str, Any],
        space: Space,
        seed: int,
        heartbeat: int,
    ) -> None:
        import optuna

        self.name, self.maximise, self.space = name, maximise, space
        self.seed, self.heartbeat = seed, heartbeat
        self.shown_storage = "memory" if storage is None else without_password(storage)
        self.running: dict[int, Claim] = {}
        self._queue: list[FrozenTrial] = []
        self._memory = Memory(space, maximise, seed)
        with self._explained():
            self._database = None if storage is None else open_storage(storage, heartbeat)
            self.storage = optuna.storages.get_storage(
                self._database or optuna.storages.InMemoryStorage()
            )
            try:
                self.study = optuna.create_study(
                    storage=self.storage,
                    study_name=name,
                    direction="maximize" if maximise else "minimize",
                    load_if_exists=True,
                )
                self._agree(json.loads(json.dumps(plan)))
            except BaseException:
                self.close()
                raise
        self._heard = -_HEARING
        self._stopped = threading.Event()
        self._beating = threading.Thread(target=self._beat, name="axone-heartbeat", daemon=True)

    def __enter__(self) -> "TrialStudy":
        if self._database is not None:
            self._beating.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopped.set()
        if self._database is not None:
            self._beating.join()
        for claim in list(self.running.values()):
            self.give_back(claim)

    def close(self) -> None:
        """Let go of the connections."""
        if self._database is not None:
            self.storage.remove_session()
            self._database.engine.dispose()

    def write_down(self, candidates: Sequence[Candidate]) -> None:
        """See to it that each candidate has a trial that waits, runs or has come to its end."""
        from optuna.trial import TrialState, create_trial

        with self._explained():
            earlier: dict[int, list[FrozenTrial]] = {}
            for trial in self.study.get_trials(deepcopy=False):
                earlier.setdefault(trial.user_attrs.get(CANDIDATE, -1), []).append(trial)
            for number, candidate in enumerate(candidates):
                attempts = earlier.get(number, [])
                deaths = [trial for trial in attempts if GIVEN_BACK not in trial.user_attrs]
                if any(map(counts, attempts)) or len(deaths) >= _MOST_ATTEMPTS:
                    continue
                begun = [trial for trial in attempts if trial.params]
                labels = begun[-1].params if begun else candidate
                user_attrs = {CANDIDATE: number}
                if begun:
                    user_attrs[RETRY] = begun[-1].number
                distributions = {
                    name: self.space.parameters[name].distribution() for name in labels
                }
                self.study.add_trial(
                    create_trial(
                        state=TrialState.WAITING,
                        params=labels,
                        distributions=distributions,
                        user_attrs=user_attrs,
                    )
                )

    def claim(self) -> Claim | None:
        """Take on the next trial that waits; None where none does."""
        from optuna.exceptions import UpdateFinishedTrialError
        from optuna.trial import TrialState

        with self._explained():
            if not self._queue:
                self._queue = self._waiting()
            while self._queue:
                trial = self._queue.pop(0)
                # A sign of life before the claim: a process killed in between leaves no trial that
                # nobody would ever miss.
                self._sign_of_life(trial._trial_id)
                try:
                    mine = self.storage.set_trial_state_values(trial._trial_id, TrialState.RUNNING)
                except UpdateFinishedTrialError:
                    continue
                if mine:
                    claim = Claim(trial._trial_id, trial.number, self._labels(trial))
                    self.running[trial._trial_id] = claim
                    return claim
        return None

    def _labels(self, trial: "FrozenTrial") -> dict[str, Any]:
        """Return the labels that a trial was written down with, or let TPE choose some."""
        if trial.params:
            self._memory.begin(trial.number, trial.params)
            return dict(trial.params)
        self._listen()
        labels = self._memory.choose(trial.number, trial.user_attrs[CANDIDATE])
        for name, label in labels.items():
            distribution = self.space.parameters[name].distribution()
            self.storage.set_trial_param(
                trial._trial_id, name, distribution.to_internal_repr(label), distribution
            )
        return labels

    def _listen(self) -> None:
        """Learn, now and then, what other processes have found."""
        if time.monotonic() - self._heard >= _HEARING:
            for trial in self.study.get_trials(deepcopy=False):
                if trial.state.is_finished() and counts(trial):
                    self._memory.hear(trial)
            self._heard = time.monotonic()

    def finish(self, claim: Claim, outcome: TrialOutcome) -> None:
        """Record what came of a trial."""
        from optuna.exceptions import UpdateFinishedTrialError
        from optuna.trial import TrialState

        states = {"complete": TrialState.COMPLETE, "failed": TrialState.FAIL}
        ended = states.get(outcome.ended, TrialState.PRUNED)
        score = float(np.mean(outcome.scores)) if outcome.scores else None
        values = None if score is None else [score]
        with self._explained():
            record = {
                "state": outcome.ended,
                "scores": outcome.scores,
                "epochs": outcome.epochs,
                "seconds": round(outcome.seconds, 4),
                "reason": outcome.reason,
            }
            # Of a trial that was given up, only how far it came counts.
            curve = dict(list(outcome.curve.items())[0 if outcome.ended == "complete" else -1 :])
            try:
                for step, value in curve.items():
                    self.storage.set_trial_intermediate_value(claim.trial_id, step, value)
                self.storage.set_trial_user_attr(claim.trial_id, OUTCOME, record)
                self.storage.set_trial_state_values(claim.trial_id, ended, values)
            except UpdateFinishedTrialError:
                # Taken for dead while this process was suspended: another has run it again.
                pass
        self._memory.end(claim.number, ended, score, curve)
        self.running.pop(claim.trial_id, None)

    def give_back(self, claim: Claim) -> None:
        """Leave a trial to whoever comes next."""
        from optuna.trial import TrialState

        self.running.pop(claim.trial_id, None)
        try:
            self.storage.set_trial_user_attr(claim.trial_id, GIVEN_BACK, True)
            self.storage.set_trial_state_values(claim.trial_id, TrialState.FAIL)
        except database_errors():
            # Its heart has stopped beating anyway.
            return

    def bury_the_dead(self) -> None:
        """Fail the trials whose processes have given no sign of life."""
        if self._database is not None:
            from optuna.storages import fail_stale_trials

            with self._explained(), experimental():
                fail_stale_trials(self.study)

    def any_wait(self) -> bool:
        """Whether there is a trial that nobody has taken on."""
        with self._explained():
            self._queue = self._waiting()
        return bool(self._queue)

    def others_run(self) -> bool:
        """Whether another process is at work on a trial."""
        from optuna.trial import TrialState

        with self._explained():
            running = self.study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        return any(trial._trial_id not in self.running for trial in running)

    def peers(self) -> Peers:
        """Return the trials that came to their end, with their curves."""
        return Peers(self._memory.complete(), self.maximise)

    def trials(self) -> tuple[Trial, ...]:
        """Return every trial in the order of their numbers, those given back left out."""
        with self._explained():
            found = self.study.get_trials(deepcopy=False)
        return tuple(record_of(trial) for trial in found if counts(trial))

    def _agree(self, plan: dict[str, Any]) -> None:
        """Describe the study if it is new; else refuse to work on another than was asked for."""
        deadline = time.monotonic() + (_PATIENCE if self.study.get_trials(deepcopy=False) else 0.0)
        known = self.study.user_attrs.get(_PLAN)
        while known is None and time.monotonic() < deadline:
            time.sleep(0.1)
            known = self.study.user_attrs.get(_PLAN)
        if known is None:
            self.study.set_user_attr(_PLAN, plan)
            return
        # A study of before, when the threads of a machine were taken for a part of the search.
        if isinstance(known.get("settings"), dict):
            known["settings"].pop("threads", None)
        for key, words in _IN_WORDS.items():
            if known.get(key) != plan[key]:
                raise ConfigurationError(
                    _(
                        "The study {name!r} in {storage} differs from this search in "
                        "{part}: {difference}. Ask for the same, or give the new search a name of "
                        "its own with --study.",
                        name=self.name,
                        storage=self.shown_storage,
                        part=words,
                        difference=_difference(known.get(key), plan[key]),
                    )
                )

    def _waiting(self) -> "list[FrozenTrial]":
        """Return the trials that wait, having dropped what two processes wrote down at once."""
        from optuna.trial import TrialState

        trials = self.study.get_trials(deepcopy=False)
        first: dict[int, int] = {}
        for trial in trials:
            if counts(trial):
                first.setdefault(trial.user_attrs.get(CANDIDATE, -1), trial.number)
        waiting = [trial for trial in trials if trial.state == TrialState.WAITING]
        own = [t for t in waiting if first.get(t.user_attrs.get(CANDIDATE, -2)) == t.number]
        for trial in waiting:
            if trial not in own:
                self.give_back(Claim(trial._trial_id, trial.number, {}))
        return own

    def _sign_of_life(self, trial_id: int) -> None:
        if self._database is not None:
            self._database.record_heartbeat(trial_id)

    def _beat(self) -> None:
        while not self._stopped.wait(self.heartbeat):
            for trial_id in list(self.running):
                try:
                    self._sign_of_life(trial_id)
                except database_errors():
                    # The next sign may get through; if none does, others run the trial again.
                    break
        # Optuna keeps a session for each thread.
        self.storage.remove_session()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say what is wrong with a storage in words."""
        try:
            yield
        except database_errors() as error:
            cause = str(getattr(error, "orig", None) or error.__cause__ or error).strip()
            raise DataError(
                _(
                    "The storage {storage} cannot be used: {reason}.",
                    storage=self.shown_storage,
                    reason=cause.splitlines()[0],
                )
            ) from error
        except ImportError as error:
            raise ConfigurationError(
                _(
                    "The storage {storage} needs a driver that is not installed; for "
                    'PostgreSQL: pip install "axone[postgresql]".',
                    storage=self.shown_storage,
                )
            ) from error


def _difference(known: Any, asked: Any) -> Message:
    """Say in what two parts of a plan differ: the first key where they are tables."""
    if isinstance(known, Mapping) and isinstance(asked, Mapping):
        for key in dict.fromkeys([*known, *asked]):
            if known.get(key) != asked.get(key):
                return _(
                    "{key} {difference}",
                    key=key,
                    difference=_difference(known.get(key), asked.get(key)),
                )
    there, here = (
        _("is not there") if part is None else json.dumps(part, ensure_ascii=False)
        for part in (known, asked)
    )
    return _("{there} there, {here} here", there=there, here=here)
