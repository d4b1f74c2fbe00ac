"""scikit-learn's own MLP makes Axone's steps: every setting that it knows, and what it does not."""

import math

import numpy as np
import pytest

import axone as ax
from axone.comparison.scikit_learn import ScikitLearnContestant, notes, obstacles

HIDDEN = (ax.Dense(6, "relu"), ax.Dense(5, "relu"))

OPTIMIZERS = [
    ax.SGD(0.1),
    ax.GradientDescent(0.3),
    ax.Momentum(0.3, 0.8),
    ax.Momentum(0.05, 0.8, "classical"),
    ax.Momentum(0.05, 0.8, "heavy_ball"),
    ax.Nesterov(0.05, 0.7),
    ax.Adam(0.01),
    ax.Adam(0.02, 0.7, 0.95, 1e-2),
    ax.Adam(0.02, 0.7, 0.95, 1e-2, "uncorrected"),
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_every_optimizer_that_it_knows_makes_the_same_steps(optimizer, exercise, race, classifier):
    task = exercise(classifier(*HIDDEN), "cce", optimizer, l2=0.3)
    assert obstacles(task) == ()
    race(task, ScikitLearnContestant)


@pytest.mark.parametrize("activation", ["identity", "relu", "tanh", "logistic"])
def test_every_activation_that_it_knows_is_the_same(activation, exercise, race, classifier):
    layers = (ax.Dense(6, activation), ax.Dense(5), ax.Activation(activation))
    race(exercise(classifier(*layers), "cce", "adam"), ScikitLearnContestant)


@pytest.mark.parametrize("optimizer", [ax.SGD(0.05), ax.Adam(0.01, epsilon=1e-3)], ids=repr)
@pytest.mark.parametrize(
    ("loss", "head", "outputs"),
    [
        ("cce", "softmax", 3),
        ("bce", "sigmoid", 1),
        ("mse", "identity", 1),
        ("mse", "identity", 2),
        ("poisson", "exponential", 2),
    ],
)
@pytest.mark.parametrize("scale", [1, 2.5])
def test_every_loss_that_it_knows_is_the_same_function(
    loss, head, outputs, scale, optimizer, exercise, race, classifier
):
    network = classifier(*HIDDEN, outputs=outputs, head=head)
    task = exercise(network, {"name": loss, "scale": scale}, optimizer, l2=0.2)
    assert obstacles(task) == ()
    race(task, ScikitLearnContestant)


def test_two_softmax_units_are_three_of_which_one_has_no_effect(exercise, race, classifier):
    y = (np.arange(53) % 3 == 0) * 1
    task = exercise(classifier(*HIDDEN, outputs=2), "cce", ax.Adam(0.02), y=y, l2=0.3)
    _, theirs = race(task, ScikitLearnContestant)
    assert theirs.model.coefs_[-1].shape == (5, 3)
    assert not theirs.model.coefs_[-1][:, 2].any()
    assert any("the third without effect" in note for note in notes(task))


def test_two_softmax_units_are_so_in_float32_too(exercise, race, classifier):
    y = (np.arange(53) % 3 == 0) * 1
    task = exercise(classifier(ax.Dense(6, "tanh"), outputs=2), y=y, dtype="float32")
    theirs = ScikitLearnContestant(task)
    assert math.isfinite(theirs.run_epoch(task.order(0), task.rates(0, ())).loss)
    assert theirs.model.coefs_[0].dtype == np.float32


@pytest.mark.parametrize(
    "schedule", [{"name": "step", "every": 1, "factor": 0.3}, "inverse_scaling", "exponential"]
)
@pytest.mark.parametrize(
    "optimizer",
    [
        ax.Momentum(0.3),
        ax.Momentum(0.05, form="heavy_ball"),
        ax.Nesterov(0.05),
        ax.Adam(0.02),
    ],
    ids=repr,
)
def test_a_schedule_that_moves_between_epochs_is_followed(
    schedule, optimizer, exercise, race, classifier
):
    task = exercise(classifier(*HIDDEN), "cce", optimizer, schedule=schedule)
    assert obstacles(task) == ()
    race(task, ScikitLearnContestant)


@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_epochs_without_their_partial_batch_are_the_same(l2, exercise, race, classifier):
    task = exercise(classifier(*HIDDEN), "cce", "adam", drop_last=True, l2=l2)
    assert task.batch_rows == (10, 10, 10, 10)
    race(task, ScikitLearnContestant)


def test_layers_that_do_nothing_are_passed_over(exercise, race):
    network = ax.Network(
        ax.Flatten(),
        ax.Dropout(0.0),
        ax.Dense(6, "relu"),
        ax.GaussianNoise(0.0),
        ax.Dense(3, "softmax"),
        input_shape=(2, 2),
    )
    race(exercise(network), ScikitLearnContestant)


def test_a_network_without_hidden_layers_is_the_same(exercise, race, classifier):
    race(exercise(classifier(), rows=53), ScikitLearnContestant)


@pytest.mark.parametrize(
    ("layers", "settings", "reason"),
    [
        ((ax.Dropout(0.1),), {}, "the layer Dropout"),
        ((ax.BatchNorm(),), {}, "the layer BatchNorm"),
        ((ax.Activation("tanh"),), {}, "the layer Activation"),
        ((ax.Dense(4, "relu", bias=False),), {}, "a dense layer without bias"),
        ((ax.Dense(4, "gelu"),), {}, "the activation gelu"),
        (
            (ax.Dense(4, "relu"), ax.Dense(4, "tanh")),
            {},
            "different activations of the hidden layers (relu, tanh)",
        ),
        ((), {"optimizer": "rmsprop"}, "the optimizer rmsprop"),
        ((), {"optimizer": "adamw"}, "the optimizer adamw"),
        ((), {"l1": 0.1}, "an L1 penalty"),
        ((), {"clip_norm": 1.0}, "the clipping of gradients"),
        ((), {"clip_value": 1.0}, "the clipping of gradients"),
        ((), {"schedule": "cosine"}, "a learning rate that changes within an epoch (cosine)"),
    ],
)
def test_what_is_beyond_it_is_named(layers, settings, reason, exercise, classifier):
    assert reason in obstacles(exercise(classifier(*layers), **settings))


def test_losses_that_it_does_not_know_are_named(exercise, classifier):
    network = classifier(outputs=2, head="identity")
    assert "the loss huber of identity outputs" in obstacles(exercise(network, "huber"))
    network = classifier(outputs=2, head="tanh")
    assert "the loss mse of tanh outputs" in obstacles(exercise(network, "mse"))


def test_an_older_scikit_learn_has_no_poisson_loss(exercise, classifier, monkeypatch):
    task = exercise(classifier(outputs=2, head="exponential"), "poisson")
    monkeypatch.setattr("axone.comparison.scikit_learn.MLPRegressor", lambda alpha=0: None)
    assert obstacles(task) == ("the loss poisson, which came with scikit-learn 1.7",)


def test_weights_that_are_no_longer_finite_give_no_loss(exercise, classifier):
    task = exercise(classifier(ax.Dense(5, "relu"), head="identity", outputs=1), "mse")
    theirs = ScikitLearnContestant(task)
    with np.errstate(all="ignore"):
        timed = [theirs.run_epoch(task.order(0), np.full(5, 1e300)) for _ in range(3)]
    assert math.isfinite(task.rates(0, ())[0])
    theirs.model.coefs_[0][...] = np.nan
    assert math.isnan(theirs.run_epoch(task.order(0), task.rates(0, ())).loss)
    assert len(timed) == 3


def test_an_error_of_its_own_is_not_taken_for_divergence(exercise, classifier):
    task = exercise(classifier())
    theirs = ScikitLearnContestant(task)
    theirs.run_epoch(task.order(0), task.rates(0, ()))
    theirs.y = theirs.y + 7
    with pytest.raises(ValueError, match="classes"):
        theirs.run_epoch(task.order(0), task.rates(0, ()))


def test_the_penalty_is_apart_from_the_loss_and_its_time_from_the_time(exercise, classifier):
    task = exercise(classifier(*HIDDEN), l2=0.5)
    theirs = ScikitLearnContestant(task)
    timed = theirs.run_epoch(task.order(0), task.rates(0, ()))
    assert theirs.model.penalty > 0
    assert theirs.model.aside > 0
    assert timed.loss < theirs.model.loss_


def test_what_the_user_derived_from_axones_own_is_named(exercise, classifier):
    class Signed(ax.SGD):
        """Steps of one length, whatever the gradient."""

    class Doubled(ax.Dense):
        """Twice what a dense layer gives."""

    assert obstacles(exercise(classifier(), "cce", Signed(0.1))) == ("the optimizer Signed",)
    assert obstacles(exercise(classifier(Doubled(4, "relu")))) == ("the layer Doubled",)
