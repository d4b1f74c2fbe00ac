"""Initial weights in the laboratory: what theory says of their spread, and what training finds."""

import numpy as np
import pytest

import axone as ax
from axone.errors import ConfigurationError

ZEROS, SMALL, LARGE, XAVIER, HE = range(5)


@pytest.fixture(scope="module")
def seen():
    return ax.lab.initialization()


def test_small_weights_shrink_a_layer_by_their_deviation_times_the_root_of_the_width(seen):
    first, last = seen.column("first")[SMALL], seen.column("last")[SMALL]
    assert (last / first) ** (1 / 9) == pytest.approx(0.01 * np.sqrt(64), rel=0.1)


def test_he_keeps_variances_of_relu_and_xavier_halves_them():
    wide = ax.lab.initialization(activation="relu", width=128, epochs=1)
    first, last = np.array(wide.column("first")), np.array(wide.column("last"))
    factors = (last[XAVIER:] / first[XAVIER:]) ** (1 / 9)
    np.testing.assert_allclose(factors, [np.sqrt(0.5), 1.0], rtol=0.1)
    assert "kept best by He" in wide.sentences[0]


def test_zeros_and_small_weights_learn_nothing_and_xavier_and_he_do(seen):
    losses = seen.column("loss")
    np.testing.assert_allclose(losses[: SMALL + 1], np.log(2), rtol=0.01)
    assert max(losses[XAVIER:]) < 0.02
    assert seen.sentences[2].startswith("After 40 epochs none has a smaller loss than He, 0.0021")
    assert seen.sentences[2].endswith("or above are zeros, small (σ = 0.01).")


def test_large_weights_saturate_tanh(seen):
    stuck = seen.column("stuck")
    assert stuck[LARGE] > 0.5
    assert max(stuck[ZEROS], stuck[SMALL], stuck[XAVIER]) < 0.05


def test_gradients_are_lost_on_their_way_back_where_weights_are_small(seen):
    assert seen.column("delta")[SMALL] < 1e-9
    assert seen.sentences[1].endswith("arrives with zeros, small (σ = 0.01).")


def test_zeros_kill_every_relu_and_large_weights_diverge():
    relu = ax.lab.initialization(activation="relu", epochs=3)
    assert relu.column("stuck")[ZEROS] == 1
    assert relu.column("loss")[LARGE] == np.inf
    assert "large (σ = 1): diverges" in [
        text.get_text() for text in relu.figure().axes[-1].get_legend().get_texts()
    ]


def test_where_no_signal_arrives_it_is_said():
    narrow = ax.lab.initialization(activation="relu", depth=30, width=2, epochs=1)
    assert narrow.column("last") == [0] * 5
    assert narrow.sentences[0].startswith("Forward nothing reaches the last layer")
    assert narrow.sentences[1].startswith("Back nothing reaches the first layer")
    assert narrow.sentences[2].startswith("After 1 epoch every loss is at 98% of that of guessing")
    assert len(narrow.figure().axes) == 3


def test_shallow_networks_lose_nothing():
    shallow = ax.lab.initialization(depth=2, epochs=1)
    lost = shallow.sentences[1]
    assert ("arrives with zeros" in lost) == (shallow.column("delta")[ZEROS] == 0)


def test_progress_rises_to_the_end():
    shares = []
    ax.lab.initialization(depth=2, width=4, epochs=2, on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_the_seed_decides_everything():
    one, same, other = (
        ax.lab.initialization(depth=3, width=8, epochs=2, seed=seed).rows for seed in (5, 5, 6)
    )
    assert one == same != other
    with pytest.raises(ConfigurationError, match="depth must be at least 2"):
        ax.lab.initialization(depth=1)
