"""Long short-term memory: gates decide what a memory takes in, keeps and shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from axone.activations.smooth import logistic
from axone.arrays import FloatArray
from axone.initializers import Constant, Zeros
from axone.layers.cells.cell import GRADIENT_EQUATIONS, Cell, State, gate_parameters, gates_of
from axone.layers.layer import LayerArrays, ParameterSpec, Traced


class LSTMStepCache(NamedTuple):
    """xₜ, hₜ₋₁, cₜ₋₁, the gates iₜ, fₜ, gₜ and oₜ, and cₜ."""

    x: FloatArray
    before: FloatArray
    memory_before: FloatArray
    input_gate: FloatArray
    forget_gate: FloatArray
    candidate: FloatArray
    output_gate: FloatArray
    memory: FloatArray


@dataclass(frozen=True)
class LSTMCell(Cell[LSTMStepCache]):
    """Long short-term memory (Hochreiter & Schmidhuber 1997) with a forget gate (Gers et al. 2000).

    The state is h, which is the output, and a memory c. With the logistic function σ::

        iₜ = σ(Wᵢ·xₜ + Uᵢ·hₜ₋₁ + bᵢ)        how much of the candidate is taken in
        fₜ = σ(W_f·xₜ + U_f·hₜ₋₁ + b_f)     how much of the memory is kept
        gₜ = tanh(W_g·xₜ + U_g·hₜ₋₁ + b_g)  the candidate
        oₜ = σ(Wₒ·xₜ + Uₒ·hₜ₋₁ + bₒ)        how much of the memory is shown
        cₜ = fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ
        hₜ = oₜ ⊙ tanh(cₜ)

    and back, where ∂L/∂cₜ begins as what step t + 1 hands back::

        ∂L/∂cₜ ← ∂L/∂cₜ + ∂L/∂hₜ ⊙ oₜ ⊙ (1 − tanh²(cₜ))
        δo = ∂L/∂hₜ ⊙ tanh(cₜ) ⊙ oₜ ⊙ (1 − oₜ)
        δi = ∂L/∂cₜ ⊙ gₜ ⊙ iₜ ⊙ (1 − iₜ)
        δf = ∂L/∂cₜ ⊙ cₜ₋₁ ⊙ fₜ ⊙ (1 − fₜ)
        δg = ∂L/∂cₜ ⊙ iₜ ⊙ (1 − gₜ²)
        ∂L/∂cₜ₋₁ = ∂L/∂cₜ ⊙ fₜ

    With δ the four below one another, W (4·units, features), U (4·units, units), b (4·units,):
    ∂L/∂W = Σₜ δₜ·xₜᵀ, ∂L/∂U = Σₜ δₜ·hₜ₋₁ᵀ, ∂L/∂b = Σₜ δₜ, ∂L/∂xₜ = Wᵀ·δₜ, ∂L/∂hₜ₋₁ = Uᵀ·δₜ.

    Parameters
    ----------
    units : int
        Length of h and of c.
    """

    state_arrays: ClassVar[int] = 2
    gradient_equations: ClassVar[Mapping[str, str]] = GRADIENT_EQUATIONS

    @property
    def equation(self) -> str:
        return "hₜ = oₜ ⊙ tanh(cₜ)"

    def parameters(self, features: int) -> tuple[ParameterSpec, ...]:
        # A memory that is kept at first lets the gradient reach far back (Jozefowicz, Zaremba &
        # Sutskever 2015); at 0 half of it would be forgotten at every step.
        biases = [Zeros(), Constant(1.0), Zeros(), Zeros()]
        return gate_parameters(self.units, features, biases)

    def step(
        self, parameters: LayerArrays, x: FloatArray, state: State
    ) -> tuple[State, LSTMStepCache]:
        before, memory_before = state
        z = x @ parameters["weight"].T + before @ parameters["recurrent_weight"].T
        z_i, z_f, z_g, z_o = gates_of(z + parameters["bias"], self.units)
        i, f, g, o = logistic(z_i), logistic(z_f), np.tanh(z_g), logistic(z_o)
        memory = f * memory_before + i * g
        h = o * np.tanh(memory)
        return (h, memory), LSTMStepCache(x, before, memory_before, i, f, g, o, memory)

    def step_back(
        self, parameters: LayerArrays, cache: LSTMStepCache, d_state: State
    ) -> tuple[FloatArray, State, dict[str, FloatArray]]:
        d_memory, *deltas = self._deltas(cache, d_state)
        delta = np.concatenate(deltas, axis=1)
        gradients = {
            "weight": delta.T @ cache.x,
            "recurrent_weight": delta.T @ cache.before,
            "bias": delta.sum(axis=0),
        }
        before = (delta @ parameters["recurrent_weight"], d_memory * cache.forget_gate)
        return delta @ parameters["weight"], before, gradients

    def trace(self, cache: LSTMStepCache) -> tuple[Traced, ...]:
        return (
            Traced("i", "iₜ = σ(Wᵢ·xₜ + Uᵢ·hₜ₋₁ + bᵢ)", cache.input_gate),
            Traced("f", "fₜ = σ(W_f·xₜ + U_f·hₜ₋₁ + b_f)", cache.forget_gate),
            Traced("g", "gₜ = tanh(W_g·xₜ + U_g·hₜ₋₁ + b_g)", cache.candidate),
            Traced("o", "oₜ = σ(Wₒ·xₜ + Uₒ·hₜ₋₁ + bₒ)", cache.output_gate),
            Traced("c", "cₜ = fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ", cache.memory),
        )

    def trace_back(
        self, parameters: LayerArrays, cache: LSTMStepCache, d_state: State
    ) -> tuple[Traced, ...]:
        d_memory, delta_i, delta_f, delta_g, delta_o = self._deltas(cache, d_state)
        return (
            Traced("∂L/∂c", "∂L/∂cₜ = ∂L/∂cₜ₊₁ ⊙ fₜ₊₁ + ∂L/∂hₜ ⊙ oₜ ⊙ (1 − tanh²(cₜ))", d_memory),
            Traced("δi", "δi = ∂L/∂cₜ ⊙ gₜ ⊙ iₜ ⊙ (1 − iₜ)", delta_i),
            Traced("δf", "δf = ∂L/∂cₜ ⊙ cₜ₋₁ ⊙ fₜ ⊙ (1 − fₜ)", delta_f),
            Traced("δg", "δg = ∂L/∂cₜ ⊙ iₜ ⊙ (1 − gₜ²)", delta_g),
            Traced("δo", "δo = ∂L/∂hₜ ⊙ tanh(cₜ) ⊙ oₜ ⊙ (1 − oₜ)", delta_o),
        )

    def _deltas(self, cache: LSTMStepCache, d_state: State) -> tuple[FloatArray, ...]:
        """Return ∂L/∂cₜ and the δ of the gates i, f, g and o."""
        dh, d_memory = d_state
        i, f, g, o = cache.input_gate, cache.forget_gate, cache.candidate, cache.output_gate
        shown = np.tanh(cache.memory)
        d_memory = d_memory + dh * o * (1 - shown**2)
        return (
            d_memory,
            d_memory * g * i * (1 - i),
            d_memory * cache.memory_before * f * (1 - f),
            d_memory * i * (1 - g**2),
            dh * shown * o * (1 - o),
        )
