"""A run that is held: its events, the brake, the rate, and what it leaves when it is let go."""

import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import axone as ax
from axone.engines import NotBuiltError, get_engine
from axone.errors import ConfigurationError, DataError

NETWORK = ax.Network(ax.Dense(6, "relu"), ax.Dense(3, "softmax"), input_shape=4)
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(37, 4))
Y = RANDOM.integers(0, 3, 37)


@pytest.fixture(params=["reference", "native"])
def engine(request):
    try:
        get_engine(request.param)
    except NotBuiltError as error:
        pytest.skip(str(error))
    return request.param


def trainer(engine="reference", **settings):
    defaults = {"loss": "cce", "optimizer": ax.Adam(0.01), "batch_size": 10, "dtype": "float64"}
    return ax.Trainer(NETWORK, engine=engine, **(defaults | settings))


class TestEvents:
    def test_there_is_one_after_every_epoch(self, engine):
        run = trainer(engine).start((X, Y), max_epochs=5)
        seen = [(e.kind, e.epoch, e.step, e.batch, e.history.epochs) for e in run]
        assert seen == [("epoch", n, 4 * n, 0, n) for n in range(1, 6)]
        assert run.result.stopped_by == "max_epochs"

    def test_there_is_one_after_every_step_if_asked(self, engine):
        run = trainer(engine).start((X, Y), max_epochs=2, every="step")
        seen = [(e.kind, e.epoch, e.step, e.batch) for e in run]
        within = [("step", 0, 1, 1), ("step", 0, 2, 2), ("step", 0, 3, 3), ("epoch", 1, 4, 0)]
        assert seen[:4] == within
        assert [event[2] for event in seen] == list(range(1, 9))

    def test_laps_of_so_many_steps_tell_after_each_within_an_epoch_too(self, engine):
        run = trainer(engine).start((X, Y), max_epochs=4, every="lap")
        run.lap_steps = 3
        seen = [(e.step, e.epoch, e.history.epochs) for e in run]
        assert seen == [(3, 0, 0), (6, 1, 1), (9, 2, 2), (12, 3, 3), (15, 3, 3), (16, 4, 4)]

    @pytest.mark.parametrize("validation", [None, (X, Y)])
    def test_how_often_it_tells_may_change_on_the_way(self, engine, validation):
        alone = trainer(engine).fit((X, Y), validation, max_epochs=6)
        run = trainer(engine).start((X, Y), validation, max_epochs=6, every="lap")
        events = iter(run)
        run.lap_steps = 5
        assert next(events).step == 5
        run.every = "step"
        assert next(events).step == 6
        run.every = "epoch"
        assert (next(events).epoch, run.state.batch) == (2, 0)
        run.every, run.lap_steps = "lap", 10
        assert next(events).step == 18
        assert [event.epoch for event in events][-1] == 6
        np.testing.assert_array_equal(run.result.parameters.vector, alone.parameters.vector)
        for name in set(alone.history) - {"seconds"}:
            assert run.history[name] == alone.history[name]

    def test_looking_on_changes_no_bit(self, engine):
        wanted = trainer(engine).fit((X, Y), max_epochs=4)
        for every in ("step", "epoch", "lap"):
            run = trainer(engine).start((X, Y), max_epochs=4, every=every)
            for _ in run:
                pass
            np.testing.assert_array_equal(run.result.parameters.vector, wanted.parameters.vector)
            assert run.history["train_loss"] == wanted.history["train_loss"]

    def test_parameters_are_read_and_not_written(self, engine):
        run = trainer(engine).start((X, Y), max_epochs=2)
        vectors = []
        for event in run:
            with pytest.raises(ValueError, match="read-only"):
                event.parameters["0.weight"][0, 0] = 1.0
            vectors.append(event.parameters.vector.copy())
        np.testing.assert_array_equal(vectors[-1], run.result.parameters.vector)
        assert not np.array_equal(*vectors)

    def test_measures_come_layer_by_layer(self, engine):
        run = trainer(engine).start((X, Y), max_epochs=1)
        (event,) = run
        assert event.measures["gradient_norm"].shape == event.measures["dead_units"].shape == (2,)
        assert np.linalg.norm(event.measures["gradient_norm"]) == pytest.approx(
            run.history["gradient_norm"][0]
        )

    def test_what_is_not_asked_for_is_not_measured(self, engine):
        run = trainer(engine, measures=("dead_units",)).start((X, Y), max_epochs=2)
        assert [list(event.measures) for event in run] == [["dead_units"]] * 2
        assert "gradient_norm" not in run.history
        assert "dead_units" in run.history
        with pytest.raises(ConfigurationError, match="measures must be one of 'gradient_norm'"):
            trainer(measures=("loudness",))

    def test_predicting_in_between_disturbs_nothing(self, engine):
        held = trainer(engine)
        wanted = held.fit((X, Y), max_epochs=6)
        run = held.start((X, Y), max_epochs=6)
        for event in run:
            held.plan.predict(event.parameters, X)
            held.plan.evaluate(NETWORK.initialize(9, "float64"), held.examples((X, Y)))
        assert run.history["train_loss"] == wanted.history["train_loss"]

    def test_a_run_is_gone_through_once(self):
        run = trainer().start((X, Y), max_epochs=1)
        list(run)
        with pytest.raises(ConfigurationError, match="start another one"):
            list(run)


class TestHolding:
    def test_stop_ends_it_with_a_reason(self, engine):
        run = trainer(engine).start((X, Y), max_epochs=50)
        for event in run:
            if event.epoch == 3:
                run.stop()
        assert (run.result.stopped_by, run.result.epochs) == ("stopped", 3)
        assert run.result.reason == "it was asked to stop"

    def test_a_run_that_nobody_goes_on_with_says_so(self):
        run = trainer().start((X, Y), max_epochs=50)
        for event in run:
            if event.epoch == 2:
                break
        assert (run.result.stopped_by, run.result.epochs) == ("stopped", 2)

    def test_another_thread_pauses_and_lets_it_go_on(self, engine):
        run = trainer(engine).start((X, Y), max_epochs=20)
        reached, waits = threading.Event(), []

        def hold():
            reached.wait(10)
            waits.append(run.state.epoch)
            run.go_on()

        holder = threading.Thread(target=hold)
        holder.start()
        for event in run:
            if event.epoch == 4:
                run.pause()
                reached.set()
        holder.join()
        assert waits == [4]
        assert run.result.epochs == 20

    def test_a_paused_run_can_be_stopped(self):
        run = trainer().start((X, Y), max_epochs=20)
        stopper = threading.Timer(0.05, run.stop)
        stopper.start()
        for _ in run:
            run.pause()
        stopper.join()
        assert run.result.stopped_by == "stopped"

    def test_a_changed_learning_rate_is_that_of_the_steps_to_come(self, engine):
        run = trainer(engine, optimizer=ax.SGD(0.1)).start((X, Y), max_epochs=4)
        for event in run:
            if event.epoch == 2:
                run.set_learning_rate(0.01)
        assert run.history["learning_rate"] == [0.1, 0.1, 0.01, 0.01]
        first = trainer(engine, optimizer=ax.SGD(0.1)).fit((X, Y), max_epochs=2)
        second = trainer(engine, optimizer=ax.SGD(0.01)).fit(
            (X, Y), max_epochs=4, start_from=first.final
        )
        np.testing.assert_array_equal(run.result.parameters.vector, second.parameters.vector)

    def test_a_changed_learning_rate_is_saved_and_resumed(self, engine, tmp_path):
        path = tmp_path / "run.safetensors"
        whole = trainer(engine).start((X, Y), max_epochs=5)
        for event in whole:
            if event.epoch == 2:
                whole.set_learning_rate(0.5)
        part = trainer(engine).start((X, Y), max_epochs=5, checkpoint=path)
        for event in part:
            if event.epoch == 2:
                part.set_learning_rate(0.5)
            if event.epoch == 3:
                break
        rest = trainer(engine).fit((X, Y), max_epochs=5, checkpoint=path, resume=True)
        np.testing.assert_array_equal(rest.parameters.vector, whole.result.parameters.vector)

    def test_l_bfgs_has_no_learning_rate_to_change(self):
        run = trainer(optimizer=ax.LBFGS()).start((X, Y), max_epochs=2)
        with pytest.raises(ConfigurationError, match="finds the length of its steps itself"):
            run.set_learning_rate(0.1)
        with pytest.raises(ConfigurationError, match="learning_rate must be greater than 0"):
            trainer().start((X, Y)).set_learning_rate(0)

    def test_l_bfgs_gives_events_and_can_be_left(self):
        before = threading.active_count()
        run = trainer(optimizer=ax.LBFGS()).start((X, Y), max_epochs=30)
        for event in run:
            if event.epoch == 3:
                run.stop()
        assert run.result.epochs == 3
        assert threading.active_count() == before


class TestStartFrom:
    def test_the_earlier_result_stays_as_it_was(self, engine):
        first = trainer(engine).fit((X, Y), max_epochs=3)
        vector, epochs = first.final.state.parameters.vector.copy(), first.history.epochs
        second = trainer(engine).fit((X, Y), max_epochs=6, start_from=first.final)
        assert (first.history.epochs, second.history.epochs) == (epochs, 6)
        np.testing.assert_array_equal(first.final.state.parameters.vector, vector)

    def test_two_halves_are_one_whole(self, engine):
        whole = trainer(engine).fit((X, Y), max_epochs=6)
        first = trainer(engine).fit((X, Y), max_epochs=3)
        second = trainer(engine).fit((X, Y), max_epochs=6, start_from=first.final)
        np.testing.assert_array_equal(second.parameters.vector, whole.parameters.vector)

    def test_l_bfgs_keeps_its_curvature_and_looks_again(self, engine):
        def made():
            return trainer(engine, optimizer=ax.LBFGS())

        whole = made().fit((X, Y), max_epochs=12)
        first = made().fit((X, Y), max_epochs=5)
        second = made().fit((X, Y), max_epochs=12, start_from=first.final)
        np.testing.assert_array_equal(second.parameters.vector, whole.parameters.vector)
        # One gradient more: the rows might have been others.
        assert second.steps == whole.steps + 1

    def test_l_bfgs_goes_on_with_other_rows(self, engine):
        first = trainer(engine, optimizer=ax.LBFGS()).fit((X, Y), max_epochs=5)
        others = (X[::2], Y[::2])
        second = trainer(engine, optimizer=ax.LBFGS()).fit(
            others, max_epochs=15, start_from=first.final
        )
        losses = second.history["train_loss"]
        assert second.epochs > 5
        assert losses[-1] < losses[5]

    def test_another_precision_is_taken_over_and_trained_on(self, engine):
        first = trainer(engine, dtype="float32").fit((X, Y), max_epochs=3)
        second = trainer(engine).fit((X, Y), max_epochs=20, start_from=first.final)
        assert second.parameters.vector.dtype == np.float64
        moved = np.abs(second.parameters.vector - first.parameters.vector).max()
        assert moved > 0.01
        # The weights that come back are those whose loss was told.
        loss, _ = trainer(engine).plan.evaluate(second.parameters, trainer(engine).examples((X, Y)))
        assert loss < first.history["train_loss"][-1]

    def test_the_memory_of_another_optimizer_is_refused_by_name(self, engine):
        first = trainer(engine).fit((X, Y), max_epochs=1)
        other = trainer(engine, optimizer=ax.Momentum(0.1))
        with pytest.raises(
            ConfigurationError,
            match="remembers first_moment, second_moment, but Momentum needs velocity",
        ):
            other.fit((X, Y), max_epochs=2, start_from=first.final)


class TestValidation:
    def test_a_row_far_outside_is_named(self, engine):
        held_out = X.copy()
        held_out[11, 2] = 1e300
        linear = ax.Network(ax.Dense(1), input_shape=4)
        result = ax.Trainer(linear, loss="mse", dtype="float64", engine=engine).fit(
            (X, X[:, 0]), (held_out, X[:, 0]), max_epochs=5
        )
        assert result.stopped_by == "diverged"
        assert result.reason == "the validation loss became inf"
        diagnosis = str(result.diagnosis[0])
        assert result.diagnosis[0].code == "validation_row_outside"
        assert result.diagnosis[0].evidence[0].figures["row"] == 11
        assert "validation row 11 lies far outside of what training has seen" in diagnosis
        assert "feature 2 of that row is 1e+300" in diagnosis
        assert "learning rate" not in diagnosis
        assert np.isfinite(result.parameters.vector).all()


LONG = [
    [],
    [ax.ValidationLoss(patience=3)],
    [ax.Plateau(patience=4)],
    [ax.NoImprovement(patience=5, tolerance=1e-3)],
    [ax.NoImprovement(patience=2, watched="validation_loss")],
    [ax.LossTolerance(1e-3), ax.ValidationLoss(patience=6)],
]


class TestValidationOfManyEpochsAtOnce:
    """A run that nobody watches validates many epochs together: nothing may be seen of it."""

    @staticmethod
    def told(trainer, train, held_out, every, **settings):
        run = trainer.start(train, held_out, every=every, **settings)
        laps = sum(1 for _ in run)
        return run.result, laps

    def assert_the_same(self, trainer, train, held_out, **settings):
        one, epochs = self.told(trainer, train, held_out, "epoch", **settings)
        many, laps = self.told(trainer, train, held_out, "lap", **settings)
        assert laps <= epochs
        for name in set(one.history) - {"seconds"}:
            assert list(many.history[name]) == list(one.history[name]), name
        assert (many.best_epoch, many.stopped_by) == (one.best_epoch, one.stopped_by)
        assert (many.steps, str(many.reason)) == (one.steps, str(one.reason))
        np.testing.assert_array_equal(many.parameters.vector, one.parameters.vector)
        state, other = many.final.state, one.final.state
        np.testing.assert_array_equal(state.parameters.vector, other.parameters.vector)
        return many, laps

    @pytest.mark.parametrize("stopping", LONG)
    @pytest.mark.parametrize("warmup_epochs", [0, 7])
    def test_classes(self, engine, stopping, warmup_epochs):
        settings = {"max_epochs": 60, "stopping": stopping, "warmup_epochs": warmup_epochs}
        fast = trainer(engine, optimizer=ax.Adam(0.1))
        self.assert_the_same(fast, (X, Y), (X[::3] + 0.3, Y[::3]), **settings)

    @pytest.mark.parametrize("stopping", LONG)
    def test_numbers(self, engine, stopping):
        network = ax.Network(ax.Dense(5, "tanh"), ax.BatchNorm(), ax.Dense(2), input_shape=4)
        target = np.stack([X[:, 0] ** 2, X[:, 1]], axis=1)
        model = ax.Trainer(
            network,
            loss="mse",
            optimizer=ax.Adam(0.1),
            batch_size=8,
            engine=engine,
            dtype="float64",
        )
        weights = np.linspace(0, 2, 20)
        held_out = (X[:20] * 1.2, target[:20], weights)
        self.assert_the_same(model, (X, target), held_out, max_epochs=40, stopping=stopping)

    def test_a_score_of_ones_own(self, engine):
        seen = []

        def score(parameters, prediction):
            seen.append(parameters.vector.copy())
            return float(prediction[:, 0].mean())

        settings = {
            "max_epochs": 9,
            "validation_score": score,
            "stopping": [ax.Plateau(patience=5)],
        }
        self.assert_the_same(trainer(engine), (X, Y), (X[:9], Y[:9]), **settings)
        half = len(seen) // 2
        np.testing.assert_array_equal(seen[:half], seen[half:])

    def test_there_are_fewer_laps_than_epochs_where_rules_are_patient(self, engine):
        rule = [ax.ValidationLoss(patience=20)]
        settings = {"max_epochs": 50, "stopping": rule}
        _, laps = self.told(trainer(engine), (X, Y), (X[:9], Y[:9]), "lap", **settings)
        assert laps < 10

    def test_a_loss_that_is_not_finite_after_some_epochs_is_told_of_that_epoch(self, engine):
        """The weight grows towards 3, and past 1.3 the square of 3e154 times it is too large."""
        slope = ax.Network(ax.Dense(1, bias=False), input_shape=1)
        model = ax.Trainer(
            slope, loss="mse", optimizer=ax.SGD(0.02), batch_size=8, engine=engine, dtype="float64"
        )
        one = np.linspace(-1, 1, 32)[:, None]
        held_out = (np.array([[0.5], [1e154]]), np.zeros(2))
        result, _ = self.assert_the_same(model, (one, 3 * one[:, 0]), held_out, max_epochs=60)
        assert result.stopped_by == "diverged"
        assert 2 < result.epochs < 60
        assert result.diagnosis[0].evidence[0].figures["row"] == 1

    def test_a_run_that_diverges_in_training_gives_back_the_best_before(self, engine):
        model = ax.Trainer(
            ax.Network(ax.Dense(1), input_shape=4),
            loss="mse", optimizer=ax.SGD(1.5), batch_size=37, engine=engine, dtype="float64",
        )  # fmt: skip
        result, _ = self.assert_the_same(model, (X, X[:, 0]), (X[:9], X[:9, 0]), max_epochs=2000)
        assert result.stopped_by == "diverged"
        assert result.epochs > 10

    def test_stopping_from_outside_loses_no_epoch(self, engine):
        run = trainer(engine).start((X, Y), (X[:9], Y[:9]), max_epochs=10**6, every="lap")
        for _ in run:
            if run.history.epochs > 100:
                run.stop()
        assert len(run.history["validation_loss"]) == run.history.epochs
        wanted = trainer(engine).fit((X, Y), (X[:9], Y[:9]), max_epochs=run.history.epochs)
        assert list(wanted.history["validation_loss"]) == list(run.history["validation_loss"])


class TestSaving:
    def test_a_run_whose_checkpoint_cannot_be_written_goes_on(self, engine, tmp_path, monkeypatch):
        def full(checkpoint, path):
            raise DataError(f"Cannot write {path}: No space left on device.")

        monkeypatch.setattr("axone.training.run.save_checkpoint", full)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = trainer(engine).fit(
                (X, Y),
                max_epochs=9,
                checkpoint=tmp_path / "run.safetensors",
                checkpoint_seconds=0.0,
            )
        assert (result.epochs, result.stopped_by) == (9, "max_epochs")
        assert [str(w.message).split(":")[0] for w in caught] == [
            "The run cannot be saved on its way, and goes on all the same"
        ]


@pytest.mark.parametrize("regression", [False, True])
def test_weights_count_in_the_scores_as_in_the_loss(engine, regression):
    """A row of weight two is two rows, and one of weight zero none, in every column."""
    weight = np.array([2.0, 0, 1, 3] * 9 + [1.0])
    repeated = np.repeat(np.arange(37), weight.astype(int))
    y, loss, layer = Y, "cce", ax.Dense(3, "softmax")
    if regression:
        y, loss, layer = X[:, :2] ** 2, "mse", ax.Dense(2)
    held = ax.Trainer(
        ax.Network(layer, input_shape=4),
        loss=loss,
        optimizer=ax.GradientDescent(0.1),
        dtype="float64",
        engine=engine,
    )
    weighted = held.fit((X, y, weight), (X, y, weight), max_epochs=3).history
    several = X[repeated], y[repeated]
    counted = held.fit(several, several, max_epochs=3).history
    for column in counted:
        if column != "seconds":
            np.testing.assert_allclose(weighted[column], counted[column], rtol=1e-9, atol=1e-12)


def test_one_trainer_is_fitted_by_many_threads_at_once(engine):
    shared = trainer(engine, batch_size=8)
    wanted = shared.fit((X, Y), max_epochs=30).parameters.vector
    with ThreadPoolExecutor(6) as threads:
        fits = [threads.submit(shared.fit, (X, Y), max_epochs=30) for _ in range(6)]
    for result in (fit.result() for fit in fits):
        np.testing.assert_array_equal(result.parameters.vector, wanted)
