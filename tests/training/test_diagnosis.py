"""Runs that diverge: what is named as the cause, and which weights come back."""

import numpy as np
import pytest

import axone as ax

X = np.random.default_rng(0).normal(size=(60, 3))
NUMBERS = X @ [1.0, -2.0, 0.5] + 3


class TestDivergence:
    NETWORK = ax.Network(ax.Dense(6, "relu"), ax.Dense(1), input_shape=3)

    def diverged(self, scale=1.0, validation=True, dtype="float32", **settings):
        trainer = ax.Trainer(self.NETWORK, loss="mse", batch_size=8, dtype=dtype, **settings)
        held_out = (X[40:] * scale, NUMBERS[40:]) if validation else None
        return trainer.fit((X[:40] * scale, NUMBERS[:40]), held_out, max_epochs=200)

    @pytest.mark.parametrize(
        ("dtype", "validation", "cause"),
        [
            # They overflow within the first epoch, which began with good weights.
            ("float32", False, "the learning rate 3 is too high"),
            ("float32", True, "the learning rate 3 is too high"),
            # Here only the validation loss of the first epoch overflows.
            ("float64", True, "the learning rate 3 is too high"),
            # The first epoch ends finite, on weights whose gradient has exploded.
            ("float64", False, "exploding gradients"),
        ],
    )
    def test_too_high_a_learning_rate_is_named_as_the_cause(self, dtype, validation, cause):
        result = self.diverged(optimizer=ax.SGD(3.0), validation=validation, dtype=dtype)
        assert result.diagnosis[0].cause.startswith(cause)
        assert result.diagnosis.codes[0] == "diverged"
        assert result.reason.code == result.stopped_by
        assert result.stopped_by == "diverged"
        assert result.reason.removeprefix("the ").removeprefix("validation ") in {
            "loss became inf",
            "loss became nan",
        }
        diagnosis = str(result.diagnosis)
        assert "no longer a finite number: the run has diverged" in diagnosis
        assert "a learning rate of " in result.diagnosis[0].remedy.words
        changes = result.diagnosis[0].remedy.changes
        assert changes["training.optimizer.learning_rate"] <= 0.3
        assert "not scaled" not in diagnosis
        assert any(
            line.startswith(f"layer {n} (Dense): gradient norm ")
            for line in result.diagnosis[0].evidence
            for n in (0, 1)
        )
        assert np.isfinite(result.parameters.vector).all()
        assert np.isfinite(self.NETWORK.predict(result.parameters, X)).all()

    @pytest.mark.parametrize("engine", ["reference", "native"])
    def test_running_averages_that_are_not_finite_are_named(self, engine):
        network = ax.Network(ax.BatchNorm(), ax.Dense(1), input_shape=3)
        trainer = ax.Trainer(network, loss="mse", engine=engine)
        result = trainer.fit((X * 1e25, NUMBERS), max_epochs=5)
        assert result.stopped_by == "diverged"
        assert result.reason.startswith("a running average was no longer finite, at a loss of ")
        assert "running average of batch normalisation" in result.diagnosis[0].symptom
        assert result.diagnosis[0].code == "diverged"
        assert result.diagnosis[0].remedy.changes["data.scaling"] == "standard"
        assert np.isfinite(result.parameters.buffers).all()

    def test_features_without_scaling_are_named_as_the_cause(self):
        result = self.diverged(scale=1e5, optimizer=ax.SGD(0.01))
        assert result.stopped_by == "diverged"
        assert "features that are not scaled" in result.diagnosis[0].cause
        assert "scale the features" in result.diagnosis[0].remedy.words
        largest = np.abs(X[:40]).max(axis=0)
        figure = f"number {largest.argmax()}, up to {largest.max() * 1e5:.3g} in size"
        assert f"largest feature: {figure}" in result.diagnosis[0].evidence
        assert result.diagnosis.codes[:2] == ["diverged", "unscaled_features"]
        found = next(each for each in result.diagnosis[0].evidence if "largest" in each.figures)
        assert found.figures["feature"] == largest.argmax()
        assert found.figures["largest"] == pytest.approx(largest.max() * 1e5)
        assert np.isfinite(result.parameters.vector).all()

    def test_the_best_weights_so_far_come_back(self):
        rates = {"name": "warmup", "epochs": 150}
        result = self.diverged(optimizer=ax.SGD(30.0), schedule=rates)
        assert result.stopped_by == "diverged"
        assert 1 <= result.best_epoch <= result.epochs
        assert result.best_epoch == np.argmin(result.history["validation_loss"]) + 1

    def test_without_validation_the_weights_before_the_bad_epoch_come_back(self):
        rates = {"name": "warmup", "epochs": 150}
        result = self.diverged(optimizer=ax.SGD(30.0), schedule=rates, validation=False)
        assert result.stopped_by == "diverged"
        assert result.best_epoch == result.epochs > 0
        assert np.isfinite(result.parameters.vector).all()

    def test_a_validation_loss_that_overflows_ends_the_run_too(self):
        trainer = ax.Trainer(self.NETWORK, loss="mse")
        held_out = X[40:] * np.float32(1e30), NUMBERS[40:]
        result = trainer.fit((X[:40], NUMBERS[:40]), held_out, max_epochs=5)
        assert (result.stopped_by, result.epochs) == ("diverged", 0)
        assert np.isfinite(result.parameters.vector).all()

    def test_the_layer_whose_output_overflows_is_named(self):
        network = ax.Network(
            ax.Flatten(), ax.Dense(1), input_shape=3, layer_names=["flat", "answer"]
        )
        trainer = ax.Trainer(network, loss="mse", optimizer=ax.SGD(1.0))
        rows = np.full((4, 3), 3e38, dtype=np.float32)
        start = network.initialize().replaced({"1.weight": [[2.0, 2, 2]]})
        result = trainer.fit((rows, np.zeros(4)), max_epochs=2, initial=start)
        evidence = result.diagnosis[0].evidence
        assert "first not finite: the output of layer 1 (Dense 'answer') on that batch" in evidence
        assert evidence[1].startswith("layer 1 (Dense 'answer'): gradient norm")

    def test_a_diverging_lbfgs_is_explained_too(self):
        network = ax.Network(ax.Dense(1), input_shape=3)
        trainer = ax.Trainer(network, loss="mse", optimizer="lbfgs")
        rows = np.full((4, 3), 3e38, dtype=np.float32)
        result = trainer.fit((rows, np.zeros(4)), max_epochs=2)
        assert result.stopped_by == "diverged"
        assert "not scaled" in result.diagnosis[0].cause

    def test_clipping_keeps_the_same_run_finite(self):
        result = self.diverged(optimizer=ax.SGD(0.05), clip_norm=1.0)
        assert result.stopped_by == "max_epochs"
        assert not result.diverged
