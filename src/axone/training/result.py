"""What a run leaves: the weights, the history, and how it ended."""

from dataclasses import dataclass
from functools import cached_property

from axone.messages import Message
from axone.parameters import Parameters
from axone.training.checkpoint import Checkpoint
from axone.training.diagnosis import Diagnosis, Evidence, diagnose_evidence
from axone.training.history import History


@dataclass(frozen=True)
class TrainingResult:
    """What a run leaves.

    Attributes
    ----------
    parameters : Parameters
        The best weights if there was validation data (and `restore_best`), else the last ones.
    history : History
    stopped_by : str
        "max_epochs", the name of a stopping rule, "converged" (L-BFGS), "callback", "interrupted",
        "stopped" (by `Run.stop`) or "diverged".
    reason : Message
        The same as a sentence, its code `stopped_by`.
    best_epoch : int
        The epoch of `parameters`.
    steps : int
        Updates made.
    seconds : float
    engine : str
    evidence : Evidence
        What its diagnosis is made of.
    final : Checkpoint
        Where the run stood at its end, the optimiser's memory included: another `fit` takes it as
        `start_from`.
    """

    parameters: Parameters
    history: History
    stopped_by: str
    reason: Message
    best_epoch: int
    steps: int
    seconds: float
    engine: str
    evidence: Evidence
    final: Checkpoint

    @property
    def epochs(self) -> int:
        """Epochs completed."""
        return self.history.epochs

    @property
    def diverged(self) -> bool:
        """Whether a loss, a gradient or an average was no longer a finite number."""
        return self.evidence.divergence is not None

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """What is wrong with the run, most certain first; empty if nothing is.

        Computed when it is first asked for: a look into the network on some of the rows, and where
        the result is poor a comparison with other learners and a few steps at other rates, a second
        or so.
        """
        return diagnose_evidence(self.evidence)
