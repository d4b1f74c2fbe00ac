"""The training loop: epochs and steps, seeds, best weights, weights of rows, refusals."""

import threading
import time

import numpy as np
import pytest

import axone as ax
from axone.data.splitting import split_rows
from axone.errors import ArgumentTypeError, ConfigurationError, DataError, ShapeError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 3))
LABELS = (X[:, 0] > 0) + (X[:, 1] > 0.5) * 1
NUMBERS = X @ [1.0, -2.0, 0.5] + 3
NOISY = RANDOM.integers(0, 3, 60)


def classifier(*before, units=8):
    return ax.Network(*before, ax.Dense(units, "relu"), ax.Dense(3, "softmax"), input_shape=3)


def fit(network=None, y=LABELS, epochs=5, rows=40, loss="cce", initial=None, **settings):
    fitting = {"stopping", "restore_best", "warmup_epochs", "after_epoch", "on_progress"}
    of_fit = {name: settings.pop(name) for name in fitting & set(settings)}
    trainer = ax.Trainer(network or classifier(), loss=loss, **settings)
    train, validation = (X[:rows], y[:rows]), (X[rows:], y[rows:])
    return trainer.fit(
        train, validation if rows < 60 else None, max_epochs=epochs, initial=initial, **of_fit
    )


class TestEpochsAndSteps:
    def test_ten_thousand_rows_make_ten_steps_an_epoch(self):
        rows = np.random.default_rng(1).normal(size=(10_000, 2))
        y = (rows.sum(axis=1) > 0) * 1
        split = split_rows(y, "classification", validation=0.15, test=0.15, seed=0)
        network = ax.Network(ax.Dense(2, "softmax"), input_shape=2)
        trainer = ax.Trainer(network, loss="cce", batch_size=700)
        train, held_out = ((rows[part], y[part]) for part in (split.train, split.validation))
        result = trainer.fit(train, held_out, max_epochs=3)
        assert len(train[0]) == 7000
        assert result.history["step"] == [10, 20, 30]
        assert (result.steps, result.epochs) == (30, 3)

    def test_the_last_partial_batch_is_used(self):
        assert fit(rows=60, batch_size=25, epochs=2).history["step"] == [3, 6]

    def test_a_network_with_nothing_to_learn_runs_all_the_same(self):
        network = ax.Network(ax.Activation("softmax"), input_shape=3)
        history = fit(network, epochs=2).history
        assert history["train_loss"][0] == pytest.approx(history["train_loss"][1], rel=1e-6)


class TestHistory:
    COMMON = ("epoch", "step", "learning_rate", "train_loss", "train_penalty")

    def test_classification_records_accuracy_recall_and_f1(self):
        assert set(fit().history) == {
            *self.COMMON,
            "train_accuracy",
            "gradient_norm",
            "dead_units",
            "validation_loss",
            "validation_accuracy",
            "validation_recall",
            "validation_f1",
            "seconds",
        }

    def test_regression_records_r_squared(self):
        network = ax.Network(ax.Dense(1), input_shape=3)
        history = fit(network, NUMBERS, loss="mse", optimizer=ax.SGD(0.05), epochs=60).history
        assert set(history) == {
            *self.COMMON,
            "train_r2",
            "gradient_norm",
            "dead_units",
            "validation_loss",
            "validation_r2",
            "seconds",
        }
        assert history["train_r2"][-1] == pytest.approx(1, abs=1e-3)
        assert history["validation_r2"][-1] == pytest.approx(1, abs=1e-3)

    def test_without_validation_rows_there_are_no_validation_columns(self):
        history = fit(rows=60).history
        assert not [name for name in history if name.startswith("validation")]

    def test_the_losses_are_those_of_the_weights(self):
        result = fit(batch_size=100, epochs=1, optimizer=ax.SGD(0.1), dtype="float64", l2=0.3)
        network = classifier()
        start = network.initialize(0, "float64")
        loss, gradient = ax.loss_and_gradient(network, start, X[:40], LABELS[:40], loss="cce")
        row = result.history.last()
        assert row["train_loss"] == pytest.approx(loss)
        with_penalty, _ = ax.loss_and_gradient(
            network, start, X[:40], LABELS[:40], loss="cce", l2=0.3
        )
        assert row["train_penalty"] == pytest.approx(with_penalty - loss)
        validation, _ = ax.loss_and_gradient(
            network, result.parameters, X[40:], LABELS[40:], loss="cce"
        )
        assert row["validation_loss"] == pytest.approx(validation)
        assert row["gradient_norm"] > 0.5 * np.linalg.norm(gradient.vector)


class TestSeeds:
    def test_the_same_seed_gives_the_same_bits(self):
        network = classifier(ax.Dropout(0.2), ax.GaussianNoise(0.1))
        first, again = (fit(network, seed=7) for _ in range(2))
        np.testing.assert_array_equal(first.parameters.vector, again.parameters.vector)
        for name in set(first.history) - {"seconds"}:
            assert first.history[name] == again.history[name]

    def test_another_seed_gives_other_bits(self):
        first, other = fit(seed=7), fit(seed=8)
        assert not np.array_equal(first.parameters.vector, other.parameters.vector)

    def test_the_seed_decides_shuffles_and_masks_beside_the_weights(self):
        start = classifier(ax.Dropout(0.3)).initialize(0)
        for network, shuffle in [(classifier(ax.Dropout(0.3)), False), (classifier(), True)]:
            weights = network.initialize(0)
            runs = [fit(network, seed=s, shuffle=shuffle, initial=weights) for s in (1, 2)]
            assert not np.array_equal(runs[0].parameters.vector, runs[1].parameters.vector)
        assert start.vector.shape == weights.vector.shape

    def test_the_initial_weights_are_left_as_they_were(self):
        start = classifier().initialize(3)
        before = start.vector.copy()
        result = fit(initial=start)
        np.testing.assert_array_equal(start.vector, before)
        assert not np.array_equal(result.parameters.vector, before)

    def test_both_precisions_take_the_same_path_to_rounding(self):
        single, double = (fit(dtype=dtype, epochs=3) for dtype in ("float32", "float64"))
        assert single.parameters.vector.dtype == np.float32
        assert double.parameters.vector.dtype == np.float64
        np.testing.assert_allclose(
            single.parameters.vector, double.parameters.vector, rtol=1e-3, atol=1e-5
        )


class TestBestWeights:
    def evaluated(self, result, network, y=NOISY):
        loss, _ = ax.loss_and_gradient(network, result.parameters, X[40:], y[40:], loss="cce")
        return loss

    @pytest.fixture
    def settings(self):
        return {"y": NOISY, "epochs": 40, "optimizer": ax.Adam(0.05), "dtype": "float64"}

    def test_the_weights_of_the_lowest_validation_loss_come_back(self, settings):
        network = classifier(units=32)
        result = fit(network, **settings)
        losses = result.history["validation_loss"]
        assert result.best_epoch == np.argmin(losses) + 1 < 40
        assert self.evaluated(result, network) == pytest.approx(min(losses), rel=1e-12)

    def test_with_a_plateau_rule_the_best_score_counts_and_the_loss_breaks_ties(self, settings):
        network = classifier(units=32)
        settings |= {"y": LABELS, "optimizer": ax.Adam(0.01), "stopping": [ax.Plateau(1000)]}
        result = fit(network, **settings)
        scores, losses = (result.history[f"validation_{name}"] for name in ("accuracy", "loss"))
        order = list(zip(scores, np.negative(losses), strict=True))
        best = max(range(40), key=lambda epoch: order[epoch])
        # The lowest loss is elsewhere, and an earlier epoch had the same score with a higher loss.
        assert np.argmin(losses) != best > scores.index(scores[best])
        assert result.best_epoch == best + 1
        loss = self.evaluated(result, network, LABELS)
        assert loss == pytest.approx(losses[best], rel=1e-12)

    def test_the_last_weights_come_back_on_request(self, settings):
        network = classifier(units=32)
        result = fit(network, **settings, restore_best=False)
        assert result.best_epoch == 40
        wanted = result.history["validation_loss"][-1]
        assert self.evaluated(result, network) == pytest.approx(wanted, rel=1e-12)

    def test_the_last_weights_come_back_without_validation_rows(self):
        assert fit(rows=60, epochs=3).best_epoch == 3


class TestWeightsOfRows:
    def trained(self, X, y, weights=None, validation=None):
        network = ax.Network(ax.Dense(4, "tanh"), ax.Dense(1), input_shape=3)
        trainer = ax.Trainer(network, loss="mse", optimizer="gradient_descent", dtype="float64")
        train = (X, y) if weights is None else (X, y, weights)
        return trainer.fit(train, validation, max_epochs=5)

    def test_a_weight_of_two_is_the_row_twice(self):
        weights = np.ones(20)
        weights[[3, 7]] = 2
        order = np.repeat(np.arange(20), weights.astype(int))
        weighted = self.trained(X[:20], NUMBERS[:20], weights)
        repeated = self.trained(X[order], NUMBERS[order])
        np.testing.assert_allclose(
            weighted.parameters.vector, repeated.parameters.vector, atol=1e-13
        )
        assert weighted.history["train_loss"] == pytest.approx(repeated.history["train_loss"])

    def test_a_weight_of_zero_ignores_the_row(self):
        weights = np.r_[np.ones(10), np.zeros(10)]
        weighted = self.trained(X[:20], NUMBERS[:20], weights)
        without = self.trained(X[:10], NUMBERS[:10])
        np.testing.assert_allclose(
            weighted.parameters.vector, without.parameters.vector, atol=1e-13
        )

    def test_they_count_in_the_validation_loss_too(self):
        weights = np.r_[np.ones(10), np.zeros(10)]
        train = X[:20], NUMBERS[:20]
        weighted = self.trained(*train, validation=(X[40:], NUMBERS[40:], weights))
        without = self.trained(*train, validation=(X[40:50], NUMBERS[40:50], None))
        assert weighted.history["validation_loss"] == pytest.approx(
            without.history["validation_loss"]
        )


class TestDeadUnits:
    def test_their_share_is_told_epoch_by_epoch(self):
        # A bias of −100 kills half of the units for good; the others live.
        network = classifier(units=4)
        initial = network.initialize(0).replaced({"0.bias": [-100, -100, 100, 100]})
        for engine in ("reference", "auto"):
            history = fit(network, initial=initial, epochs=2, engine=engine).history
            assert history["dead_units"] == [0.5, 0.5]

    def test_a_network_without_relu_has_none(self):
        network = ax.Network(ax.Dense(3, "softmax"), input_shape=3)
        assert fit(network, epochs=2).history["dead_units"] == [0, 0]


class TestProgress:
    def test_the_share_done_is_told_between_batches(self, monkeypatch):
        clock = iter(np.arange(0, 1e6, 0.2))
        monkeypatch.setattr(time, "perf_counter", lambda: float(next(clock)))
        shares = []
        fit(epochs=2, rows=60, batch_size=20, on_progress=shares.append, engine="reference")
        assert shares == sorted(shares)
        assert shares[0] == pytest.approx(1 / 6)
        assert len(shares) >= 6

    def test_the_callback_sees_the_growing_history(self):
        epochs = []
        fit(epochs=3, after_epoch=lambda history: epochs.append(history.epochs))
        assert epochs == [1, 2, 3]

    def test_the_result_says_what_was_done(self):
        result = fit(epochs=3)
        assert result.engine in ("native", "reference")
        assert result.seconds > 0
        assert result.history["seconds"] == sorted(result.history["seconds"])


def test_training_works_outside_the_main_thread():
    results = []
    worker = threading.Thread(target=lambda: results.append(fit(epochs=2)))
    worker.start()
    worker.join()
    np.testing.assert_array_equal(results[0].parameters.vector, fit(epochs=2).parameters.vector)


class TestRefusals:
    TRAINER = ax.Trainer(classifier(), loss="cce")

    @pytest.mark.parametrize(
        ("train", "error", "message"),
        [
            ((X, LABELS[:10]), ShapeError, "training: 60 rows in X, but 10 targets"),
            ((X, 1), ShapeError, "training: 60 rows in X, but 1 targets"),
            ((X[:, :2], LABELS), ShapeError, r"examples of shape \(3,\).*has shape \(60, 2\)"),
            ((X[:0], LABELS[:0]), DataError, "training: there are no rows"),
            ((X.astype(str), LABELS), DataError, "X holds <U32, not numbers"),
            ((np.where(X > 2, np.nan, X), LABELS), DataError, "training: X holds NaN or infinite"),
            ((X, LABELS + 5), DataError, "lie in 0 … 2, the network's outputs; found 5 to 7"),
            ((X, LABELS, -np.ones(60)), DataError, "training: weights must be 60 finite numbers"),
            ((X, LABELS, np.ones(5)), DataError, "training: weights must be 60 finite numbers"),
            ((X, LABELS, np.zeros(60)), DataError, "training: the weights of all rows are 0"),
        ],
    )
    def test_training_rows_that_do_not_fit(self, train, error, message):
        with pytest.raises(error, match=message):
            self.TRAINER.fit(train)

    def test_validation_rows_that_do_not_fit(self):
        with pytest.raises(DataError, match="validation: there are no rows"):
            self.TRAINER.fit((X, LABELS), (X[:0], LABELS[:0]))

    def test_targets_that_are_not_finite(self):
        trainer = ax.Trainer(ax.Network(ax.Dense(1), input_shape=3), loss="mse")
        with pytest.raises(DataError, match="training: y holds NaN or infinite"):
            trainer.fit((X, np.full(60, np.inf)))

    def test_initial_weights_of_another_network(self):
        other = classifier(units=9).initialize()
        with pytest.raises(ShapeError, match=r"another network: '0.weight' has shape \(9, 3\)"):
            self.TRAINER.fit((X, LABELS), initial=other)

    @pytest.mark.parametrize(
        ("settings", "error", "message"),
        [
            ({"max_epochs": 0}, ConfigurationError, "max_epochs must be at least 1, not 0"),
            ({"max_epochs": 1.5}, ArgumentTypeError, "max_epochs must be a whole number"),
            ({"warmup_epochs": -1}, ConfigurationError, "warmup_epochs must be at least 0"),
            ({"resume": True}, ConfigurationError, "To resume a run, name the checkpoint file"),
        ],
    )
    def test_settings_of_a_fit_that_make_no_sense(self, settings, error, message):
        with pytest.raises(error, match=message):
            self.TRAINER.fit((X, LABELS), **settings)

    @pytest.mark.parametrize(
        ("settings", "error", "message"),
        [
            ({"loss": "ccee"}, ConfigurationError, "unknown loss 'ccee'. Did you mean"),
            ({"optimizer": "sgdd"}, ConfigurationError, "unknown optimizer 'sgdd'"),
            ({"optimizer": ax.Dropout(0.5)}, ArgumentTypeError, "optimizer must be a name"),
            ({"schedule": "step-wise"}, ConfigurationError, "unknown schedule"),
            ({"engine": "gpu"}, ConfigurationError, "unknown engine 'gpu'"),
            ({"clip_norm": 0}, ConfigurationError, "clip norm must be greater than 0"),
            ({"l1": -1}, ConfigurationError, "l1 must be at least 0"),
            ({"seed": "x"}, ArgumentTypeError, "seed must be a whole number"),
        ],
    )
    def test_settings_of_a_trainer_that_make_no_sense(self, settings, error, message):
        with pytest.raises(error, match=message):
            ax.Trainer(classifier(), **({"loss": "cce"} | settings))

    def test_cross_entropy_after_a_linear_layer(self):
        network = ax.Network(ax.Dense(3), input_shape=3)
        with pytest.raises(
            ConfigurationError, match="ends in Identity: give it the activation 'so"
        ):
            ax.Trainer(network, loss="cce")


class TestGoingOn:
    @pytest.mark.parametrize("engine", ["auto", "reference"])
    def test_a_run_goes_on_from_another_as_if_it_had_never_ended(self, engine):
        trainer = ax.Trainer(
            classifier(ax.Dropout(0.2)), loss="cce", optimizer="adam", engine=engine, seed=3
        )
        rows = (X[:40], LABELS[:40]), (X[40:], LABELS[40:])
        whole = trainer.fit(*rows, max_epochs=9)
        half = trainer.fit(*rows, max_epochs=4)
        rest = trainer.fit(*rows, max_epochs=9, start_from=half.final)
        assert rest.history["train_loss"] == whole.history["train_loss"]
        assert rest.best_epoch == whole.best_epoch
        np.testing.assert_array_equal(rest.parameters.vector, whole.parameters.vector)

    def test_it_goes_on_with_the_same_network_only(self):
        result = fit(epochs=1)
        other = ax.Trainer(classifier(units=9), loss="cce")
        with pytest.raises(ShapeError, match="parameters of another network"):
            other.fit((X, LABELS), start_from=result.final)

    def test_a_score_of_ones_own_decides_which_weights_come_back(self):
        asked = []

        def score(parameters, prediction):
            asked.append((parameters.vector.copy(), prediction.shape))
            return -abs(len(asked) - 3.0)

        trainer = ax.Trainer(classifier(), loss="cce")
        result = trainer.fit(
            (X[:40], LABELS[:40]),
            (X[40:], LABELS[40:]),
            max_epochs=5,
            validation_score=score,
            stopping=[ax.NoImprovement(50, watched="validation_score")],
        )
        assert result.history["validation_score"] == [-2.0, -1.0, 0.0, -1.0, -2.0]
        assert "validation_accuracy" not in result.history
        assert result.best_epoch == 3
        np.testing.assert_array_equal(result.parameters.vector, asked[2][0])
        assert asked[0][1] == (20, 3)
