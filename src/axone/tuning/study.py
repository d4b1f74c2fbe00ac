"""The study: every trial of a search in one storage, shared by all processes that work on it.

Each candidate is written down as a waiting trial before any is run, and whoever claims it first
runs it, so that a search has exactly the trials asked for, however many work on it. A trial whose
process dies stops beating; another then fails it and writes its candidate down again.
"""

import json
import threading
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.errors import ConfigurationError, DataError
from axone.tuning.candidates import Candidate
from axone.tuning.evaluation import Peers, TrialOutcome
from axone.tuning.space import Space

if TYPE_CHECKING:
    from optuna.storages import RDBStorage
    from optuna.trial import FrozenTrial

_PLAN = "axone"
_CANDIDATE, _OUTCOME, _RETRY, _GIVEN_BACK = "candidate", "outcome", "retry_of", "given_back"
_MOST_ATTEMPTS = 3
_PATIENCE = 10.0
"""Seconds that a process is given to describe the study it has just created."""

_HEARING = 1.0
"""Seconds between two looks at the trials of other processes."""

_IN_WORDS = {
    "space": "the search space",
    "search": "the kind of search",
    "metric": "the metric",
    "cv": "the number of folds",
    "prune": "pruning",
    "seed": "the seed",
    "rows": "the data",
    "settings": "the experiment",
}


@dataclass(frozen=True)
class Trial:
    """A trial as it stands in the study.

    Attributes
    ----------
    number : int
    labels : dict of str to object
        The value of each setting that varied, lists and tables as text.
    state : str
        "complete", "pruned", "diverged", "failed", "running" or "waiting".
    score : float or None
        Mean of the metric over the folds; of a pruned trial over those it finished.
    scores : tuple of float
        One a fold.
    epochs : float
        Mean over the folds.
    seconds : float
    reason : str
        Why it is not complete.
    retry_of : int or None
        The number of the trial that it runs again, because its process died.
    """

    number: int
    labels: dict[str, Any]
    state: str
    score: float | None = None
    scores: tuple[float, ...] = ()
    epochs: float = 0.0
    seconds: float = 0.0
    reason: str = ""
    retry_of: int | None = None

    @property
    def deviation(self) -> float:
        """Standard deviation of the metric over the folds (0 for a single one)."""
        return float(np.std(self.scores)) if self.scores else 0.0


@dataclass(frozen=True)
class Claim:
    """A trial that this process has taken on."""

    trial_id: int
    number: int
    labels: dict[str, Any]


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
        self.shown_storage = "memory" if storage is None else _without_password(storage)
        self.running: dict[int, Claim] = {}
        self._queue: list[FrozenTrial] = []
        self._memory = _Memory(space, maximise, seed)
        with self._explained():
            self._database = None if storage is None else _open(storage, heartbeat)
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
                earlier.setdefault(trial.user_attrs.get(_CANDIDATE, -1), []).append(trial)
            for number, candidate in enumerate(candidates):
                attempts = earlier.get(number, [])
                deaths = [trial for trial in attempts if _GIVEN_BACK not in trial.user_attrs]
                if any(map(_counts, attempts)) or len(deaths) >= _MOST_ATTEMPTS:
                    continue
                begun = [trial for trial in attempts if trial.params]
                labels = begun[-1].params if begun else candidate
                user_attrs = {_CANDIDATE: number}
                if begun:
                    user_attrs[_RETRY] = begun[-1].number
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
        labels = self._memory.choose(trial.number, trial.user_attrs[_CANDIDATE])
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
                if trial.state.is_finished() and _counts(trial):
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
                self.storage.set_trial_user_attr(claim.trial_id, _OUTCOME, record)
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
            self.storage.set_trial_user_attr(claim.trial_id, _GIVEN_BACK, True)
            self.storage.set_trial_state_values(claim.trial_id, TrialState.FAIL)
        except _database_errors():
            # Its heart has stopped beating anyway.
            return

    def bury_the_dead(self) -> None:
        """Fail the trials whose processes have given no sign of life."""
        if self._database is not None:
            from optuna.storages import fail_stale_trials

            with self._explained(), _experimental():
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
        return tuple(_record(trial) for trial in found if _counts(trial))

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
                    f"The study {self.name!r} in {self.shown_storage} differs from this search in "
                    f"{words}: {_difference(known.get(key), plan[key])}. Ask for the same, or give "
                    "the new search a name of its own with --study."
                )

    def _waiting(self) -> "list[FrozenTrial]":
        """Return the trials that wait, having dropped what two processes wrote down at once."""
        from optuna.trial import TrialState

        trials = self.study.get_trials(deepcopy=False)
        first: dict[int, int] = {}
        for trial in trials:
            if _counts(trial):
                first.setdefault(trial.user_attrs.get(_CANDIDATE, -1), trial.number)
        waiting = [trial for trial in trials if trial.state == TrialState.WAITING]
        own = [t for t in waiting if first.get(t.user_attrs.get(_CANDIDATE, -2)) == t.number]
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
                except _database_errors():
                    # The next sign may get through; if none does, others run the trial again.
                    break
        # Optuna keeps a session for each thread.
        self.storage.remove_session()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say what is wrong with a storage in words."""
        try:
            yield
        except _database_errors() as error:
            cause = str(getattr(error, "orig", None) or error.__cause__ or error).strip()
            raise DataError(
                f"The storage {self.shown_storage} cannot be used: {cause.splitlines()[0]}."
            ) from error
        except ImportError as error:
            raise ConfigurationError(
                f"The storage {self.shown_storage} needs a driver that is not installed; for "
                'PostgreSQL: pip install "axone[postgresql]".'
            ) from error


class _Memory:
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
        with _experimental():
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


def _database_errors() -> tuple[type[Exception], ...]:
    from optuna.exceptions import OptunaError
    from sqlalchemy.exc import SQLAlchemyError

    return (SQLAlchemyError, OptunaError)


def _counts(trial: "FrozenTrial") -> bool:
    """Whether a trial stands for its candidate: not given back, its process not dead."""
    from optuna.trial import TrialState

    return trial.state != TrialState.FAIL or _OUTCOME in trial.user_attrs


def _record(trial: "FrozenTrial") -> Trial:
    outcome = trial.user_attrs.get(_OUTCOME, {})
    scores = tuple(outcome.get("scores", ()))
    return Trial(
        trial.number,
        dict(trial.params),
        outcome.get("state", trial.state.name.lower()),
        float(np.mean(scores)) if scores else None,
        scores,
        outcome.get("epochs", 0.0),
        outcome.get("seconds", 0.0),
        outcome.get("reason", ""),
        trial.user_attrs.get(_RETRY),
    )


def _difference(known: Any, asked: Any) -> str:
    """Say in what two parts of a plan differ: the first key where they are tables."""
    if isinstance(known, Mapping) and isinstance(asked, Mapping):
        for key in dict.fromkeys([*known, *asked]):
            if known.get(key) != asked.get(key):
                return f"{key} {_difference(known.get(key), asked.get(key))}"
    words = [
        "is not there" if part is None else json.dumps(part, ensure_ascii=False)
        for part in (known, asked)
    ]
    return f"{words[0]} there, {words[1]} here"


def _open(url: str, heartbeat: int) -> "RDBStorage":
    from optuna.storages import RDBStorage

    settings: dict[str, Any] = {}
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        settings = {"connect_args": {"timeout": 60, "factory": _connection()}}
        if address.database:
            folder = Path(address.database).parent
            if not folder.is_dir():
                raise ConfigurationError(f"The storage {url} lies in {folder}, which is no folder.")
    with _experimental():
        return RDBStorage(
            address.render_as_string(hide_password=False),
            engine_kwargs=settings,
            heartbeat_interval=heartbeat,
            grace_period=3 * heartbeat,
        )


def _address(url: str) -> Any:
    """Return an SQLAlchemy URL, PostgreSQL's with the driver that Axone asks for."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        address = make_url(url)
    except ArgumentError as error:
        raise ConfigurationError(
            f"--storage: {url!r} is no SQLAlchemy URL, such as sqlite:///study.db or "
            "postgresql://user:password@host/database."
        ) from error
    if address.drivername in ("postgresql", "postgres"):
        return address.set(drivername="postgresql+psycopg")
    return address


def _without_password(url: str) -> str:
    return str(_address(url).render_as_string(hide_password=True)).replace("+psycopg", "")


def _connection() -> type:
    """Return SQLite's connection with a write-ahead log: twice as fast, safe from kills."""
    import sqlite3

    class WriteAheadConnection(sqlite3.Connection):
        def __init__(self, *arguments: Any, **settings: Any) -> None:
            super().__init__(*arguments, **settings)
            try:
                self.execute("PRAGMA journal_mode=WAL")
                # Only a power cut can now lose the last trials; the file stays whole.
                self.execute("PRAGMA synchronous=NORMAL")
            except sqlite3.Error:
                self.close()
                raise

    return WriteAheadConnection


@contextmanager
def _experimental() -> Iterator[None]:
    """Use what Optuna calls experimental, heartbeats, without its saying so each time."""
    from optuna.exceptions import ExperimentalWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        yield
