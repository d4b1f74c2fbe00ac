"""Stopping rules against their definitions, on histories of every kind and in whole runs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import axone as ax
from axone.errors import ArgumentTypeError, ConfigurationError
from axone.training import History, StoppingRule, score_column

SCORES = st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.4, 0.5]), min_size=1, max_size=20)


def first_stop(rule, columns, warmup):
    """The epoch at which the rule first speaks, the history growing epoch by epoch."""
    history = History()
    for epoch in range(1, len(next(iter(columns.values()))) + 1):
        row = {name: column[epoch - 1] for name, column in columns.items()}
        history.append({"epoch": epoch, **row})
        if rule.reason(history, warmup) is not None:
            return epoch
    return None


def out_of_patience(losses, patience, warmup):
    """The first epoch that ends `patience` epochs in a row after the warm-up without a new best."""
    without = 0
    for epoch, loss in enumerate(losses, start=1):
        new_best = epoch == 1 or loss < min(losses[: epoch - 1])
        without = 0 if new_best or epoch <= warmup else without + 1
        if without >= patience:
            return epoch
    return None


@given(losses=SCORES, patience=st.integers(1, 5), warmup=st.integers(0, 6))
def test_validation_loss_stops_after_patience_epochs_without_a_new_best(losses, patience, warmup):
    rule, wanted = ax.ValidationLoss(patience), out_of_patience(losses, patience, warmup)
    assert first_stop(rule, {"validation_loss": losses}, warmup) == wanted


@pytest.mark.parametrize("column", ["validation_accuracy", "validation_r2"])
@given(scores=SCORES, patience=st.integers(1, 5), warmup=st.integers(0, 6))
def test_plateau_stops_after_patience_epochs_without_a_new_best(column, scores, patience, warmup):
    wanted = out_of_patience([-score for score in scores], patience, warmup)
    assert first_stop(ax.Plateau(patience), {column: scores}, warmup) == wanted


@given(losses=SCORES, tolerance=st.sampled_from([0, 0.05, 0.15]), warmup=st.integers(0, 6))
def test_loss_tolerance_stops_at_the_first_small_change_after_the_warmup(losses, tolerance, warmup):
    wanted = next(
        (
            epoch
            for epoch in range(2, len(losses) + 1)
            if epoch > warmup and abs(losses[epoch - 1] - losses[epoch - 2]) < tolerance
        ),
        None,
    )
    assert first_stop(ax.LossTolerance(tolerance), {"train_loss": losses}, warmup) == wanted


def test_reasons_are_sentences_with_their_figures():
    history = History(
        {
            "epoch": [1, 2, 3],
            "train_loss": [0.5, 0.4, 0.3999],
            "validation_loss": [0.3, 0.4, 0.5],
            "validation_r2": [0.9, 0.8, 0.7],
        }
    )
    assert score_column(history) == "validation_r2"
    assert ax.LossTolerance(0.01).reason(history, 0) == (
        "the training loss changed by only 0.0001 (tolerance 0.01)"
    )
    assert ax.ValidationLoss(2).reason(history, 0) == (
        "no better validation loss than 0.3 (epoch 1) for 2 epochs"
    )
    assert ax.Plateau(2).reason(history, 0) == (
        "no better validation R² than 0.9 (epoch 1) for 2 epochs"
    )
    assert ax.Plateau(5).waited(history, 0) == (2, 5)
    assert ax.ValidationLoss(5).waited(history, 2) == (1, 5)
    assert ax.LossTolerance(1).waited(history, 0) is None


X = np.random.default_rng(0).normal(size=(40, 3))
LABELS = (X[:, 0] + X[:, 1] > 0).astype(int)
NOISY = np.random.default_rng(1).integers(0, 2, 40)


def fit(stopping, epochs=30, warmup=0, y=LABELS, **settings):
    network = ax.Network(ax.Dense(8, "tanh"), ax.Dense(2, "softmax"), input_shape=3)
    trainer = ax.Trainer(network, loss="cce", optimizer=ax.Adam(0.05), batch_size=8)
    return trainer.fit(
        (X[:24], y[:24]),
        (X[24:], y[24:]),
        max_epochs=epochs,
        stopping=stopping,
        warmup_epochs=warmup,
        **settings,
    )


class TestInRuns:
    @pytest.mark.parametrize(("warmup", "epochs"), [(0, 2), (1, 2), (2, 3), (7, 8)])
    def test_no_rule_speaks_during_the_warmup(self, warmup, epochs):
        result = fit([ax.LossTolerance(1e9)], warmup=warmup)
        assert (result.stopped_by, result.epochs) == ("loss_tolerance", epochs)
        assert "tolerance 1e+09" in result.reason

    @pytest.mark.parametrize("warmup", [0, 10])
    def test_the_rule_that_ended_the_run_is_named(self, warmup):
        without = fit([], epochs=60, y=NOISY).history
        for rule, figures in [
            (ax.ValidationLoss(4), without["validation_loss"]),
            (ax.Plateau(4), [-score for score in without["validation_accuracy"]]),
        ]:
            result = fit([rule], epochs=60, warmup=warmup, y=NOISY)
            assert result.stopped_by == rule.name
            assert result.epochs == out_of_patience(figures, 4, warmup)

    def test_the_first_rule_that_speaks_wins(self):
        rules = [ax.ValidationLoss(50), ax.LossTolerance(1e9), ax.Plateau(1)]
        assert fit(rules).stopped_by == "loss_tolerance"

    def test_without_a_rule_every_epoch_is_run(self):
        result = fit([])
        assert (result.stopped_by, result.epochs) == ("max_epochs", 30)
        assert result.reason == "all 30 epochs are done"

    def test_a_callback_may_end_the_run(self):
        result = fit([], after_epoch=lambda history: history.epochs == 3)
        assert (result.stopped_by, result.epochs) == ("callback", 3)

    def test_a_rule_of_ones_own_may_end_the_run(self):
        class GoodEnough(StoppingRule):
            name = "good_enough"

            def reason(self, history, warmup_epochs):
                return "good" if history["train_loss"][-1] < 0.3 else None

        result = fit([GoodEnough()])
        assert (result.stopped_by, result.reason) == ("good_enough", "good")
        assert result.history["train_loss"][-1] < 0.3 <= result.history["train_loss"][-2]

    @pytest.mark.parametrize("rule", [ax.Plateau(3), ax.ValidationLoss(3)])
    def test_a_rule_that_watches_validation_needs_validation_rows(self, rule):
        network = ax.Network(ax.Dense(2, "softmax"), input_shape=3)
        trainer = ax.Trainer(network, loss="cce")
        with pytest.raises(ConfigurationError, match=f"rule '{rule.name}' watches validation"):
            trainer.fit((X, LABELS), stopping=[rule])


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: ax.LossTolerance(-1), ConfigurationError, "loss tolerance must be at least 0"),
        (lambda: ax.Plateau(0), ConfigurationError, "patience must be at least 1, not 0"),
        (lambda: ax.ValidationLoss(1.5), ArgumentTypeError, "patience must be a whole number"),
    ],
)
def test_wrong_settings_are_refused(build, error, message):
    with pytest.raises(error, match=message):
        build()
