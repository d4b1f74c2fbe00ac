"""The loop over the epochs that a script of another library needs: the best weights, and patience.

Axone's rule `loss_patience`, in a few lines of Python.
"""

from axone.experiments import Prepared
from axone.messages import Message, _


def obstacles(prepared: Prepared) -> tuple[Message, ...]:
    """Return which rules of stopping have no such lines."""
    stopping = prepared.experiment.settings.training.stopping
    assert stopping is not None  # noqa: S101 — resolved by prepare
    found: list[Message] = []
    if stopping.patience is not None:
        found.append(_("the stopping rule patience"))
    if stopping.loss_tolerance is not None:
        found.append(_("the stopping rule loss_tolerance"))
    return tuple(found)


class Watch:
    """What is watched of a run.

    Parameters
    ----------
    prepared : Prepared
    kept : str
        Source that copies the model as it is: ``"copy.deepcopy(model)"``.
    put_back : str
        The statement that makes `best` the model again.
    """

    def __init__(self, prepared: Prepared, kept: str, put_back: str) -> None:
        training = prepared.experiment.settings.training
        assert training.stopping is not None  # noqa: S101 — resolved by prepare
        self.kept, self._put_back = kept, put_back
        self.keeps = training.restore_best and "validation" in prepared.parts
        self.patience = training.stopping.loss_patience
        self.warmup = training.stopping.warmup_epochs

    def __bool__(self) -> bool:
        return self.keeps or self.patience is not None

    @property
    def before(self) -> list[str]:
        """The lines before the loop."""
        return ['best_loss, best_epoch = float("inf"), 0'] if self else []

    @property
    def after_epoch(self) -> list[str]:
        """The lines at the end of an epoch, which know `loss` and `epoch`, not indented."""
        if not self:
            return []
        kept = f", best = loss, epoch, {self.kept}" if self.keeps else " = loss, epoch"
        lines = ["if loss < best_loss:", f"    best_loss, best_epoch{kept}"]
        if self.patience is not None:
            since = f"max(best_epoch, {self.warmup})" if self.warmup else "best_epoch"
            lines += [f"if epoch - {since} >= {self.patience}:", "    break"]
        return lines

    @property
    def behind(self) -> list[str]:
        """The lines behind the loop."""
        return [self._put_back] if self.keeps else []
