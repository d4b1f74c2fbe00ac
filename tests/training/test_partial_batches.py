"""The last batch of an epoch where it is smaller than the others: learnt from, or left out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import axone as ax
from axone.engines import NotBuiltError, Recipe, get_engine
from axone.errors import ArgumentTypeError, DataError, ModelFileError
from axone.losses import LOSSES

RANDOM = np.random.default_rng(4)
X = RANDOM.normal(size=(53, 4))
Y = RANDOM.integers(0, 3, 53)
NETWORK = ax.Network(ax.Dense(6, "tanh"), ax.Dense(3, "softmax"), input_shape=4)


@pytest.fixture(params=["reference", "native"])
def engine(request):
    try:
        return get_engine(request.param).name
    except NotBuiltError as error:
        pytest.skip(str(error))


def trainer(engine="auto", **settings):
    settings = {"loss": "cce", "batch_size": 10, "drop_last": True, "dtype": "float64"} | settings
    return ax.Trainer(settings.pop("network", NETWORK), engine=engine, **settings)


def recipe_of(batch_size, drop_last, optimizer=None):
    cce = LOSSES.resolve("cce")
    return Recipe(NETWORK, cce, optimizer or ax.SGD(), batch_size, drop_last=drop_last)


class TestStepsOfAnEpoch:
    @pytest.mark.parametrize(
        ("rows", "batch_size", "used", "dropped"),
        [(7000, 700, 10, 10), (7000, 640, 11, 10), (53, 10, 6, 5), (10, 10, 1, 1), (19, 10, 2, 1)],
    )
    def test_they_are_whole_batches_and_the_rest_or_whole_batches_alone(
        self, rows, batch_size, used, dropped
    ):
        assert recipe_of(batch_size, drop_last=False).steps(rows) == used
        assert recipe_of(batch_size, drop_last=True).steps(rows) == dropped
        assert recipe_of(batch_size, drop_last=True).rows_learnt(rows) == dropped * batch_size
        assert recipe_of(batch_size, drop_last=False).rows_learnt(rows) == rows

    @given(rows=st.integers(1, 300), batch_size=st.integers(1, 300), drop_last=st.booleans())
    def test_they_are_as_many_as_pytorchs_loader_gives(self, rows, batch_size, drop_last, torch):
        data = torch.utils.data.TensorDataset(torch.zeros(rows))
        loader = torch.utils.data.DataLoader(data, batch_size, drop_last=drop_last)
        recipe = recipe_of(batch_size, drop_last)
        if len(loader) == 0:
            with pytest.raises(DataError, match="drop_last leaves nothing to learn from"):
                recipe.check_rows(rows)
            return
        recipe.check_rows(rows)
        assert recipe.steps(rows) == len(loader)
        assert recipe.rows_learnt(rows) == sum(len(batch) for (batch,) in loader)

    def test_ten_thousand_rows_split_in_three_make_ten(self, engine):
        given = np.zeros((7000, 4)), np.zeros(7000, dtype=int)
        for drop_last in (False, True):
            steps = trainer(engine, batch_size=700, drop_last=drop_last).fit(given, max_epochs=3)
            assert steps.history["step"] == [10, 20, 30]

    def test_all_rows_at_once_are_never_left_out(self, engine):
        for optimizer in ("gradient_descent", "lbfgs"):
            few = trainer(engine, optimizer=optimizer, batch_size=500)
            result = few.fit((X, Y), max_epochs=2)
            whole = trainer(engine, optimizer=optimizer, drop_last=False).fit((X, Y), max_epochs=2)
            np.testing.assert_array_equal(result.parameters.vector, whole.parameters.vector)


class TestRowsLeftOut:
    @pytest.mark.parametrize("optimizer", [ax.SGD(0.1), ax.Adam(0.01), ax.Adagrad(0.1)], ids=repr)
    def test_the_steps_are_those_of_pytorch_with_its_loader(self, engine, optimizer, torch):
        ours = trainer(engine, optimizer=optimizer, seed=3)
        start = NETWORK.initialize(3, "float64")
        result = ours.fit((X, Y), max_epochs=4, initial=start)
        module = torch.nn.Sequential(
            torch.nn.Linear(4, 6), torch.nn.Tanh(), torch.nn.Linear(6, 3)
        ).double()
        with torch.no_grad():
            for parameter, name in zip(module.parameters(), start, strict=True):
                parameter.copy_(torch.from_numpy(start[name]))
        rule = type(optimizer).__name__
        theirs = getattr(torch.optim, rule)(module.parameters(), lr=optimizer.learning_rate)
        data = torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(Y))
        for epoch in range(4):
            order = ours.recipe.order(epoch, len(X)).tolist()
            loader = torch.utils.data.DataLoader(data, 10, sampler=order, drop_last=True)
            for rows, labels in loader:
                theirs.zero_grad()
                torch.nn.functional.cross_entropy(module(rows), labels).backward()
                theirs.step()
        wanted = np.concatenate([p.detach().numpy().ravel() for p in module.parameters()])
        assert result.steps == 4 * 5
        np.testing.assert_allclose(result.parameters.vector, wanted, rtol=0, atol=1e-12)

    def test_they_are_others_in_the_next_epoch(self):
        recipe = recipe_of(10, drop_last=True)
        left = [set(recipe.order(epoch, 53)[50:].tolist()) for epoch in range(200)]
        assert set.union(*left) == set(range(53))

    def test_without_a_shuffle_they_are_the_last_ones(self, engine):
        fifty = trainer(engine, shuffle=False).fit((X[:50], Y[:50]), max_epochs=3)
        all_rows = trainer(engine, shuffle=False).fit((X, Y), max_epochs=3)
        np.testing.assert_array_equal(all_rows.parameters.vector, fifty.parameters.vector)
        for name in set(fifty.history) - {"seconds"}:
            assert all_rows.history[name] == fifty.history[name]

    def test_scores_are_of_the_rows_learnt_from(self, engine):
        # A row that nobody is taught may be as wrong as it likes.
        y = X @ np.arange(4.0)
        y[52] = 1e3
        line = ax.Network(ax.Dense(1), input_shape=4)
        settings = {"network": line, "loss": "mse", "optimizer": ax.SGD(0.1), "shuffle": False}
        left_out = trainer(engine, **settings).fit((X, y), max_epochs=40)
        assert left_out.history["train_loss"][-1] < 1e-6

    def test_r2_measures_their_errors_against_the_variance_of_all_rows(self, engine):
        y = np.random.default_rng(0).normal(size=53)
        weight = np.linspace(0.5, 2, 53)
        still = {
            "network": ax.Network(ax.Dense(1, initializer="zeros"), input_shape=4),
            "loss": "mse",
            "optimizer": ax.SGD(1e-300),
        }
        result = trainer(engine, **still).fit((X, y, weight), max_epochs=2)
        mean = np.average(y, weights=weight)
        variance = np.average((y - mean) ** 2, weights=weight)
        losses = np.array(result.history["train_loss"])
        np.testing.assert_allclose(result.history["train_r2"], 1 - losses / variance, rtol=1e-9)
        assert losses[0] != losses[1]

    def test_engines_agree(self):
        get_engine("native") if "native" in trainer().engine_used else pytest.skip("not built")
        ends = [
            trainer(name, schedule="one_cycle", l2=0.1, clip_norm=0.3).fit((X, Y), max_epochs=5)
            for name in ("reference", "native")
        ]
        one, other = (end.parameters.vector for end in ends)
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)
        assert ends[0].history["learning_rate"] == ends[1].history["learning_rate"]

    def test_schedules_are_laid_out_over_the_steps_that_are_made(self, engine):
        falling = trainer(engine, optimizer=ax.SGD(0.5), schedule="inverse_scaling")
        rates = falling.fit((X, Y), max_epochs=3).history["learning_rate"]
        np.testing.assert_allclose(rates, [0.5, 0.5 / np.sqrt(51), 0.5 / np.sqrt(101)])


class TestTooFewRows:
    def test_less_than_a_batch_is_refused_with_what_to_do(self, engine):
        with pytest.raises(DataError) as refused:
            trainer(engine, batch_size=60).fit((X, Y))
        assert str(refused.value) == (
            "drop_last leaves nothing to learn from: the only batch, of 53 rows, is smaller than "
            "batch_size 60. Give more rows, a batch_size of at most 53, or drop_last=False."
        )

    def test_side_by_side_too(self):
        with pytest.raises(DataError, match="leaves nothing to learn from"):
            ax.fit_many([trainer(batch_size=60, seed=seed) for seed in range(40)], (X, Y))

    def test_validation_rows_may_be_fewer(self, engine):
        history = trainer(engine).fit((X, Y), (X[:3], Y[:3]), max_epochs=1).history
        assert history["validation_loss"]

    def test_by_default_they_are_one_batch(self, engine):
        result = trainer(engine, batch_size=60, drop_last=False).fit((X, Y), max_epochs=2)
        assert result.steps == 2


class TestGoingOn:
    @pytest.mark.parametrize("steps", [3, 5, 12])
    def test_a_run_is_resumed_to_the_same_bits(self, engine, steps, tmp_path):
        path = tmp_path / "run.safetensors"
        whole = trainer(engine).fit((X, Y), max_epochs=4)
        run = trainer(engine).start((X, Y), max_epochs=4, checkpoint=path, every="step")
        for event in run:
            if event.step == steps:
                run.stop()
        assert run.result.steps == steps
        rest = trainer(engine).fit((X, Y), max_epochs=4, checkpoint=path, resume=True)
        assert rest.parameters.vector.tobytes() == whole.parameters.vector.tobytes()
        assert rest.history["train_loss"] == whole.history["train_loss"]

    def test_it_is_another_run_than_one_that_learns_from_all_rows(self, tmp_path):
        path = tmp_path / "run.safetensors"
        trainer().fit((X, Y), max_epochs=1, checkpoint=path)
        with pytest.raises(ModelFileError, match="a run with other settings"):
            trainer(drop_last=False).fit((X, Y), max_epochs=2, checkpoint=path, resume=True)

    def test_many_side_by_side_are_each_alone(self):
        rates = [0.01 * (1 + seed % 5) for seed in range(40)]
        trainers = [
            trainer(optimizer=ax.Adam(rate), seed=seed, drop_last=seed % 2 == 0)
            for seed, rate in enumerate(rates)
        ]
        together = ax.fit_many(trainers, (X, Y), max_epochs=4)
        for one, result in zip(trainers, together, strict=True):
            alone = one.fit((X, Y), max_epochs=4)
            assert result.steps == alone.steps == (20 if one.drop_last else 24)
            np.testing.assert_allclose(
                result.parameters.vector, alone.parameters.vector, rtol=1e-10, atol=1e-12
            )


@pytest.mark.parametrize("given", ["yes", 1, None])
def test_what_is_neither_true_nor_false_is_refused(given):
    with pytest.raises(ArgumentTypeError, match=f"drop_last must be true or false, not {given!r}"):
        trainer(drop_last=given)
