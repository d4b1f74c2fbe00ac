"""XOR in the laboratory: solved with four hidden units, never with one, and said so."""

import numpy as np
import pytest
from sklearn.svm import SVC

import axone as ax
from axone.errors import ConfigurationError


def hidden_of(seen):
    width = seen.settings["hidden"]
    return np.column_stack([seen.column(f"h{unit}") for unit in range(1, width + 1)])


def test_four_hidden_units_have_all_four_rows_right():
    seen = ax.lab.xor()
    assert seen.column("target") == [0, 1, 1, 0]
    assert [round(output) for output in seen.column("output")] == [0, 1, 1, 0]
    assert seen.column("right") == [True] * 4
    assert seen.sentences[0].startswith("All four rows are right with 4 hidden units")
    worst = max(abs(o - t) for o, t in zip(seen.column("output"), (0, 1, 1, 0), strict=True))
    assert f"than {worst:.2g} from" in seen.sentences[0]


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_one_hidden_unit_fails_and_the_sentences_say_so(activation, seed):
    seen = ax.lab.xor(hidden=1, activation=activation, seed=seed)
    assert sum(seen.column("right")) <= 3
    assert "no training gets more than 3" in seen.sentences[0]
    assert "no threshold separates" in seen.sentences[1]


@pytest.mark.parametrize(("hidden", "seed"), [(2, 0), (2, 1), (3, 0), (4, 42)])
def test_whether_the_hidden_units_can_be_separated_is_true(hidden, seed):
    seen = ax.lab.xor(hidden=hidden, seed=seed)
    units = hidden_of(seen)
    hard = SVC(kernel="linear", C=1e8).fit(units, [0, 1, 1, 0])
    separable = bool((hard.predict(units) == [0, 1, 1, 0]).all())
    assert seen.sentences[1].startswith("The hidden layer has moved the rows") == separable


def test_two_hidden_units_do_not_always_find_it():
    found = {sum(ax.lab.xor(hidden=2, seed=seed).column("right")) for seed in range(3)}
    assert 4 in found
    assert min(found) < 4
    failed = next(
        seen
        for seen in (ax.lab.xor(hidden=2, seed=seed) for seed in range(3))
        if not all(seen.column("right"))
    )
    assert "although 2 can do it" in failed.sentences[0]


def test_a_single_perceptron_is_told_with_its_mistakes():
    assert "in its epoch 100 it still makes 4 mistakes" in ax.lab.xor(epochs=1).sentences[2]


@pytest.mark.parametrize("hidden", [1, 2, 3, 8])
def test_both_panels_show_the_four_rows(hidden):
    seen = ax.lab.xor(hidden=hidden, epochs=50)
    for axes in seen.figure().axes:
        drawn = np.concatenate([points.get_offsets() for points in axes.collections[-3:-1]])
        left, right = axes.get_xlim()
        low, high = axes.get_ylim()
        inside = (drawn > (left, low)) & (drawn < (right, high))
        assert drawn.shape == (4, 2)
        assert inside.all()


def test_the_hidden_space_lies_on_both_sides_of_the_border():
    axes = ax.lab.xor().figure().axes[1]
    zeros, ones = (points.get_offsets()[:, 0] for points in axes.collections[:2])
    assert (zeros < 0).all()
    assert (ones > 0).all()


def test_the_seed_decides_everything():
    assert ax.lab.xor(epochs=20).rows == ax.lab.xor(epochs=20).rows
    assert ax.lab.xor(epochs=20).rows != ax.lab.xor(epochs=20, seed=1).rows


@pytest.mark.parametrize("hidden", [0, 9])
def test_no_unit_and_too_many_are_refused(hidden):
    with pytest.raises(ConfigurationError, match="hidden must be at"):
        ax.lab.xor(hidden=hidden)


def test_the_widest_table_fits_a_terminal():
    table = ax.lab.xor(hidden=8, activation="tanh").table()
    assert max(map(len, table.splitlines())) < 80
