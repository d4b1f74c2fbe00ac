"""Carrying a search out: trials claimed, run and recorded until none is left, or Ctrl-C."""

import time
from collections.abc import Callable, Iterator

from axone.errors import ConfigurationError
from axone.interruption import interruption
from axone.tuning.evaluation import Task, TrialOutcome
from axone.tuning.plan import Plan, Progress, ProgressReport
from axone.tuning.result import TuningResult, best_trials
from axone.tuning.space import with_values
from axone.tuning.study import TrialStudy
from axone.tuning.trial import Claim
from axone.tuning.workers import runner

_POLL = 0.5


def search_through(
    plan: Plan,
    study: TrialStudy,
    jobs: int,
    backend: str,
    on_progress: ProgressReport | None,
) -> TuningResult:
    """Run the trials of a plan, `jobs` at a time, and gather what the study then holds."""
    started = time.perf_counter()
    try:
        with interruption() as pressed, study:
            board = _Board(plan, study, on_progress)
            board.report(None)
            threads = 1 if jobs > 1 or backend != "threading" else None
            for _ in _rounds(plan, study, pressed, board):
                tasks = _Tasks(plan, study, threads)
                for claim, outcome in runner(backend)(tasks.next, jobs, pressed):
                    board.record(claim, outcome)
        found = study.trials()
    finally:
        study.close()
    return TuningResult(
        found,
        plan.metric,
        plan.space,
        plan.experiment,
        plan.folds.dataset,
        plan.search,
        plan.cv,
        study.name,
        study.shown_storage,
        len(plan.candidates),
        time.perf_counter() - started,
        ended_by=pressed.signal,
    )


def _rounds(
    plan: Plan, study: TrialStudy, pressed: Callable[[], bool], board: "_Board"
) -> Iterator[None]:
    """Yield whenever there may be trials to run, until there can be none any more."""
    while not pressed():
        study.bury_the_dead()
        study.write_down(plan.candidates)
        if study.any_wait():
            yield
        elif study.others_run():
            board.report(None, waiting=True)
            time.sleep(_POLL)
        else:
            return


class _Tasks:
    """Makes a task of the next trial that waits."""

    def __init__(self, plan: Plan, study: TrialStudy, threads: int | None) -> None:
        self.plan, self.study, self.threads = plan, study, threads

    def next(self) -> tuple[Claim, Task] | None:
        """Claim a trial; one whose values contradict each other is recorded as failed at once."""
        plan = self.plan
        while (claim := self.study.claim()) is not None:
            try:
                experiment = with_values(plan.experiment, plan.space.values(claim.labels))
            except ConfigurationError as error:
                self.study.finish(claim, TrialOutcome((), {}, 0.0, 0.0, "failed", error.message))
                continue
            peers = self.study.peers() if plan.prune else None
            return claim, Task(experiment, plan.cv, plan.metric, self.threads, peers)
        return None


class _Board:
    """Records trials and tells of them."""

    def __init__(self, plan: Plan, study: TrialStudy, on_progress: ProgressReport | None) -> None:
        self.plan, self.study, self.on_progress = plan, study, on_progress

    def record(self, claim: Claim, outcome: TrialOutcome) -> None:
        """Write a trial's outcome down, or leave the trial to others if it was not finished."""
        if outcome.ended == "cancelled":
            self.study.give_back(claim)
            return
        self.study.finish(claim, outcome)
        self.report(claim.number)

    def report(self, number: int | None, *, waiting: bool = False) -> None:
        """Tell whoever listens how far the search is."""
        if self.on_progress is None:
            return
        trials = self.study.trials()
        ended = [trial for trial in trials if trial.state not in ("waiting", "running")]
        best = best_trials(trials, self.plan.metric)
        self.on_progress(
            Progress(
                len(ended),
                max(len(self.plan.candidates), len(trials)),
                next((trial for trial in ended if trial.number == number), None),
                best[0] if best else None,
                self.plan.metric,
                waiting,
            )
        )
