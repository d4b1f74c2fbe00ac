import numpy as np
import pytest

import axone as ax
from axone.errors import ConfigurationError
from axone.lab.training_runs import xor_rows
from axone.plots import use_theme


def descended_by_hand(rows, units, rate, epochs, seed):
    """Batch gradient descent written out; the mean cross-entropy after the last step."""
    X, y = xor_rows(rows, 0.4, seed)
    network = ax.Network(ax.Dense(units, "tanh"), ax.Dense(1, "sigmoid"), input_shape=2)
    drawn = network.initialize(seed, "float64")
    W, b, v, c = (drawn[name].copy() for name in ("0.weight", "0.bias", "1.weight", "1.bias"))

    def outputs():
        hidden = np.tanh(X @ W.T + b)
        return hidden, 1 / (1 + np.exp(-(hidden @ v.T + c)[:, 0]))

    for _ in range(epochs):
        hidden, p = outputs()
        delta = ((p - y) / rows)[:, None]
        back = (delta @ v) * (1 - hidden**2)
        v -= rate * delta.T @ hidden
        c -= rate * delta.sum(axis=0)
        W -= rate * back.T @ X
        b -= rate * back.sum(axis=0)
    p = outputs()[1]
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def test_all_rows_at_once_is_gradient_descent_written_out():
    seen = ax.lab.batch_size(sizes=0, rows=40, units=5, rate=0.7, epochs=30, seed=7)
    by_hand = descended_by_hand(40, 5, 0.7, 30, 7)
    assert seen.column("loss") == [pytest.approx(by_hand, rel=1e-4)]
    assert seen.column("noise") == [0.0]


def test_steps_of_an_epoch_are_the_rows_over_the_batch_rounded_up():
    seen = ax.lab.batch_size(sizes=(1, 7, 32, 0), rows=53, epochs=2)
    assert seen.column("size") == [1, 7, 32, 53]
    assert seen.column("steps") == [53, 8, 2, 1]
    assert "53 steps with batches of 1, 8 steps with batches of 7" in str(seen.sentences[0])


def test_small_batches_need_fewer_epochs_and_waver_more():
    seen = ax.lab.batch_size()
    epochs, noise = seen.column("epochs_to_target"), seen.column("noise")
    assert epochs == sorted(epochs)
    assert epochs[0] < epochs[-1]
    assert noise == sorted(noise, reverse=True)
    assert noise[0] > 0
    steps = seen.column("steps_to_target")
    assert steps == [e * s for e, s in zip(epochs, seen.column("steps"), strict=True)]
    assert f"fewest epochs, {epochs[0]}, with batches of 1," in str(seen.sentences[1])
    assert "the loss rises most with batches of 1, by" in str(seen.sentences[2])


def test_the_same_seed_shows_the_same_but_for_the_time():
    seen = [ax.lab.batch_size(epochs=5, rows=60, seed=9) for _ in range(2)]
    for name in ("loss", "accuracy", "noise", "epochs_to_target"):
        assert seen[0].column(name) == seen[1].column(name)


def test_a_loss_that_nobody_reaches_is_told_so():
    seen = ax.lab.batch_size(sizes=(0,), epochs=2, rows=20, target=1e-4)
    assert seen.column("epochs_to_target") == [None]
    assert "No batches lead to a loss of 0.0001" in str(seen.sentences[1])
    only = ax.lab.batch_size(sizes=(0, 20), epochs=4, rows=20)
    assert str(only.sentences[2]).endswith("an epoch on average with batches of 20.")


def test_progress_is_told_up_to_the_end():
    told = []
    ax.lab.batch_size(epochs=3, rows=20, on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)


@pytest.mark.parametrize(
    "setting", [{"sizes": (-1,)}, {"rate": 0.0}, {"epochs": 1}, {"target": 0.0}, {"sizes": ()}]
)
def test_settings_out_of_bounds_are_refused(setting):
    with pytest.raises(ConfigurationError):
        ax.lab.batch_size(**setting)


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_the_picture_names_every_size(ground):
    seen = ax.lab.batch_size(epochs=3, rows=40)
    with use_theme(ground):
        (axes,) = seen.figure().axes
    assert [text.get_text() for text in axes.texts] == ["1 row", "32 rows", "all 40 rows"]
