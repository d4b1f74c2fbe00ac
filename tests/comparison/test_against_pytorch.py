"""PyTorch's modules, losses and optimisers make Axone's steps, whatever the network is made of."""

from dataclasses import replace

import numpy as np
import pytest

import axone as ax

pytest.importorskip("torch", reason="the opponent is PyTorch, of the extra `torch`")

import torch
from tests.models import NAMED_ACTIVATIONS

from axone.activations import ACTIVATIONS
from axone.comparison.pytorch import PyTorchContestant, notes, obstacles
from axone.losses import Huber
from axone.optimizers import OPTIMIZERS

HIDDEN = (ax.Dense(6, "tanh"), ax.Dense(5, "relu"))

STEPWISE = [
    ax.SGD(0.1),
    ax.GradientDescent(0.3),
    ax.Momentum(0.3, 0.8),
    ax.Momentum(0.05, 0.8, "classical"),
    ax.Momentum(0.05, 0.8, "heavy_ball"),
    ax.Nesterov(0.05, 0.7),
    ax.Adagrad(0.05, 1e-6, 0.1),
    ax.RMSProp(0.01, 0.95, 1e-6),
    ax.Adam(0.01),
    ax.AdamW(0.02, weight_decay=0.2),
]


def test_every_stepwise_optimizer_is_raced():
    assert {type(o) for o in STEPWISE} == {OPTIMIZERS.member(n) for n in OPTIMIZERS} - {ax.LBFGS}


@pytest.mark.parametrize("optimizer", STEPWISE, ids=repr)
def test_every_optimizer_makes_the_same_steps(optimizer, exercise, race, classifier):
    race(exercise(classifier(*HIDDEN), "cce", optimizer, schedule="cosine"), PyTorchContestant)


@pytest.mark.parametrize("name", [name for name in NAMED_ACTIVATIONS if name != "heaviside"])
def test_every_activation_is_the_same(name, exercise, race, classifier):
    layers = (ax.Dense(6), ax.Activation(name), ax.Dense(5, name))
    race(exercise(classifier(*layers), "cce", "adam"), PyTorchContestant)


@pytest.mark.parametrize("scale", [1, 2.5])
@pytest.mark.parametrize(
    ("loss", "head", "outputs"),
    [
        ("cce", "softmax", 3),
        ("bce", "sigmoid", 1),
        ("mse", "identity", 2),
        ("mse", "sigmoid", 1),
        ("mae", "identity", 2),
        ("huber", "tanh", 2),
        ("poisson", "exponential", 2),
    ],
)
def test_every_loss_is_the_same(loss, head, outputs, scale, exercise, race, classifier):
    network = classifier(*HIDDEN, outputs=outputs, head=head)
    settings = {"name": loss, "scale": scale} | ({"delta": 0.7} if loss == "huber" else {})
    race(exercise(network, settings, ax.SGD(0.05)), PyTorchContestant)


@pytest.mark.parametrize(
    "settings",
    [
        {"l1": 0.2},
        {"l2": 0.4},
        {"clip_value": 0.02},
        {"clip_norm": 0.1},
        {"l1": 0.1, "l2": 0.3, "clip_value": 0.05, "clip_norm": 0.1},
    ],
    ids=str,
)
def test_penalties_and_clipping_are_the_same(settings, exercise, race, classifier):
    race(exercise(classifier(*HIDDEN), "cce", ax.Nesterov(0.1), **settings), PyTorchContestant)


@pytest.mark.parametrize("optimizer", ["adam", ax.Momentum(0.05, 0.8, "heavy_ball")], ids=repr)
def test_epochs_without_their_partial_batch_are_the_same(optimizer, exercise, race, classifier):
    task = exercise(classifier(*HIDDEN), "cce", optimizer, drop_last=True, schedule="cosine")
    assert (task.steps_per_epoch, task.batch_rows) == (4, (10, 10, 10, 10))
    race(task, PyTorchContestant)


def test_dropout_and_noise_are_given_axones_masks(exercise, race, classifier):
    layers = (ax.GaussianNoise(0.2), ax.Dense(6, "relu"), ax.Dropout(0.4), ax.Dropout(0.0))
    task = exercise(classifier(*layers), "cce", "adam")
    race(task, PyTorchContestant)
    assert any("masks and noise are Axone's" in note for note in notes(task))


def test_batch_norm_makes_the_same_steps_and_nearly_the_same_predictions(
    exercise, race, classifier
):
    task = exercise(classifier(ax.Dense(6, "relu"), ax.BatchNorm(0.7, 1e-3)), "cce", "adam")
    ours, theirs = race(task, PyTorchContestant, validation=0.1)
    assert any("unbiased variances" in note for note in notes(task))
    assert notes(exercise(classifier(ax.BatchNorm()), rows=53)) == ()
    mean = ours.state.parameters["1.running_mean"]
    np.testing.assert_allclose(theirs.module[1].running_mean.numpy(), mean, atol=1e-12)


def test_residual_blocks_are_the_same_with_what_they_hold(exercise, race, classifier):
    block = ax.Residual(ax.Dense(6, "prelu"), ax.Dropout(0.3), ax.Residual(ax.Dense(6, "gelu")))
    layers = (ax.Dense(6, "relu", bias=False), block)
    race(exercise(classifier(*layers), "cce", ax.AdamW(0.01), l1=0.05), PyTorchContestant)


def test_shapes_of_several_axes_are_the_same(exercise, race):
    network = ax.Network(
        ax.Reshape((2, 2)),
        ax.BatchNorm(),
        ax.Reshape((2, 1, 2)),
        ax.BatchNorm(),
        ax.Flatten(),
        ax.Dense(3, "softmax"),
        input_shape=(2, 2, 1),
    )
    # The bias before a batch norm has no gradient but rounding, which Adam would magnify.
    race(exercise(network, "cce", ax.SGD(0.1)), PyTorchContestant, validation=0.1)


@pytest.mark.parametrize(
    "layers",
    [
        (ax.Recurrent(ax.RNNCell(5)), ax.Recurrent(ax.RNNCell(4, "relu"), last=True)),
        (ax.LSTM(4, bidirectional=True), ax.LSTM(3), ax.LastStep()),
        (ax.GRU(4, bidirectional=True), ax.GRU(3, bidirectional=True, last=True)),
        (
            ax.PositionwiseDense(4),
            ax.PositionalEncoding(),
            ax.Residual(ax.LayerNorm(), ax.Attention(2, causal=True), ax.Dropout(0.1)),
            ax.Residual(ax.RMSNorm(), ax.PositionwiseDense(8, "gelu"), ax.PositionwiseDense(4)),
            ax.LayerNorm(),
            ax.LastStep(),
        ),
    ],
    ids=["RNN", "LSTM", "GRU", "transformer"],
)
def test_networks_of_sequences_make_the_same_steps(layers, exercise, race):
    network = ax.Network(*layers, ax.Dense(3, "softmax"), input_shape=(4, 1))
    task = exercise(network, "cce", ax.SGD(0.3), clip_norm=1.0)
    race(task, PyTorchContestant, engine="reference")


@pytest.mark.parametrize(
    ("layers", "input_shape"),
    [
        ((ax.Conv1D(4, 3, "relu"), ax.MaxPool(2), ax.Flatten(), ax.Dense(8, "relu")), (1, 4)),
        (
            (
                ax.Conv1D(4, 3, "tanh", padding="same", groups=2),
                ax.Residual(
                    ax.Conv1D(6, 2, "prelu", stride=2, padding="same"),
                    ax.Conv1D(6, 3, padding=2, dilation=2),
                    shortcut=[ax.Conv1D(6, 1, stride=2)],
                ),
                ax.ChannelDropout(0.2),
                ax.GlobalPool(),
            ),
            (2, 2),
        ),
        (
            (
                ax.Conv2D(4, (2, 3), "gelu", padding="same"),
                ax.AveragePool(2, 1, 1),
                ax.Conv2D(5, 2, "relu", stride=2, dilation=2, padding=2),
                ax.GlobalPool("max"),
            ),
            (1, 2, 2),
        ),
    ],
    ids=["the course's", "a residual network", "images"],
)
def test_networks_of_signals_and_images_make_the_same_steps(layers, input_shape, exercise, race):
    network = ax.Network(*layers, ax.Dense(3, "softmax"), input_shape=input_shape)
    race(exercise(network, "cce", ax.SGD(0.1)), PyTorchContestant, engine="reference")


def test_float32_stays_float32(exercise, classifier):
    task = exercise(classifier(*HIDDEN, ax.GaussianNoise(0.1)), dtype="float32")
    theirs = PyTorchContestant(task)
    theirs.run_epoch(task.order(0), task.rates(0, ()))
    assert theirs.weights().dtype == np.float32


def test_the_threads_of_pytorch_are_as_before(exercise, classifier):
    task = exercise(classifier())
    before = torch.get_num_threads()
    PyTorchContestant(task).run_epoch(task.order(0), task.rates(0, ()))
    assert torch.get_num_threads() == before


def test_what_cannot_be_made_the_same_is_named(exercise, classifier):
    assert obstacles(exercise(classifier(*HIDDEN))) == ()
    assert obstacles(exercise(classifier(ax.Dense(5, "heaviside")))) == (
        "the activation heaviside",
    )
    block = ax.Residual(ax.Dense(4, "heaviside"))
    assert obstacles(exercise(classifier(block))) == ("the activation heaviside",)
    wrong = classifier(outputs=2, head="softplus")
    adam = ax.Adam(form="uncorrected")
    assert obstacles(exercise(classifier(*HIDDEN), "cce", adam)) == (
        "the uncorrected form of adam",
    )
    assert obstacles(exercise(wrong, "poisson")) == ("the loss poisson of softplus outputs",)


def test_a_last_batch_of_one_row_has_no_batch_norm(exercise, classifier):
    reason = "batch norm of a batch of one row, which the last of each epoch is"
    for layer in (ax.BatchNorm(), ax.Residual(ax.BatchNorm())):
        assert obstacles(exercise(classifier(layer), rows=41)) == (reason,)
        assert obstacles(exercise(classifier(layer), rows=42)) == ()


def test_a_layer_of_the_users_own_is_named(exercise, classifier):
    class Doubled(ax.Flatten):
        """A layer that PyTorch has never heard of."""

    task = exercise(classifier(Doubled()))
    assert obstacles(task) == ("the layer Doubled",)


def test_an_activation_of_the_users_own_is_named(exercise, classifier):
    class Cubed(type(ACTIVATIONS.resolve("tanh"))):
        """An activation in no table."""

    assert obstacles(exercise(classifier(ax.Dense(4, Cubed())))) == ("the activation Cubed",)


@pytest.mark.parametrize("parent", [ax.SGD, ax.Adam])
def test_an_optimizer_of_the_users_own_is_named_and_not_run_as_sgd(parent, exercise, classifier):
    class Signed(parent):
        """Steps of one length, whatever the gradient: PyTorch has never heard of it."""

    assert obstacles(exercise(classifier(), "cce", Signed(0.1))) == ("the optimizer Signed",)


def test_a_loss_of_the_users_own_is_named(exercise, classifier):
    class Steeper(Huber):
        """A loss in no table."""

    task = exercise(classifier(outputs=2, head="identity"), "huber")
    strange = replace(task, recipe=replace(task.recipe, loss=Steeper()))
    assert obstacles(strange) == ("the loss Steeper of identity outputs",)
