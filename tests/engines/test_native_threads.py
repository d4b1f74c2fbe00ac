"""How many threads there are changes no bit, and how many there are is asked for or measured."""

import pytest
from tests.engines.agreement import rows_for

import axone as ax
from axone.data import Examples
from axone.engines import Recipe
from axone.engines.native import NativeEngine
from axone.engines.native.plan import default_threads
from axone.engines.native.variants import NotBuiltError, load_variant
from axone.errors import ConfigurationError
from axone.losses import LOSSES
from axone.processors import processors

try:
    load_variant()
except NotBuiltError as error:
    pytest.skip(str(error), allow_module_level=True)


class TestThreads:
    def fitted(self, threads, rows=600, units=300):
        network = ax.Network(
            ax.Dense(units, "relu"),
            ax.Dropout(0.2),
            ax.Dense(units, "tanh"),
            ax.Dense(3, "softmax"),
            input_shape=70,
        )
        recipe = Recipe(network, LOSSES.resolve("cce"), ax.Adam(), batch_size=64, seed=1)
        X, target, _ = rows_for(recipe, rows, 1)
        plan = NativeEngine(threads).compile(recipe)
        state = plan.start(network.initialize(1))
        plan.session(state, Examples(X, target), 4).advance(epochs=4)
        return state

    def test_their_number_changes_no_bit(self):
        alone = self.fitted(1)
        for threads in (2, 3, 5):
            assert self.fitted(threads).parameters.vector.tobytes() == (
                alone.parameters.vector.tobytes()
            )

    def test_the_environment_sets_their_number(self, monkeypatch):
        monkeypatch.setenv("AXONE_THREADS", "3")
        assert default_threads(1) == default_threads(10**12) == 3
        monkeypatch.setenv("AXONE_THREADS", "many")
        with pytest.raises(ConfigurationError, match=r"AXONE_THREADS must be .* found 'many'"):
            default_threads(1)

    def test_small_steps_have_one(self, monkeypatch):
        monkeypatch.delenv("AXONE_THREADS", raising=False)
        assert default_threads(1000) == 1
        assert default_threads(10**12) == processors()

    def test_a_number_that_is_none_is_refused(self):
        with pytest.raises(ConfigurationError, match="threads must be at least 1"):
            NativeEngine(0)
