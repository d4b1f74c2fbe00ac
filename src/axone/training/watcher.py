"""A callback that looks at a run on its way and tells what more epochs would not mend."""

import warnings
from collections.abc import Callable

from axone.checks import check_integer, check_truth
from axone.errors import ConfigurationError
from axone.messages import Listed, _
from axone.training.diagnosis import Finding
from axone.training.history import History
from axone.training.run import Run

LASTING = (
    "symmetric_weights",
    "unscaled_features",
    "unscaled_target",
    "exploding_gradients",
    "vanishing_gradients",
    "dead_units",
    "saturated_units",
    "overfitting",
)
"""What more epochs do not mend; that a network has not learnt yet is no failure on the way."""


class Watcher:
    """Diagnoses a run every so many epochs: a callback for `Trainer.fit` and `Run.to_the_end`.

    Parameters
    ----------
    every : int, default 10
        Epochs between two looks.
    stop : bool, default False
        Whether the run ends with the first finding.
    tell : callable, optional
        Given each finding once; by default it is warned of.

    Attributes
    ----------
    findings : list of Finding
        What was found so far, each code once.

    Raises
    ------
    ConfigurationError
        `every` is not at least 1.

    Examples
    --------
    >>> import numpy as np, axone as ax
    >>> X = 1000 * np.random.default_rng(0).normal(size=(200, 5)); y = (X[:, 0] > 0).astype(int)
    >>> network = ax.Network(ax.Dense(8, "tanh"), ax.Dense(2, "softmax"), input_shape=5)
    >>> watcher = ax.Watcher(every=5, stop=True, tell=lambda finding: print(finding.code))
    >>> trainer = ax.Trainer(network, loss="cce", optimizer=ax.SGD(1e-4))
    >>> result = trainer.fit((X, y), max_epochs=50, after_epoch=watcher)
    unscaled_features
    saturated_units
    >>> result.epochs, result.stopped_by
    (5, 'callback')
    """

    def __init__(
        self,
        every: int = 10,
        *,
        stop: bool = False,
        tell: Callable[[Finding], object] | None = None,
    ) -> None:
        check_integer("every", every, at_least=1)
        check_truth("stop", stop)
        self.every, self.stop, self.tell = int(every), stop, tell or _warn
        self.findings: list[Finding] = []
        self._run: Run | None = None

    def watch(self, run: Run) -> None:
        """Say which run is looked at: `Run.to_the_end` does."""
        self._run, self.findings = run, []

    def __call__(self, history: History) -> bool:
        """Look at the run, if it is time to; say whether it is to end."""
        if self._run is None:
            raise ConfigurationError(
                _("A Watcher is given to Trainer.fit or Run.to_the_end as after_epoch.")
            )
        if history.epochs % self.every:
            return False
        known = {finding.code for finding in self.findings}
        for finding in self._run.result.diagnosis:
            if finding.code in LASTING and finding.code not in known:
                self.findings.append(finding)
                self.tell(finding)
        return self.stop and bool(self.findings)


def _warn(finding: Finding) -> None:
    warnings.warn(_("{lines}", lines=Listed(finding.lines, "\n")), UserWarning, stacklevel=4)
