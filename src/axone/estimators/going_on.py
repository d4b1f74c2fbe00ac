"""Fits that go on from the one before, as scikit-learn means `warm_start`.

The weights of the last fit are where this one begins: the network must be the same, and so must
classes. What was learnt of the rows before training, such as their scale, stays.
"""

from typing import Any

from numpy.typing import NDArray

from axone.messages import _
from axone.model import Model
from axone.network import Network
from axone.random import RandomStream


def begun_from(estimator: Any) -> Model | None:
    """Return the model that a fit goes on from; None where it begins anew."""
    return getattr(estimator, "model_", None) if estimator.warm_start else None


def require_same_network(network: Network, fitted: Network) -> None:
    """Refuse weights of other layers.

    Raises
    ------
    ValueError
        The layers have changed.
    """
    if network.layout.shapes != fitted.layout.shapes:
        raise ValueError(
            _(
                "A warm start goes on with the same network, but its layers have changed "
                "since the last fit: set warm_start=False to begin anew."
            )
        )


def require_same_classes(given: NDArray[Any], before: NDArray[Any]) -> None:
    """Refuse targets that a warm start cannot go on with.

    Raises
    ------
    ValueError
        Other classes than before.
    """
    if set(given) != set(before):
        raise ValueError(
            _(
                "warm_start can only be used where `y` has the same classes as in the "
                "previous call to fit. Previously got {before}, `y` has {classes}",
                before=before,
                classes=given,
            )
        )


def later_seed(seed: int, epochs: int) -> int:
    """Return the seed of a fit after so many epochs: other shuffles and masks than before."""
    return RandomStream.from_seed(seed).child(epochs + 1).key % 2**31
