"""The eight networks that are trained, from iris to two layers of 1024 units, and their rows.

The rows are drawn, not real: what a step costs depends on shapes alone, and so no dataset is
needed. A number of rows is a multiple of the batch size, so that every step is of the same shape.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = tuple[NDArray[np.float32], NDArray[np.int64]]

LEARNING_RATE = 1e-3
"""Of Adam, with β₁ 0.9, β₂ 0.999 and ε 1e-8, for every workload and opponent."""


@dataclass(frozen=True)
class Workload:
    """A network of ReLU layers with a softmax at its end, and how long it is trained.

    Attributes
    ----------
    name : str
    sizes : tuple of int
        Units of every layer, the inputs first.
    batch_size, rows, epochs : int
        Epochs are chosen so that the slowest opponent's fit takes one or two seconds.
    """

    name: str
    sizes: tuple[int, ...]
    batch_size: int
    rows: int
    epochs: int

    @property
    def label(self) -> str:
        """The name with the shapes."""
        return f"{self.name} {'-'.join(map(str, self.sizes))} b{self.batch_size}"

    @property
    def steps(self) -> int:
        """Updates of a whole fit."""
        return self.epochs * (self.rows // self.batch_size)

    @property
    def flops(self) -> int:
        """Floating-point operations of a step's matrix products.

        2·batch·(3·weights − first layer's weights): forward, gradient of the weights and gradient
        of the inputs, which the first layer does not need.
        """
        weights = [before * after for before, after in pairwise(self.sizes)]
        return 2 * self.batch_size * (3 * sum(weights) - weights[0])

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return sum((before + 1) * after for before, after in pairwise(self.sizes))

    def draw_rows(self) -> "Rows":
        """Draw normal features and the classes that a random linear map gives them.

        Returns
        -------
        X : array of shape (rows, sizes[0]), float32
        y : array of shape (rows,), int64
        """
        import numpy as np

        random = np.random.default_rng(0)
        X = random.standard_normal((self.rows, self.sizes[0]), dtype=np.float32)
        teacher = random.standard_normal((self.sizes[0], self.sizes[-1]), dtype=np.float32)
        return X, (X @ teacher).argmax(axis=1)

    def shortened(self) -> "Workload":
        """Return the same network trained a quarter as long, for a quick look."""
        return replace(self, epochs=max(1, self.epochs // 4))


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("iris", (4, 16, 32, 3), 10, 150, 120),
        Workload("cancer", (30, 16, 32, 2), 5, 565, 16),
        Workload("digits", (64, 32, 64, 10), 10, 1790, 10),
        Workload("covtype", (54, 16, 32, 7), 10, 6000, 3),
        Workload("fraud", (30, 256, 128, 2), 128, 12800, 10),
        Workload("mnist", (784, 128, 64, 10), 32, 9600, 3),
        Workload("digits-wide", (64, 512, 256, 10), 5, 1790, 2),
        Workload("large", (784, 1024, 1024, 10), 256, 5120, 2),
    )
}
SMALLEST = sorted(WORKLOADS, key=lambda name: WORKLOADS[name].flops)[:4]
"""Names of the four networks with the cheapest steps, where overheads decide."""
