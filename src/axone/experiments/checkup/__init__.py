"""The check-up before training: the data, the first loss, one batch learnt by heart, the rate.

What most often goes wrong shows before the first epoch; after Karpathy, "A recipe for training
neural networks" (2019).
"""

from collections.abc import Callable

from axone.experiments.checkup.findings import Check, CheckUp, Verdict
from axone.experiments.checkup.learning import first_loss, one_batch, rate_checked, rates_tried
from axone.experiments.checkup.rows import (
    classes,
    constants,
    contradictions,
    leaks,
    outliers,
    scales,
    splits,
)
from axone.experiments.preparation import Prepared
from axone.experiments.training import build_trainer, learnt_rows

__all__ = ["Check", "CheckUp", "Verdict", "check_up", "rates_tried"]


def check_up(
    prepared: Prepared, on_progress: Callable[[float], None] = lambda share: None
) -> CheckUp:
    """Look at an experiment before it is trained.

    Parameters
    ----------
    prepared : Prepared
    on_progress : callable
        Told which share is done.
    """
    trainer = build_trainer(prepared)
    train = trainer.examples(learnt_rows(prepared, "train"))
    checks: list[Check] = []
    looks = (splits, constants, scales, outliers, contradictions, classes, leaks)
    for number, look in enumerate(looks):
        checks += look(prepared, train)
        on_progress((number + 1) / (len(looks) + 3))
    tested = rates_tried(trainer, train)
    on_progress((len(looks) + 1) / (len(looks) + 3))
    checks += first_loss(trainer, train)
    checks += one_batch(trainer, train, tested)
    rate = float(trainer.recipe.optimizer.learning_rate)
    if tested is not None:
        checks.append(rate_checked(tested, rate))
    on_progress(1.0)
    return CheckUp(tuple(checks), tested, rate)
