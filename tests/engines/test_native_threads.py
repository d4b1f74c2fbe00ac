"""Threads change no bit, disturb nobody, and end no process, however many there can be."""

import subprocess
import sys
import textwrap
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.agreement import recipes, rows_for

import axone as ax
from axone.data import Examples
from axone.engines import NotBuiltError, Recipe
from axone.engines.native import NativeEngine
from axone.engines.native.plan import default_threads
from axone.engines.native.session import NativeSession
from axone.engines.native.variants import load_variant
from axone.engines.native.workspaces import Borrowed
from axone.errors import ConfigurationError
from axone.losses import LOSSES
from axone.penalties import Clipping
from axone.processors import processors

try:
    load_variant()
except NotBuiltError as error:
    pytest.skip(str(error), allow_module_level=True)


def trained_by_a_team(recipe, rows, threads, weighted=False, epochs=2, mask=None):
    """Train with so many threads at every step, whether that is faster or not."""
    examples = Examples(*rows_for(recipe, rows, 1, weighted), mask)
    plan = NativeEngine().compile(recipe)
    state = plan.start(recipe.network.initialize(recipe.seed, recipe.dtype))
    size = recipe.batch_rows(rows)
    workspace = plan.compiled.workspace(size, size, threads, threads_forced=True)
    hits = plan.compiled.hit_counts
    borrowed = Borrowed(workspace, deque())
    session = NativeSession(recipe, borrowed, hits, state, examples, epochs)
    reports = session.advance(epochs=epochs).reports
    assert session.threads_used == threads
    vectors = [state.parameters.vector, state.parameters.buffers, *state.slots.values()]
    measured = [reports.loss, reports.penalty, reports.gradient_norms, reports.hits]
    return [array.tobytes() for array in (*vectors, *measured)]


class TestTheirNumberChangesNoBit:
    def test_where_the_gradient_is_clipped_by_its_norm(self):
        network = ax.Network(
            ax.Dense(257, "relu"), ax.Dense(128, "tanh"), ax.Dense(10, "softmax"), input_shape=300
        )
        recipe = Recipe(
            network,
            LOSSES.resolve("cce"),
            ax.SGD(0.1),
            batch_size=64,
            clipping=Clipping(norm=0.05),
            dtype="float64",
        )
        alone = trained_by_a_team(recipe, 200, 1)
        for threads in (2, 3, 5):
            assert trained_by_a_team(recipe, 200, threads) == alone

    @settings(max_examples=40)
    @given(
        recipe=st.sampled_from(["float32", "float64"]).flatmap(recipes),
        rows=st.integers(2, 90),
        weighted=st.booleans(),
    )
    def test_whatever_the_layers_loss_penalties_and_clips(self, recipe, rows, weighted):
        alone = trained_by_a_team(recipe, rows, 1, weighted)
        assert trained_by_a_team(recipe, rows, 2, weighted) == alone
        assert trained_by_a_team(recipe, rows, 3, weighted) == alone

    def test_of_a_trainer_which_chooses_by_itself(self):
        network = ax.Network(ax.Dense(300, "relu"), ax.Dense(3, "softmax"), input_shape=70)
        recipe = Recipe(network, LOSSES.resolve("cce"), ax.Adam(), batch_size=64, seed=1)
        examples, ends = Examples(*rows_for(recipe, 600, 1)), set()
        for threads in (1, 2, 3):
            plan = NativeEngine(threads).compile(recipe)
            state = plan.start(network.initialize(1))
            plan.session(state, examples, 4).advance(epochs=4)
            ends.add(state.parameters.vector.tobytes())
        assert len(ends) == 1


class TestSeveralAtOnce:
    network = ax.Network(ax.Dense(24, "relu"), ax.Dense(3, "softmax"), input_shape=12)

    def rows(self, count=400):
        random = np.random.default_rng(0)
        return random.normal(size=(count, 12)), random.integers(0, 3, count)

    def trainer(self):
        return ax.Trainer(
            self.network, loss="cce", optimizer="adam", batch_size=8, engine="native", seed=5
        )

    def test_six_fits_of_one_trainer_are_each_as_one_alone(self):
        trainer, rows = self.trainer(), self.rows()
        alone = trainer.fit(rows, max_epochs=20).parameters.vector.tobytes()
        with ThreadPoolExecutor(6) as pool:
            fits = [pool.submit(trainer.fit, rows, max_epochs=20) for _ in range(12)]
            assert {fit.result().parameters.vector.tobytes() for fit in fits} == {alone}

    def test_predictions_by_eight_threads_are_those_of_one(self):
        plan = NativeEngine().compile(self.trainer().recipe)
        several = [self.network.initialize(seed) for seed in range(8)]
        X = self.rows()[0].astype("float32")
        wanted = [plan.predict(parameters, X).tobytes() for parameters in several]

        def predicted(number):
            return [plan.predict(several[number], X).tobytes() for _ in range(20)]

        with ThreadPoolExecutor(8) as pool:
            for number, found in enumerate(pool.map(predicted, range(8))):
                assert set(found) == {wanted[number]}

    def test_predicting_in_a_callback_disturbs_no_training(self):
        rows, trainer = self.rows(), self.trainer()
        X = rows[0].astype("float32")
        other = self.network.initialize(99)
        wanted = trainer.plan.predict(other, X).tobytes()
        losses = []

        def look(history):
            assert trainer.plan.predict(other, X).tobytes() == wanted
            losses.append(history["train_loss"][-1])

        found = trainer.fit(rows, max_epochs=5, after_epoch=look)
        plain = self.trainer().fit(rows, max_epochs=5)
        assert losses == plain.history["train_loss"]
        assert found.parameters.vector.tobytes() == plain.parameters.vector.tobytes()

    def test_a_workspace_in_use_is_refused_to_others(self):
        plan = NativeEngine().compile(self.trainer().recipe)
        state = plan.start(self.network.initialize(0))
        y = self.rows(4000)[1]
        examples = Examples(self.rows(4000)[0].astype("float32"), y)
        session = plan.session(state, examples, 10**6)
        polled, may_end = threading.Event(), threading.Event()

        def interrupted():
            polled.set()
            return may_end.wait(30)

        thread = threading.Thread(
            target=session.advance, kwargs={"epochs": 10**6, "interrupted": interrupted}
        )
        thread.start()
        try:
            assert polled.wait(30)
            begun = plan.start(self.network.initialize(0))
            other = NativeSession(plan.recipe, session._borrowed, 1, begun, examples, 1)
            with pytest.raises(RuntimeError, match="in use by another thread"):
                other.advance()
        finally:
            may_end.set()
            thread.join()
        assert session.advance().divergence is None


def run_python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class TestNoProcessIsEnded:
    def test_where_threads_cannot_be_made(self):
        pytest.importorskip("resource", reason="limits of a process are Unix's")
        done = run_python(
            """
            import resource, numpy as np, axone as ax
            network = ax.Network(ax.Dense(64, "relu"), ax.Dense(3, "softmax"), input_shape=12)
            random = np.random.default_rng(0)
            X, y = random.normal(size=(200, 12)), random.integers(0, 3, 200)
            def fitted(threads):
                trainer = ax.Trainer(network, loss="cce", engine="native", threads=threads)
                return trainer.fit((X, y), max_epochs=3).parameters.vector.tobytes()
            alone = fitted(1)
            with open("/proc/self/statm") as file:
                pages = int(file.read().split()[0])
            # Room for some stacks of eight MB, not for two hundred.
            limit = pages * resource.getpagesize() + 200 * 2**20
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
            assert fitted(300) == alone
            print("trained")
            """
        )
        assert (done.returncode, done.stdout.strip()) == (0, "trained"), done.stderr

    @pytest.mark.parametrize("batch_size", [1, 4096])
    def test_where_a_daemon_thread_trains_when_the_interpreter_ends(self, batch_size):
        done = run_python(
            f"""
            import threading, time, numpy as np, axone as ax
            network = ax.Network(ax.Dense(64, "relu"), ax.Dense(3, "softmax"), input_shape=12)
            random = np.random.default_rng(0)
            X, y = random.normal(size=(4096, 12)), random.integers(0, 3, 4096)
            trainer = ax.Trainer(network, loss="cce", engine="native", batch_size={batch_size})
            for n in range(3):
                threading.Thread(
                    target=trainer.fit, args=((X, y),), kwargs=dict(max_epochs=10**6), daemon=True
                ).start()
            time.sleep(0.5)
            print("ending")
            """
        )
        assert (done.returncode, done.stdout.strip()) == (0, "ending"), done.stderr


class TestDefaults:
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
