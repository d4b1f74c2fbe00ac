"""The weights of past epochs, kept sparsely: enough to look back over, and never more than so many.

They are kept as they come until there is no more room; then every other one goes, and from there on
they are kept half as often. However long a run goes on, what is kept of it stays within its bounds
and is spread evenly over it.
"""

from bisect import bisect_right
from dataclasses import dataclass, field

from axone.parameters import Parameters

MOST_BYTES = 48 * 2**20
"""Of the weights of one run."""

MOST_EPOCHS = 240
"""As many as a slider has room for."""

FEWEST_EPOCHS = 8


@dataclass
class Past:
    """What is kept of a run.

    Parameters
    ----------
    bytes_of_one : int
        Of a network's numbers.

    Examples
    --------
    >>> import axone as ax
    >>> network = ax.Network(ax.Dense(1), input_shape=1)
    >>> past = Past(8)
    >>> for epoch in range(1000):
    ...     past.keep(epoch, network.initialize(seed=epoch))
    >>> len(past.epochs) <= 240, past.epochs[:3], past.nearest(501)[0]
    (True, [0, 8, 16], 496)
    """

    bytes_of_one: int
    epochs: list[int] = field(default_factory=list)
    _weights: list[Parameters] = field(default_factory=list, repr=False)
    _apart: int = 1

    @property
    def room(self) -> int:
        """Of how many epochs the weights may be kept."""
        return max(FEWEST_EPOCHS, min(MOST_EPOCHS, MOST_BYTES // max(self.bytes_of_one, 1)))

    @property
    def bytes(self) -> int:
        """Of all that is kept."""
        return self.bytes_of_one * len(self.epochs)

    def is_due(self, epoch: int) -> bool:
        """Say whether the weights after an epoch are to be kept: asked before they are copied."""
        return not self.epochs or epoch >= self.epochs[-1] + self._apart

    def keep(self, epoch: int, weights: Parameters) -> None:
        """Keep the weights after an epoch, if it is time to."""
        if not self.is_due(epoch):
            return
        self.epochs.append(epoch)
        self._weights.append(weights)
        if len(self.epochs) > self.room:
            self.epochs, self._weights = self.epochs[::2], self._weights[::2]
            self._apart = max(2 * self._apart, self._widest())

    def nearest(self, epoch: int) -> tuple[int, Parameters]:
        """Return the last kept epoch that is not after this one, and its weights."""
        place = max(bisect_right(self.epochs, epoch) - 1, 0)
        return self.epochs[place], self._weights[place]

    def _widest(self) -> int:
        return max(b - a for a, b in zip(self.epochs, self.epochs[1:], strict=False))
