"""Stopping rules against their definitions, on histories of every kind and in whole runs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import axone as ax
from axone.errors import ArgumentTypeError, ConfigurationError
from axone.training import History, NoImprovement, StoppingRule, score_column

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


LAST_WORSE = {"epoch": [1, 2], "validation_loss": [0.3, 0.4]}


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
    assert ax.Plateau(2).reason(history, 0).figures["epoch"] == 1
    for rule in (ax.LossTolerance(0.01), ax.ValidationLoss(2), ax.Plateau(2), NoImprovement(1, 1)):
        assert rule.reason(history, 0).code == rule.name
    assert ax.ValidationLoss(1).reason(History(LAST_WORSE), 0).endswith("for 1 epoch")
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
        assert result.reason.code == "good_enough"
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


class TestNoImprovement:
    LOSSES = (1.0, 0.8, 0.79, 0.795, 0.6, 0.595, 0.594, 0.593, 0.5)

    def waited(self, tolerance, warmup=0, watched="train_loss", values=LOSSES):
        rule = NoImprovement(100, tolerance, watched)
        counts = []
        for epochs in range(1, len(values) + 1):
            history = History({"epoch": list(range(epochs)), "train_loss": list(values[:epochs])})
            history.extend({"train_penalty": [0.5] * epochs})
            history.extend({"validation_score": list(values[:epochs])})
            counts.append(rule.waited(history, warmup)[0])
        return counts

    def test_a_crawl_is_no_progress(self):
        assert self.waited(0.05) == [0, 0, 1, 2, 0, 1, 2, 3, 0]
        assert self.waited(0.001) == [0, 0, 0, 1, 0, 0, 0, 0, 0]

    def test_scores_are_good_when_they_rise(self):
        assert self.waited(0.05, watched="validation_score") == [0, 1, 2, 3, 4, 5, 6, 7, 8]

    def test_a_sum_of_columns_is_watched_with_the_factor_of_each(self):
        watched = {"train_loss": 0.5, "train_penalty": 1.0}
        assert self.waited(0.025, watched=watched) == self.waited(0.05)

    def test_it_counts_from_the_end_of_the_warm_up(self):
        assert self.waited(0.05, warmup=3) == [0, 0, 0, 1, 0, 1, 2, 3, 0]

    def test_nan_is_not_called_standing_still(self):
        nan = float("nan")
        assert self.waited(0.1, values=(1.0, nan, nan)) == [0, 0, 0]

    def test_it_stops_once_patience_is_exceeded_and_says_how_soon_it_could(self):
        rule = NoImprovement(2, 0.05, {"train_loss": 1.0, "train_penalty": 1.0})
        history = History()
        reasons = []
        for epoch, loss in enumerate((1.0, 0.99, 0.98, 0.97), start=1):
            soonest = rule.soonest(history, 0)
            history.append({"epoch": epoch, "train_loss": loss, "train_penalty": 0.0})
            reasons.append(rule.reason(history, 0))
            assert soonest == (3, 3, 2, 1)[epoch - 1]
        assert reasons[:3] == [None] * 3
        assert reasons[3] == (
            "the train loss + train penalty did not improve by more than 0.05 for 3 epochs"
        )

    def test_infinite_patience_never_stops(self):
        rule = NoImprovement(float("inf"))
        history = History({"epoch": [1.0, 2.0], "train_loss": [1.0, 2.0]})
        assert rule.reason(history, 0) is None
        assert rule.waited(history, 0) is None
        assert rule.soonest(history, 0) > 10**9

    @pytest.mark.parametrize("settings", [{"patience": 0}, {"patience": 2, "tolerance": -1}])
    def test_nonsense_is_refused(self, settings):
        with pytest.raises(ConfigurationError, match="must be at least"):
            NoImprovement(**settings)

    def test_only_validation_columns_need_validation_rows(self):
        assert NoImprovement(1, watched="validation_loss").watches_validation
        assert not NoImprovement(1).watches_validation

    def test_the_epochs_are_the_same_however_many_run_at_once(self):
        X = np.random.default_rng(0).normal(size=(60, 3))
        network = ax.Network(ax.Dense(1), input_shape=3)
        trainer = ax.Trainer(network, loss="mse", optimizer=ax.SGD(0.1), dtype="float64")
        rows, rule = (X, X @ [1.0, 2.0, 3.0]), NoImprovement(4, 1e-3)
        together = trainer.fit(rows, stopping=[rule], max_epochs=500)
        singly = trainer.fit(rows, stopping=[rule], max_epochs=500, after_epoch=lambda _: False)
        assert together.stopped_by == singly.stopped_by == "no_improvement"
        assert together.history["train_loss"] == singly.history["train_loss"]
        np.testing.assert_array_equal(together.parameters.vector, singly.parameters.vector)
