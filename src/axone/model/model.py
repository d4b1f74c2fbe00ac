"""A trained model: networks, weights, preprocessing and the meaning of their outputs."""

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from axone.activations import Sigmoid, Softmax
from axone.arrays import BoolArray, DType, FloatArray
from axone.calibration import find_spread, find_temperature
from axone.checks import check_choice, check_number
from axone.data import Examples, Preprocessing
from axone.engines import NotBuiltError, Plan, Recipe, UnsupportedError, get_engine
from axone.engines.native import NativePlan
from axone.errors import ConfigurationError, DataError
from axone.losses import Head, Loss, MeanSquaredError
from axone.messages import _
from axone.model.generating import generate_texts, log_probabilities
from axone.model.targets import Classes, Inputs, NextCharacter, Numbers, Target
from axone.network import Network
from axone.optimizers import SGD
from axone.parameters import Parameters

_TINY = 1e-12
"""The smallest probability whose logarithm is taken, as in the losses."""


@dataclass(frozen=True)
class Model:
    """Everything that turns raw rows into predictions.

    Attributes
    ----------
    network : Network
    members : tuple of Parameters
        The weights: of one network, or of several of the same layers whose outputs are averaged.
    loss : Loss
        That it was trained with, for `evaluate`.
    preprocessing : Preprocessing
        From raw rows to the network's inputs.
    target : Target
        From the network's outputs to predictions.
    temperature : float, default 1
        What the logits are divided by before they become probabilities; see `calibrated`.
    engine : {"auto", "native", "reference"}, default "auto"
        That it was trained on, and predicts on: the reference engine stands in for the compiled one
        where that is not installed or not able.
    precision : {"float32", "float64"}, optional
        In which predictions are computed; by default that of the weights.

    Raises
    ------
    ConfigurationError
        No members; a temperature that is not above 0, or is another than 1 where there are no
        probabilities; an engine or precision of no such name.
    """

    network: Network
    members: tuple[Parameters, ...]
    loss: Loss
    preprocessing: Preprocessing
    target: Target
    temperature: float = 1.0
    engine: str = "auto"
    precision: DType | None = None

    def __post_init__(self) -> None:
        if not self.members:
            raise ConfigurationError(_("A model needs the parameters of at least one network."))
        check_choice("engine", self.engine, ("auto", "native", "reference"))
        if self.precision is not None:
            check_choice("precision", self.precision, ("float32", "float64"))
        check_number("temperature", self.temperature, above=0)
        if self.temperature != 1 and self.target.task != "classification":
            raise ConfigurationError(
                _("A model of numbers has no probabilities, and no temperature.")
            )

    @property
    def parameters(self) -> Parameters:
        """The weights of the first network: all of them, where there is one."""
        return self.members[0]

    @property
    def dtype(self) -> DType:
        """The precision in which predictions are computed."""
        if self.precision is not None:
            return self.precision
        return "float64" if self.parameters.vector.dtype == np.float64 else "float32"

    def outputs(self, X: Any, mask: BoolArray | None = None) -> FloatArray:
        """Return the networks' mean outputs for raw rows: an array, or a table of named columns."""
        if mask is None and self.network.takes_masks:
            mask = self.preprocessing.mask(X)
        return self.forward(self.preprocessing.transform(X, self.dtype), mask)

    def forward(self, inputs: FloatArray, mask: BoolArray | None = None) -> FloatArray:
        """Return the networks' mean outputs for rows as they take them, already scaled."""
        if self.temperature == 1:
            return self._mean_outputs(inputs, mask)
        _, activation = self.network.split_output()
        return activation.value(self._cooled(self.logits(inputs, mask)))

    def logits(self, inputs: FloatArray, mask: BoolArray | None = None) -> FloatArray:
        """Return what the output activation would be given, before the temperature.

        Of several networks: that which gives their mean probabilities.
        """
        if len(self.members) == 1:
            plan = self._to_the_logits.for_rows(mask)
            return plan.predict(self._weights()[0], self._checked(inputs), mask)
        _, activation = self.network.split_output()
        p = np.maximum(self._mean_outputs(inputs, mask), _TINY)
        if isinstance(activation, Sigmoid):
            return np.asarray(np.log(p) - np.log(np.maximum(1 - p, _TINY)))
        return np.asarray(np.log(p))

    def _mean_outputs(self, inputs: FloatArray, mask: BoolArray | None) -> FloatArray:
        inputs, plan = self._checked(inputs), self._to_the_end.for_rows(mask)
        each = [plan.predict(parameters, inputs, mask) for parameters in self._weights()]
        return each[0] if len(each) == 1 else np.asarray(np.mean(each, axis=0))

    def _checked(self, inputs: FloatArray) -> FloatArray:
        """Return inputs as the engine takes them."""
        X = self.network.check_examples(inputs)
        dtype = X.dtype if self.preprocessing.layout.tokens else self.dtype
        return np.ascontiguousarray(X, dtype=dtype)

    def _weights(self) -> list[Parameters]:
        """Return the members' weights in the precision in which they are computed with."""
        dtype = self.dtype
        return [m if m.vector.dtype == dtype else m.astype(dtype) for m in self.members]

    @cached_property
    def _to_the_end(self) -> "_Plans":
        return _Plans(Recipe(self.network, self.loss, SGD(), dtype=self.dtype), self.engine)

    @cached_property
    def _to_the_logits(self) -> "_Plans":
        body, _ = self.network.split_output()
        network = Network(*body, input_shape=self.network.input_shape)
        return _Plans(Recipe(network, MeanSquaredError(), SGD(), dtype=self.dtype), self.engine)

    def __getstate__(self) -> dict[str, Any]:
        # What is compiled stays behind: a copy, in another process perhaps, compiles its own.
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def _cooled(self, logits: FloatArray) -> FloatArray:
        return logits / logits.dtype.type(self.temperature)

    def calibrated(self, inputs: FloatArray, y: Any, mask: BoolArray | None = None) -> "Model":
        """Return the model with the probabilities or quantiles that are most honest.

        Parameters
        ----------
        inputs : array of shape (m, ...)
            Rows as the network takes them, best of all those that decided when to stop training.
        y : array of int, shape (m,), or of numbers, (m,) or (m, n)
            Their class numbers, or what is predicted, in its own units.
        mask : array of bool, shape (m, length), optional
            As of `predict`.

        Returns
        -------
        Model
            Of classes with the `temperature` of the least log loss on those rows (Guo et al. 2017),
            which `find_temperature` describes. Of several quantiles with the target's `spread`, by
            which their levels hold on those rows, which `find_spread` describes. The predicted
            classes or numbers stay the same.

        Raises
        ------
        DataError
            The model predicts single numbers, or there is no row to learn from.
        """
        if isinstance(self.target, Numbers) and self.target.levels:
            if not len(inputs):
                raise DataError(_("There are no rows to calibrate on."))
            said = replace(self.target, spread=()).quantiles(self.forward(inputs, mask))
            truth = np.asarray(y, dtype=np.float64).reshape(said.shape[:-1])
            spread = find_spread(truth, said, self.target.levels)
            return replace(self, target=replace(self.target, spread=spread))
        self._classes()
        return replace(self, temperature=find_temperature(self.logits(inputs, mask), y))

    @property
    def has_probabilities(self) -> bool:
        """Whether its outputs are probabilities of classes: not of numbers, nor a perceptron's."""
        ending = self.network.split_output()[1]
        return self.target.task == "classification" and isinstance(ending, Sigmoid | Softmax)

    def _classes(self) -> Classes | NextCharacter:
        """Return the target, if the outputs are probabilities of its classes."""
        if isinstance(self.target, Classes | NextCharacter) and self.has_probabilities:
            return self.target
        raise DataError(
            _("This model predicts numbers, not classes: it has no probabilities.")
            if self.target.task == "regression"
            else _("This model predicts classes alone: it has no probabilities.")
        )

    def predict_proba(self, X: Any, mask: BoolArray | None = None) -> FloatArray:
        """Return the probability of every class, (m, classes).

        Parameters
        ----------
        X : array or table of m rows
        mask : array of bool, shape (m, length), optional
            Which positions of a signal or sequence are there; all if left out.

        Raises
        ------
        DataError
            The model has no probabilities: it predicts numbers, or is a perceptron's.
        """
        return self._classes().probabilities(self.outputs(X, mask))

    def predict(self, X: Any, mask: BoolArray | None = None) -> Any:
        """Return classes (m,), zeros and ones for several labels, or numbers in their own units.

        Parameters
        ----------
        X : array or table of m rows
        mask : array of bool, shape (m, length), optional
            Which positions of a signal or sequence are there; all if left out.
        """
        if isinstance(self.target, Inputs):
            return self.anomaly_scores(X)
        return self.target.decode(self.outputs(X, mask))

    def predict_quantiles(self, X: Any, mask: BoolArray | None = None) -> FloatArray:
        """Return the quantiles of every number, (m, levels) or (m, n_outputs, levels), rising.

        Parameters
        ----------
        X : array or table of m rows
        mask : array of bool, shape (m, length), optional
            As of `predict`.

        Raises
        ------
        DataError
            The model was not trained to predict several quantiles: `Quantile`.
        """
        if not isinstance(self.target, Numbers):
            raise DataError(_("This model predicts classes, and no quantiles."))
        return self.target.quantiles(self.outputs(X, mask))

    def reconstruct(self, X: Any) -> FloatArray:
        """Return rows as an autoencoder gives them back, (m, …): as the network takes them, scaled.

        Raises
        ------
        DataError
            The model is no autoencoder.
        """
        self._require_autoencoder()
        return self.target.decode(self.outputs(X))

    def encode(self, X: Any) -> FloatArray:
        """Return the code of rows, (m, n): the numbers that an autoencoder makes all others of.

        They are what its layer named ``"code"`` gives, or the narrowest one if none has that name.
        Of a model that is none, what its narrowest layer gives below the output: features that may
        serve another model.
        """
        return self.codes(self.preprocessing.transform(X, self.dtype))

    def codes(self, inputs: FloatArray) -> FloatArray:
        """Return the code of rows as the network takes them; see `encode`."""
        inputs = self._checked(inputs)
        network, parameters = self.network, self._weights()[0]
        depth = code_depth(network)
        encoder = Network(*network.layers[:depth], input_shape=network.input_shape)
        size, buffers = encoder.layout.size, encoder.layout.buffer_size
        weights = Parameters(encoder.layout, parameters.vector[:size], parameters.buffers[:buffers])
        recipe = Recipe(encoder, MeanSquaredError(), SGD(), dtype=self.dtype)
        codes = _Plans(recipe, self.engine).for_rows(None).predict(weights, inputs)
        return codes.reshape(len(codes), -1)

    def anomaly_scores(self, X: Any) -> FloatArray:
        """Return how far each row is from its reconstruction: 1/n·Σᵢ(xᵢ − x̂ᵢ)², (m,).

        In the scaled units that the network takes, so that no feature counts for more because of
        its unit. What an autoencoder has seen often it gives back well; a row unlike those that it
        was trained on has a large score (Hinton & Salakhutdinov 2006; Sakurada & Yairi 2014).

        Raises
        ------
        DataError
            The model is no autoencoder.
        """
        self._require_autoencoder()
        inputs = self.preprocessing.transform(X, self.dtype)
        return reconstruction_errors(inputs, self.forward(inputs))

    def _require_autoencoder(self) -> None:
        if not isinstance(self.target, Inputs):
            raise DataError(
                _(
                    "This model is no autoencoder: it gives no rows back. Train one with the "
                    "preset autoencoder."
                )
            )

    def generate(
        self,
        count: int = 10,
        *,
        temperature: float = 1.0,
        start: str = "",
        of_class: str | None = None,
        longest: int | None = None,
        seed: int = 0,
    ) -> list[str]:
        """Make texts up, a character at a time, drawn by softmax(ln p / T).

        p are the probabilities that the network gives to every character, and to the end, after
        the text so far: from T = 1 they are what was learnt; a lower T brings the usual forward, a
        higher one the rare (Ackley, Hinton & Sejnowski 1985; Graves 2013, section 2).

        Parameters
        ----------
        count : int, default 10
            How many; the first of more are the same.
        temperature : float, default 1
            T, above 0.
        start : str, optional
            What every text begins with.
        of_class : str, optional
            Of which class the texts are to be, where they were of classes: its name, or a beginning
            that no other has. By default as many of each as there were in training.
        longest : int, optional
            Characters at which a text is cut; by default those of the longest one in training.
        seed : int, default 0
            Decides the texts.

        Raises
        ------
        DataError
            The model is no generator, or knows some character of `start` not.
        UnknownNameError
            There is no such class.

        Examples
        --------
        >>> import axone as ax
        >>> names = ax.Experiment.in_memory({"data": {"task": "generation"}})
        >>> model = names.run(dataset=["Anna", "Annika", "Hanna", "Johanna", "Marianna"] * 4).model
        >>> made = model.generate(5, temperature=0.5, start="An", seed=1)
        >>> len(made), all(text.startswith("An") for text in made)
        (5, True)
        """
        made = generate_texts(
            self,
            count,
            temperature=temperature,
            start=start,
            of_class=of_class,
            longest=longest,
            seed=seed,
        )
        return [each.text for each in made]

    def log_probabilities(
        self, texts: Any, of_class: Sequence[str] | str | None = None
    ) -> FloatArray:
        """Return how probable a generator holds texts, (m,): Σₜ ln p(xₜ | x₁…xₜ₋₁), end included.

        Parameters
        ----------
        texts : array or list of m texts, or a table with one column of text
        of_class : str, or sequence of m str, optional
            Given that they are of that class, where texts are of classes; by default over all of
            them: ln Σ_c p(c)·p(text | c).

        Raises
        ------
        DataError
            The model is no generator, or knows some character not.
        """
        return log_probabilities(self, texts, of_class)

    def evaluate(
        self, inputs: FloatArray, target: FloatArray, mask: BoolArray | None = None
    ) -> tuple[float, FloatArray]:
        """Return the mean loss and the outputs for rows as the network learns them."""
        prepared = self.loss.prepare(target, self.network.output_shape, self.dtype)
        if self.temperature == 1 and len(self.members) == 1:
            plan = self._to_the_end.for_rows(mask)
            examples = Examples(self._checked(inputs), prepared, mask=mask)
            return plan.evaluate(self._weights()[0], examples)
        outputs = self.forward(inputs, mask)
        if self.target.task == "classification":
            head = Head(self.network.split_output()[1], self.loss)
            rows = head.rows(self._cooled(self.logits(inputs, mask)), outputs, prepared)
        else:
            rows = self.loss.rows(outputs, prepared) * self.loss.scale
        return float(rows.mean()), outputs

    def in_units(self, outputs: FloatArray) -> FloatArray:
        """Return a regression's outputs in the target's own units; one column is squeezed."""
        return self.target.decode(outputs)


def reconstruction_errors(inputs: FloatArray, outputs: FloatArray) -> FloatArray:
    """Return the mean square of what is left between rows and their reconstructions, (m,)."""
    rows = len(inputs)
    left = inputs.reshape(rows, -1).astype(np.float64) - outputs.reshape(rows, -1)
    return np.asarray((left**2).mean(axis=1))


def code_depth(network: Network) -> int:
    """Return how many layers lead to the code: that of this name, or the narrowest one.

    Of equally narrow ones the last, so that an activation or normalisation is of the code; the
    output is no code.

    Examples
    --------
    >>> import axone as ax
    >>> layers = [ax.Dense(8, "relu"), ax.Dense(2), ax.Dense(8, "relu"), ax.Dense(20)]
    >>> code_depth(ax.Network(*layers, input_shape=20))
    2
    """
    if "code" in network.layer_names:
        return network.layers_up_to("code")
    sizes = [math.prod(shape) for shape in network.shapes[:-1]] or [math.prod(network.shapes[-1])]
    return len(sizes) - int(np.argmin(sizes[::-1]))


class _Plans:
    """What predicts, compiled when it is first asked for: that costs more than a row's prediction.

    That an engine lacks something was told when it was to train.
    """

    def __init__(self, recipe: Recipe, engine: str) -> None:
        self._recipe, self._engine = recipe, engine

    def for_rows(self, mask: BoolArray | None) -> Plan:
        """Return the fastest plan for rows with that mask, which not all layers know everywhere."""
        fastest = self._fastest
        if mask is None or not isinstance(fastest, NativePlan) or fastest.takes_mask(mask):
            return fastest
        return self._reference

    @cached_property
    def _fastest(self) -> Plan:
        if self._engine != "reference":
            with contextlib.suppress(NotBuiltError, UnsupportedError):
                return get_engine("native").compile(self._recipe)
        return self._reference

    @cached_property
    def _reference(self) -> Plan:
        return get_engine("reference").compile(self._recipe)
