"""PyTorch as an engine: predictions, losses and gradients of a recipe, by its own modules.

It is an oracle and a yardstick: every call translates the network anew, so that a plan holds no
numbers and any number of threads may use it at once. Training with it is `axone compare`'s.
"""

from typing import Any

import numpy as np
import torch

from axone.arrays import FloatArray
from axone.data.examples import Examples
from axone.engines.engine import refuse_obstacles
from axone.engines.recipe import Recipe
from axone.engines.torch.modules import GivenNumbers
from axone.engines.torch.obstacles import obstacles
from axone.engines.torch.translation import Translated, criterion_of, load, translate
from axone.errors import ConfigurationError
from axone.messages import Message, _
from axone.parameters import Parameters
from axone.random import NOISE, RandomStream

_EVALUATION_ROWS = 4096


class TorchEngine:
    """Computes what a recipe describes with PyTorch, on the processor."""

    name = "torch"

    def obstacles(self, recipe: Recipe) -> tuple[Message, ...]:
        """Say what in the recipe is beyond PyTorch, a sentence each; nothing if it is able."""
        return tuple(
            _("PyTorch cannot be given {thing}.", thing=each) for each in obstacles(recipe)
        )

    def compile(self, recipe: Recipe) -> "TorchPlan":
        """Return a plan for this recipe.

        Raises
        ------
        UnsupportedError
            There are `obstacles`.
        """
        refuse_obstacles(self.obstacles(recipe))
        return TorchPlan(recipe)


class TorchPlan:
    """A recipe that PyTorch can compute; see `axone.engines.Engine`.

    Parameters
    ----------
    recipe : Recipe
    """

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self._body, self._activation = recipe.network.split_output()
        criterion = criterion_of(self._activation, recipe.loss, recipe.dtype)
        assert criterion is not None  # noqa: S101 — an obstacle otherwise
        self._criterion = criterion

    def predict(self, parameters: Parameters, X: FloatArray, mask: Any = None) -> FloatArray:
        """Return ŷ for all rows, nothing random."""
        _refuse_mask(mask)
        whole = self._translated(self.recipe.network.layers, parameters)
        return self._forward(whole, X)

    def evaluate(self, parameters: Parameters, examples: Examples) -> tuple[float, FloatArray]:
        """Return the mean loss, penalties apart, and ŷ, nothing random."""
        _refuse_mask(examples.mask)
        body = self._translated(self._body, parameters)
        total, weights = 0.0, 0.0
        body.module.eval()
        with torch.no_grad():
            for chunk in examples.chunks(self._rows_together):
                losses = self._row_losses(body.module(torch.from_numpy(chunk.X)), chunk)
                weight = np.ones(len(chunk)) if chunk.weight is None else chunk.weight
                total += float(np.dot(losses.numpy(), weight))
                weights += float(weight.sum())
        return total / weights, self.predict(parameters, examples.X)

    def loss_and_gradient(
        self, parameters: Parameters, examples: Examples, step: int
    ) -> tuple[float, Parameters]:
        """Return the loss of one batch, penalty included, and its unclipped gradient.

        `step` (from 1) chooses the dropout masks.
        """
        _refuse_mask(examples.mask)
        recipe = self.recipe
        body = self._translated(self._body, parameters)
        noise = RandomStream.from_seed(recipe.seed).child(NOISE)
        for module in body.module.modules():
            if isinstance(module, GivenNumbers):
                module.draw(noise, step, [len(examples)])
        body.module.train()
        losses = self._row_losses(body.module(torch.from_numpy(examples.X)), examples)
        loss = losses.mean()
        if examples.weight is not None:
            weight = torch.from_numpy(examples.weight)
            loss = torch.dot(losses, weight) / weight.sum()
        loss.backward()
        trained = [slot.name for slot in recipe.network.layout.slots if slot.spec.trainable]
        gradients = {name: body.arrays[name].grad for name in trained}
        gradient = parameters.zeros_like().replaced(
            {name: array.numpy() for name, array in gradients.items() if array is not None}
        )
        value, rows = float(loss.detach()), len(examples)
        if recipe.penalty:
            weights = recipe.network.layout.penalised_mask(recipe.dtype)
            value += recipe.penalty.value(parameters.vector, weights, rows)
            recipe.penalty.add_gradient(gradient.vector, parameters.vector, weights, rows)
        return value, gradient

    @property
    def _rows_together(self) -> int:
        return self.recipe.network.rows_together(_EVALUATION_ROWS)

    def _translated(self, layers: Any, parameters: Parameters) -> Translated:
        translated = translate(layers, self.recipe.network.input_shape, self.recipe.dtype)
        load(translated, parameters)
        return translated

    def _forward(self, translated: Translated, X: FloatArray) -> FloatArray:
        translated.module.eval()
        together = self._rows_together
        with torch.no_grad():
            chunks = [
                translated.module(torch.from_numpy(X[start : start + together])).numpy()
                for start in range(0, len(X), together)
            ]
        return np.concatenate(chunks)

    def _row_losses(self, logits: Any, examples: Examples) -> Any:
        losses = self._criterion(logits, torch.from_numpy(examples.target), "none")
        return losses.reshape(len(examples), -1).mean(dim=1)


def _refuse_mask(mask: Any) -> None:
    if mask is not None:
        raise ConfigurationError(_("PyTorch's engine takes no masks: choose the reference engine."))
