"""The perceptron of the laboratory: the rule by hand, Novikoff's bound, and XOR without an end."""

import numpy as np
import pytest
from scipy.optimize import minimize

import axone as ax
from axone.errors import ConfigurationError
from axone.lab.perceptron import widest_margin

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
GATES = {"and": [0, 0, 0, 1], "or": [0, 1, 1, 1], "xor": [0, 1, 1, 0]}


def by_hand(answers, rate, epochs):
    """Rosenblatt's rule as the textbook has it, a row an epoch."""
    w, b, told = np.zeros(2), 0.0, []
    for _epoch in range(epochs):
        mistakes = 0
        for x, y in zip(CORNERS, answers, strict=True):
            error = y - (w @ x + b > 0)
            w, b, mistakes = w + rate * error * x, b + rate * error, mistakes + abs(error)
        told.append((mistakes, *w, b))
        if mistakes == 0:
            break
    return told


@pytest.mark.parametrize("data", ["and", "or", "xor"])
@pytest.mark.parametrize("rate", [1.0, 0.25])
def test_each_epoch_is_the_rule_by_hand(data, rate):
    seen = ax.lab.perceptron(data=data, rate=rate, max_epochs=12)
    expected = by_hand(GATES[data], rate, 12)
    assert [row[1:5] for row in seen.rows[1:]] == expected
    assert seen.rows[0][:5] == (0, None, 0, 0, 0)


@pytest.mark.parametrize("data", ["and", "or"])
def test_a_gate_that_a_line_separates_converges(data):
    seen = ax.lab.perceptron(data=data)
    assert seen.column("mistakes")[-1] == 0
    assert seen.column("right")[-1] == 4
    assert seen.sentences[0].startswith("Converged in ")


def test_xor_never_converges_and_goes_round_in_circles():
    seen = ax.lab.perceptron(data="xor", max_epochs=20)
    assert len(seen.rows) == 21
    assert "so no perceptron ever will" in seen.sentences[0]
    neurons = [row[2:5] for row in seen.rows]
    assert neurons[3] == neurons[2]
    assert "after epoch 3 the weights are those after epoch 2" in seen.sentences[2]
    assert max(seen.column("right")) < 4


def test_no_circle_is_claimed_of_rows_in_random_order():
    seen = ax.lab.perceptron(data="xor", order="random", max_epochs=30)
    made = [mistakes for mistakes in seen.column("mistakes") if mistakes is not None]
    best = f"{min(made)} mistake{'s' if min(made) != 1 else ''}"
    assert seen.sentences[2] == f"{sum(made)} corrections in 30 epochs; the best epoch had {best}."


def test_too_few_epochs_are_told_from_hopeless_data():
    seen = ax.lab.perceptron(data="and", max_epochs=2)
    assert "more epochs would do (raise max_epochs)" in seen.sentences[0]
    assert seen.sentences[2].startswith("4 corrections; at most (R/γ)² = 51 can be needed")


@pytest.mark.parametrize("order", ["cyclic", "random", "with_replacement"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_corrections_stay_below_the_bound_of_novikoff(order, seed):
    seen = ax.lab.perceptron(data="blobs", order=order, seed=seed, noise=0.5, max_epochs=100)
    assert seen.column("right")[-1] == 60
    bound = float(str(seen.sentences[2]).split("(R/γ)² = ")[1].split(" ")[0].replace(",", ""))
    assert 0 < sum(filter(None, seen.column("mistakes"))) <= bound


def test_the_widest_margin_is_that_of_a_general_solver():
    random = np.random.default_rng(3)
    y = np.arange(20) % 2
    X = random.normal(size=(20, 2)) + np.outer(y, [4.0, 3.0])
    signed = np.where(y == 1, 1, -1)[:, None] * np.column_stack([X, np.ones(20)])
    found = minimize(
        lambda w: w @ w,
        np.linalg.lstsq(signed, np.ones(20), rcond=None)[0],
        constraints={"type": "ineq", "fun": lambda w: signed @ w - 1},
        options={"ftol": 1e-12, "maxiter": 500},
    )
    assert found.success
    assert widest_margin(X, y) == pytest.approx(1 / np.linalg.norm(found.x), rel=1e-5)


def test_what_no_plane_separates_has_no_margin():
    assert widest_margin(CORNERS.astype(float), np.array(GATES["xor"])) is None
    assert widest_margin(np.zeros((2, 1)), np.array([0, 1])) is None


@pytest.mark.parametrize("data", ["and", "xor", "blobs"])
def test_the_last_line_is_the_strongest(data):
    plane, course = ax.lab.perceptron(data=data, max_epochs=5).figure().axes
    widths = [line.get_linewidth() for line in plane.lines]
    opaque = [line.get_alpha() for line in plane.lines]
    assert widths[-1] == max(widths)
    assert opaque == sorted(opaque)
    assert opaque[-1] == 1
    assert len(course.lines) == 1


def test_another_word_is_refused():
    with pytest.raises(ConfigurationError, match="data"):
        ax.lab.perceptron(data="nand")
    with pytest.raises(ConfigurationError, match="max_epochs must be at most 100"):
        ax.lab.perceptron(max_epochs=101)
