"""Runs that are interrupted, killed and resumed: to the same bits as one never stopped."""

import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from safetensors import safe_open

import axone as ax
from axone.errors import ConfigurationError, ModelFileError
from axone.files import read_tensors, write_tensors
from axone.interruption import interruption
from axone.optimizers import OPTIMIZERS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(31, 3))
LABELS = (X[:, 0] > 0) + (X[:, 1] > 0.5) * 1
EPOCHS, STEPS = 6, 5


def press_ctrl_c():
    os.kill(os.getpid(), signal.SIGINT)


def noisy_network():
    return ax.Network(
        ax.GaussianNoise(0.1),
        ax.Dense(6, "prelu"),
        ax.BatchNorm(),
        ax.Dropout(0.3),
        ax.Residual(ax.Dense(6, "tanh"), ax.BatchNorm(), ax.Dropout(0.1)),
        ax.Dense(3, "softmax"),
        input_shape=3,
    )


def fit(optimizer, path=None, validation=True, network=None, **settings):
    trainer = ax.Trainer(
        network or noisy_network(),
        loss="cce",
        optimizer=optimizer,
        batch_size=5,
        schedule="adaptive",
        l2=0.01,
        clip_norm=5.0,
        seed=3,
        # Interruptions are placed at single steps, which only this engine makes in Python.
        engine="reference",
    )
    held_out = (X[23:], LABELS[23:]) if validation else None
    settings = {"max_epochs": EPOCHS} | settings
    return trainer.fit((X[:23], LABELS[:23]), held_out, checkpoint=path, **settings)


def assert_the_same_run(result, whole):
    """To the last bit, but for the time that it took."""
    assert result.parameters.vector.tobytes() == whole.parameters.vector.tobytes()
    assert result.parameters.buffers.tobytes() == whole.parameters.buffers.tobytes()
    assert list(result.history) == list(whole.history)
    for name in set(whole.history) - {"seconds"}:
        assert repr(result.history[name]) == repr(whole.history[name])
    for field in ("stopped_by", "reason", "best_epoch", "steps"):
        assert getattr(result, field) == getattr(whole, field)


def interrupt_at_step(monkeypatch, optimizer, step):
    """Press Ctrl-C, for real, within the update of that step."""
    cls = type(OPTIMIZERS.resolve(optimizer))
    update = cls.update

    def pressing(self, weights, gradient, slots, learning_rate, at):
        if at == step:
            press_ctrl_c()
        update(self, weights, gradient, slots, learning_rate, at)

    monkeypatch.setattr(cls, "update", pressing)


STEPWISE = [name for name in OPTIMIZERS if name != "lbfgs"]


@pytest.mark.parametrize("validation", [True, False])
@pytest.mark.parametrize("optimizer", STEPWISE)
def test_an_interrupted_run_resumes_to_the_same_bits(optimizer, validation, tmp_path, monkeypatch):
    path = tmp_path / "run.safetensors"
    whole = fit(optimizer, validation=validation)
    full_batch = OPTIMIZERS.resolve(optimizer).full_batch
    step, steps = (2, 1) if full_batch else (8, STEPS)
    with monkeypatch.context() as patch:
        interrupt_at_step(patch, optimizer, step)
        stopped = fit(optimizer, path, validation)
    assert stopped.stopped_by == "interrupted"
    assert stopped.reason == "interrupted by Ctrl-C"
    assert (stopped.steps, stopped.epochs) == (step, step // steps)
    assert_the_same_run(fit(optimizer, path, validation, resume=True), whole)


@pytest.mark.parametrize("step", [1, 4, 5, 6, 29])
def test_a_run_may_be_interrupted_anywhere(step, tmp_path, monkeypatch):
    path = tmp_path / "run.safetensors"
    whole = fit("adam")
    with monkeypatch.context() as patch:
        interrupt_at_step(patch, "adam", step)
        stopped = fit("adam", path)
    assert (stopped.stopped_by, stopped.steps) == ("interrupted", step)
    assert_the_same_run(fit("adam", path, resume=True), whole)


def test_a_run_may_be_interrupted_again_and_again(tmp_path, monkeypatch):
    path = tmp_path / "run.safetensors"
    whole = fit("momentum")
    for step in (3, 4, 11, 17):
        with monkeypatch.context() as patch:
            interrupt_at_step(patch, "momentum", step)
            assert fit("momentum", path, resume=path.exists()).steps == step
    assert_the_same_run(fit("momentum", path, resume=True), whole)


def test_ctrl_c_in_the_last_step_changes_nothing(monkeypatch):
    whole = fit("adam")
    interrupt_at_step(monkeypatch, "adam", EPOCHS * STEPS)
    assert_the_same_run(fit("adam"), whole)


def test_a_resumed_run_remembers_its_stopping_rule(tmp_path, monkeypatch):
    path = tmp_path / "run.safetensors"
    rules = {"stopping": [ax.ValidationLoss(2)], "max_epochs": 100}
    whole = fit(ax.Adam(0.1), **rules)
    assert whole.stopped_by == "validation_loss"
    with monkeypatch.context() as patch:
        interrupt_at_step(patch, "adam", 7)
        fit(ax.Adam(0.1), path, **rules)
    assert_the_same_run(fit(ax.Adam(0.1), path, resume=True, **rules), whole)
    assert_the_same_run(fit(ax.Adam(0.1), path, resume=True, **rules), whole)


def test_a_finished_run_may_be_continued_for_more_epochs(tmp_path):
    path = tmp_path / "run.safetensors"
    fit("adam", path, max_epochs=3)
    assert_the_same_run(fit("adam", str(path), resume=True), fit("adam"))


def test_ctrl_c_from_a_callback_ends_the_run_after_that_epoch(tmp_path):
    path = tmp_path / "run.safetensors"

    def pressing(history):
        if history.epochs == 2:
            press_ctrl_c()

    stopped = fit("adam", path, after_epoch=pressing)
    assert (stopped.stopped_by, stopped.epochs) == ("interrupted", 2)
    assert_the_same_run(fit("adam", path, resume=True), fit("adam"))


def test_ctrl_c_at_any_moment_ends_the_run_after_the_batch_in_hand(tmp_path):
    path = tmp_path / "run.safetensors"
    timer = threading.Timer(0.1, press_ctrl_c)

    def start_timer(history):
        if history.epochs == 1:
            timer.start()

    stopped = fit("adam", path, max_epochs=10**9, after_epoch=start_timer)
    timer.join()
    assert stopped.stopped_by == "interrupted"
    assert stopped.steps > 0
    end = stopped.steps // STEPS + 2
    resumed = fit("adam", path, max_epochs=end, resume=True)
    # The length of a run decides nothing but where it ends under this schedule.
    assert_the_same_run(resumed, fit("adam", max_epochs=end))


@pytest.mark.parametrize("engine", ["reference", "native"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
class TestLBFGS:
    """It makes its steps itself, and remembers those before: they are in the checkpoint."""

    def trainer(self, engine, dtype):
        network = ax.Network(ax.Dense(6, "tanh"), ax.Dense(3, "softmax"), input_shape=3)
        return ax.Trainer(
            network, loss="cce", optimizer=ax.LBFGS(memory=4), l2=0.01, dtype=dtype, engine=engine
        )

    def fit(self, engine, dtype, path=None, **settings):
        settings = {"max_epochs": 25} | settings
        return self.trainer(engine, dtype).fit((X, LABELS), checkpoint=path, **settings)

    @pytest.mark.parametrize("epoch", [1, 2, 7, 20])
    def test_it_goes_on_to_the_same_bits(self, engine, dtype, epoch, tmp_path):
        path = tmp_path / "run.safetensors"
        whole = self.fit(engine, dtype)

        def pressing(history):
            if history.epochs == epoch:
                press_ctrl_c()

        stopped = self.fit(engine, dtype, path, after_epoch=pressing)
        assert (stopped.stopped_by, stopped.epochs) == ("interrupted", epoch)
        seen = []
        resumed = self.fit(
            engine, dtype, path, resume=True, after_epoch=lambda h: seen.append(h.epochs)
        )
        assert seen[0] == epoch + 1
        assert_the_same_run(resumed, whole)

    def test_a_run_that_has_converged_is_resumed_to_its_end(self, engine, dtype, tmp_path):
        path = tmp_path / "run.safetensors"
        whole = self.fit(engine, dtype, path, max_epochs=5000)
        assert whole.stopped_by == "converged"
        assert_the_same_run(self.fit(engine, dtype, path, max_epochs=5000, resume=True), whole)

    def test_it_is_saved_on_its_way(self, engine, dtype, tmp_path):
        path = tmp_path / "run.safetensors"
        run = self.trainer(engine, dtype).start(
            (X, LABELS), max_epochs=25, checkpoint=path, checkpoint_seconds=0
        )
        for event in run:
            if event.epoch == 6:
                break
        resumed = self.fit(engine, dtype, path, resume=True)
        assert_the_same_run(resumed, self.fit(engine, dtype))

    def test_a_checkpoint_without_its_memory_says_so(self, engine, dtype, tmp_path):
        path = tmp_path / "run.safetensors"
        self.fit(engine, dtype, path, max_epochs=3)
        metadata, tensors = read_tensors(path, "checkpoint")
        kept = {name: array for name, array in tensors.items() if not name.startswith("slot.")}
        write_tensors(path, kept, metadata)
        with pytest.raises(ModelFileError, match="of L-BFGS that an earlier version wrote"):
            self.fit(engine, dtype, path, resume=True)

    def test_another_length_of_memory_is_another_run(self, engine, dtype, tmp_path):
        path = tmp_path / "run.safetensors"
        first = self.fit(engine, dtype, path, max_epochs=3)
        other = replace(self.trainer(engine, dtype), optimizer=ax.LBFGS(memory=5))
        with pytest.raises(ModelFileError, match="other settings"):
            other.fit((X, LABELS), checkpoint=path, resume=True)
        with pytest.raises(ConfigurationError, match=r"steps of the run before has the shape \(4"):
            other.fit((X, LABELS), start_from=first.final)


class TestTheHandler:
    def test_it_is_there_for_the_time_of_a_run_only(self):
        before = signal.getsignal(signal.SIGINT)
        with interruption() as pressed:
            assert signal.getsignal(signal.SIGINT) is not before
            assert not pressed()
            press_ctrl_c()
            assert pressed()
        assert signal.getsignal(signal.SIGINT) is before

    def test_sigterm_is_a_polite_request_too_and_a_second_one_is_not(self):
        before = signal.getsignal(signal.SIGTERM)
        with interruption() as asked:
            os.kill(os.getpid(), signal.SIGTERM)
            assert asked()
            assert asked.signal == signal.SIGTERM
            with pytest.raises(SystemExit) as left:
                os.kill(os.getpid(), signal.SIGTERM)
            assert left.value.code == 143
        assert signal.getsignal(signal.SIGTERM) is before

    def test_a_block_within_another_asks_the_same_question(self):
        with interruption() as outer:
            with interruption() as inner:
                press_ctrl_c()
            assert inner is outer
            assert outer.signal == signal.SIGINT

    def test_threads_are_asked_the_question_of_the_main_thread(self):
        found = []

        def ask():
            with interruption() as pressed:
                found.append(pressed)

        for _ in range(2):
            with interruption() as ours:
                thread = threading.Thread(target=ask)
                thread.start()
                thread.join()
                assert found[-1] is ours
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
        assert found[-1]() is False

    def test_a_second_ctrl_c_is_not_polite(self):
        before = signal.getsignal(signal.SIGINT)
        with interruption():
            press_ctrl_c()
            with pytest.raises(KeyboardInterrupt):
                press_ctrl_c()
        assert signal.getsignal(signal.SIGINT) is before


def test_sigterm_is_named_as_the_reason():
    def terminate(history):
        if history.epochs == 2:
            os.kill(os.getpid(), signal.SIGTERM)

    stopped = fit("adam", after_epoch=terminate)
    assert (stopped.stopped_by, stopped.reason) == ("interrupted", "interrupted by SIGTERM")


def test_ctrl_c_ends_the_fits_of_fit_many_after_the_batch_in_hand():
    timer = threading.Timer(0.3, press_ctrl_c)
    trainers = [
        ax.Trainer(noisy_network(), loss="cce", batch_size=5, seed=seed, engine="reference")
        for seed in range(4)
    ]
    timer.start()
    began = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        ax.fit_many(trainers, (X, LABELS), threads=2, max_epochs=10**9)
    timer.join()
    assert time.perf_counter() - began < 30


SCRIPT = """
import sys, time
import numpy as np
import axone as ax
from axone.data import Examples

random = np.random.default_rng(0)
NUMBERS = random.normal(size=(64, 4))
SIGNALS, IMAGES = random.normal(size=(64, 2, 9)), random.normal(size=(64, 1, 6, 6))
TOKENS, THERE = random.integers(0, 5, (64, 7)), np.arange(7) < random.integers(1, 8, 64)[:, None]
SEQUENCES = random.normal(size=(64, 7, 3))
RUNS = {
    "features": ([ax.Dense(8, "relu"), ax.BatchNorm(), ax.Dropout(0.2)], NUMBERS, None, ()),
    "signals": (
        [ax.Conv1D(4, 3, "relu", dilation=2), ax.BatchNorm(), ax.MaxPool(2), ax.GlobalPool()],
        SIGNALS, None, (ax.TimeWarp(0.2), ax.Jitter(0.1)),
    ),
    "images": (
        [ax.Residual(ax.Conv2D(4, 3, padding="same"), ax.BatchNorm(), shortcut=[ax.Conv2D(4, 1)]),
         ax.ChannelDropout(0.2), ax.AveragePool(2), ax.Flatten()],
        IMAGES, None, (ax.Shift(1), ax.Rotate(10)),
    ),
    "tokens": (
        [ax.Embedding(5, 4), ax.LSTM(5, bidirectional=True), ax.Dropout(0.2), ax.GRU(3, last=True)],
        TOKENS, THERE, (),
    ),
    "sequences": (
        [ax.PositionalEncoding(), ax.Residual(ax.LayerNorm(), ax.Attention(3)), ax.LastStep()],
        SEQUENCES, THERE, (ax.TimeShift(0.2),),
    ),
}

def train(path, kind, epochs, resume=False, after_epoch=None):
    layers, X, mask, augmentation = RUNS[kind]
    y = (NUMBERS.sum(axis=1) > 0) * 1
    network = ax.Network(
        *layers, ax.Dense(2, "softmax"), input_shape=X.shape[1:] if X.ndim > 2 else X.shape[1]
    )
    trainer = ax.Trainer(
        network, loss="cce", optimizer="adam", batch_size=7, seed=11, augmentation=augmentation
    )
    learnt, held_out = (
        Examples(X[part], y[part], mask=None if mask is None else mask[part])
        for part in (slice(50), slice(50, None))
    )
    return trainer.fit(
        learnt, held_out, max_epochs=epochs, checkpoint=path,
        checkpoint_seconds=0, resume=resume, after_epoch=after_epoch,
    )

if __name__ == "__main__":
    train(sys.argv[1], sys.argv[2], epochs=10**9, after_epoch=lambda history: time.sleep(0.002))
"""


@pytest.mark.parametrize("kind", ["features", "signals", "images", "tokens", "sequences"])
def test_a_killed_run_resumes_to_the_same_bits(tmp_path, kind):
    script, path = tmp_path / "train.py", tmp_path / "run.safetensors"
    script.write_text(SCRIPT)
    child = subprocess.Popen([sys.executable, str(script), str(path), kind])
    deadline = time.monotonic() + 60
    while not path.exists() and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL, "the run ended before it was killed"
    with safe_open(path, framework="numpy") as file:
        done = len(file.get_tensor("losses"))
    train, epochs = runpy.run_path(str(script))["train"], []
    resumed = train(path, kind, done + 5, True, lambda history: epochs.append(history.epochs))
    assert epochs == [done + n for n in range(1, 6)]
    assert_the_same_run(resumed, train(tmp_path / "whole.safetensors", kind, done + 5))
