"""The diagnosis of a run that goes on: worked out beside the training, by a thread of its own.

It looks at a copy of what the run has come to, so that no lap waits for it; what does not move with
the run, what other learners reach on these rows for one, is found out once.
"""

import threading
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from axone.playground.bench import Bench
from axone.training import Diagnosis, Finding, History, Run
from axone.training.diagnosis import Case, Evidence, diagnose_case

_OF_THE_END = ("class_imbalance", "no_better_than_constant", "not_learning", "underfitting")
"""What every run shows at first: it is told of one that has ended, or moves no more."""

_STILL_EPOCHS = 40
_STILL = 0.98
"""Of the least training loss: who is not below that share of it a quarter of the epochs later
stands still."""


@dataclass(frozen=True, eq=False)
class Look:
    """A diagnosis, and where the run stood.

    Attributes
    ----------
    run : Run
    step : int
        Updates made by then.
    epoch : int
    diagnosis : Diagnosis
        All findings.
    told : tuple of Finding
        Those that can be said of a run that has come so far.
    """

    run: Run
    step: int
    epoch: int
    diagnosis: Diagnosis
    told: tuple[Finding, ...]


class Diagnoser:
    """Looks at a bench's run whenever it is asked to, one look at a time."""

    def __init__(self) -> None:
        self._look: Look | None = None
        self._thread: threading.Thread | None = None
        self._case: tuple[Run, Case] | None = None
        self._error: Exception | None = None

    @classmethod
    def of(cls, bench: Bench) -> "Diagnoser":
        """Return the one that looks at this bench."""
        if bench not in _DIAGNOSERS:
            _DIAGNOSERS[bench] = cls()
        return _DIAGNOSERS[bench]

    def look(self, bench: Bench, wait: float) -> tuple[Look | None, bool]:
        """Return the last look at the run of a bench, and whether it is up to date.

        Parameters
        ----------
        bench : Bench
        wait : float
            Seconds that a look that is under way may take.
        """
        self._begin(bench)
        if self._thread is not None:
            self._thread.join(wait)
            if not self._thread.is_alive():
                self._thread = None
                self._begin(bench)
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        found = self._look if self._look is not None and self._look.run is bench.run else None
        return found, self._is_current(found, bench.run)

    @property
    def last(self) -> Look | None:
        """The look whose findings the page has, with their numbers."""
        return self._look

    def _begin(self, bench: Bench) -> None:
        run = bench.run
        if self._is_current(self._look, run) or (self._thread and self._thread.is_alive()):
            return
        ended = bench.attempt.ended is not None
        evidence = replace(bench.result().evidence, history=History(bench.history()))
        arguments = (run, run.state.step, run.state.epoch, ended, evidence)
        self._thread = threading.Thread(target=self._work, args=arguments, daemon=True)
        self._thread.start()

    @staticmethod
    def _is_current(look: Look | None, run: Run) -> bool:
        return look is not None and look.run is run and look.step == run.state.step

    def _work(self, run: Run, step: int, epoch: int, ended: bool, evidence: Evidence) -> None:
        try:
            earlier = self._case
            case = earlier[1].later(evidence) if earlier and earlier[0] is run else Case(evidence)
            found = diagnose_case(case)
            self._case = run, case
        except Exception as error:  # told where the look is asked for
            self._error = error
            found = Diagnosis()
        told = tuple(each for each in found if is_told(each, evidence, ended=ended))
        self._look = Look(run, step, epoch, found, told)


_DIAGNOSERS: WeakKeyDictionary[Bench, Diagnoser] = WeakKeyDictionary()


def is_told(finding: Finding, evidence: Evidence, *, ended: bool) -> bool:
    """Say whether a finding means something of a run that has come so far."""
    return ended or finding.code not in _OF_THE_END or stands_still(evidence.history)


def stands_still(history: History) -> bool:
    """Say whether the training loss has not fallen for a quarter of the epochs."""
    if history.epochs < _STILL_EPOCHS:
        return False
    losses = history["train_loss"]
    lately = len(losses) * 3 // 4
    return min(losses[lately:]) > _STILL * min(losses[:lately])
