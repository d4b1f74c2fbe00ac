"""The compiled engine does what the equations of sequences do: tokens, masks, cells, attention.

Rows of a batch go through time in blocks, units in vectors: sizes below, at and above whole numbers
of either matter.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.agreement import (
    FLOAT32,
    FLOAT64,
    FLOAT64_BATCH_NORM,
    SMOOTH,
    STEPWISE,
    a_rule,
    assert_engines_agree,
    difference,
    mask_for,
    rows_for,
    trained,
)
from tests.engines.test_native_threads import trained_by_a_team

import axone as ax
from axone.data import Examples
from axone.engines import NotBuiltError, Recipe, ReferenceEngine
from axone.engines.native import NativeEngine
from axone.engines.native.variants import load_variant
from axone.errors import ShapeError
from axone.losses import LOSSES
from axone.parameters import Trail
from axone.penalties import Clipping, Penalty

try:
    load_variant()
except NotBuiltError as error:
    pytest.skip(str(error), allow_module_level=True)

CELLS = (ax.RNNCell, lambda units: ax.RNNCell(units, "relu"), ax.LSTMCell, ax.GRUCell)

KINDS = (
    *("recurrent", "recurrent", "recurrent", "attention", "positionwise", "encoding", "residual"),
    *("layer_norm", "rms_norm", "dropout", "noise", "activation", "transposed"),
)


def a_recurrent_layer(draw, last):
    cell = draw(st.sampled_from((ax.RNNCell, ax.LSTMCell, ax.GRUCell)))
    return ax.Recurrent(
        cell(draw(st.integers(1, 40))),
        bidirectional=draw(st.booleans()),
        last=last,
        truncation=draw(st.sampled_from([None, None, 1, 2, 3, 100])),
    )


def a_divisor(draw, features):
    return draw(st.sampled_from([n for n in range(1, features + 1) if features % n == 0]))


def some_layers(draw, kind, shape):
    """Layers that read sequences of that shape and give sequences again."""
    name = draw(st.sampled_from(SMOOTH))
    if kind == "recurrent":
        return [a_recurrent_layer(draw, last=False)]
    if kind == "attention":
        return [ax.Attention(a_divisor(draw, shape[1]), causal=draw(st.booleans()))]
    if kind == "positionwise":
        return [ax.PositionwiseDense(draw(st.integers(1, 40)), name, bias=draw(st.booleans()))]
    if kind == "transposed":
        return [ax.Transpose(), ax.Activation(name), ax.Transpose()]
    if kind == "residual":
        return [ax.Residual(ax.PositionwiseDense(shape[1], name), ax.Dropout(0.2))]
    few = shape[1] < 3  # of which x̂ is 0 or a sign, and its gradient the rounding of 0
    return [
        {
            "encoding": ax.PositionalEncoding(),
            "layer_norm": ax.Activation(name) if few else ax.LayerNorm(),
            "rms_norm": ax.Activation(name) if few else ax.RMSNorm(),
            "dropout": ax.Dropout(0.3),
            "noise": ax.GaussianNoise(0.1),
            "activation": ax.Activation(name),
        }[kind]
    ]


@st.composite
def recipes(draw, dtype="float64", batch_size=None):
    """Networks of sequences or tokens, through a mix of all layers that know them, to a class."""
    length = draw(st.integers(1, 12))
    shape = (length, draw(st.integers(1, 20)))
    layers = []
    inputs = shape
    if draw(st.booleans()):
        layers, inputs = [ax.Embedding(draw(st.integers(1, 600)), shape[1])], (length,)
    for _ in range(draw(st.integers(0, 4))):
        for layer in some_layers(draw, draw(st.sampled_from(KINDS)), shape):
            shape = layer.output_shape(shape)
            layers.append(layer)
    layers.append(a_recurrent_layer(draw, last=True) if draw(st.booleans()) else ax.LastStep())
    outputs = draw(st.integers(2, 5))
    return Recipe(
        ax.Network(*layers, ax.Dense(outputs, "softmax"), input_shape=inputs),
        LOSSES.resolve("cce"),
        a_rule(draw(st.sampled_from(STEPWISE))),
        batch_size=batch_size or draw(st.integers(2, 40)),
        penalty=Penalty(draw(st.sampled_from([0.0, 0.1])), draw(st.sampled_from([0.0, 0.5]))),
        clipping=Clipping(draw(st.sampled_from([None, 0.05])), draw(st.sampled_from([None, 0.1]))),
        dtype=dtype,
        seed=draw(st.integers(0, 1000)),
    )


def classes(*layers, inputs, **options):
    """A recipe for three classes of such sequences."""
    network = ax.Network(*layers, ax.Dense(3, "softmax"), input_shape=inputs)
    options = {"optimizer": ax.Adam(0.01, epsilon=1e-3), "batch_size": 7, "seed": 3, **options}
    return Recipe(network, LOSSES.resolve("cce"), **options)


@settings(max_examples=150)
@given(recipe=recipes(), rows=st.integers(1, 60), weighted=st.booleans(), masked=st.booleans())
def test_any_network_of_sequences_trains_alike_in_float64(recipe, rows, weighted, masked):
    mask = mask_for(rows, recipe.network.input_shape[0], rows) if masked else None
    assert_engines_agree(recipe, rows, FLOAT64, weighted=weighted, mask=mask)


class TestCells:
    @pytest.mark.parametrize("cell", CELLS)
    @pytest.mark.parametrize("units", [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 48, 70])
    @pytest.mark.parametrize("last", [True, False])
    def test_of_any_number_of_units_learn_alike(self, cell, units, last):
        layer = ax.Recurrent(cell(units), bidirectional=units % 2 == 0, last=last)
        layers = [layer] if last else [ax.PositionwiseDense(5, "tanh"), layer, ax.LastStep()]
        recipe = classes(*layers, inputs=(6, 5), batch_size=19, dtype="float64")
        assert_engines_agree(recipe, 23, FLOAT64, epochs=2, mask=mask_for(23, 6, units))

    @pytest.mark.parametrize("cell", [ax.RNNCell, ax.LSTMCell, ax.GRUCell])
    @pytest.mark.parametrize("rows", [1, 2, 15, 16, 17, 40, 64, 65])
    def test_of_any_number_of_rows_learn_alike_in_float32(self, cell, rows):
        layers = [ax.Recurrent(cell(32)), ax.Recurrent(cell(20), bidirectional=True, last=True)]
        recipe = classes(*layers, inputs=(9, 3), batch_size=rows)
        assert_engines_agree(recipe, 2 * rows, FLOAT32)

    def test_whose_weights_leave_the_first_cache_learn_alike(self):
        recipe = classes(ax.LSTM(96, last=True), inputs=(5, 40), batch_size=70, dtype="float64")
        assert_engines_agree(recipe, 140, FLOAT64, epochs=2)

    @pytest.mark.parametrize("truncation", [1, 2, 4, 5, 6, 2**31 - 1])
    def test_look_back_as_far_as_they_are_told(self, truncation):
        layer = ax.Recurrent(ax.LSTMCell(5), bidirectional=True, truncation=truncation)
        recipe = classes(layer, ax.LastStep(), inputs=(6, 2), dtype="float64")
        for mask in (None, mask_for(20, 6, 1)):
            assert_engines_agree(recipe, 20, FLOAT64, mask=mask)

    def test_of_ones_own_run_on_the_reference_engine(self):
        class Own(ax.RNNCell):
            pass

        recipe = classes(ax.Recurrent(Own(3), last=True), inputs=(4, 2))
        assert "cell of your own" in str(NativeEngine().obstacles(recipe)[0])


class TestAttention:
    @pytest.mark.parametrize(("length", "features", "heads"), [(1, 1, 1), (5, 6, 3), (17, 40, 5)])
    @pytest.mark.parametrize("causal", [False, True])
    def test_of_sizes_that_are_no_multiples_learns_alike(self, length, features, heads, causal):
        block = ax.Residual(ax.Attention(heads, causal))
        recipe = classes(
            *(
                ax.PositionwiseDense(features, "tanh"),
                ax.PositionalEncoding(),
                block,
                ax.LastStep(),
            ),
            inputs=(length, 4),
            dtype="float64",
        )
        for mask in (None, mask_for(30, length, 1)):
            assert_engines_agree(recipe, 30, FLOAT64, mask=mask)

    def test_of_a_small_transformer_learns_alike_in_float32(self):
        recipe = classes(
            ax.Embedding(30, 16),
            ax.PositionalEncoding(),
            ax.Residual(ax.LayerNorm(), ax.Attention(4)),
            ax.Residual(ax.LayerNorm(), ax.PositionwiseDense(64, "gelu"), ax.PositionwiseDense(16)),
            ax.LayerNorm(),
            ax.LastStep(),
            inputs=(20,),
            batch_size=16,
        )
        assert_engines_agree(recipe, 64, FLOAT32, mask=mask_for(64, 20, 1))


class TestMasks:
    def test_what_they_leave_out_is_not_looked_at(self):
        recipe = classes(ax.GRU(6), ax.LSTM(5, last=True), inputs=(8, 3))
        X, target, _ = rows_for(recipe, 30, 1)
        mask, ends = mask_for(30, 8, 2), []
        for rubbish in (0.0, 7.0, np.inf, np.nan):
            rows = np.where(mask[:, :, None], X, np.float32(rubbish))
            plan, state, _ = trained(NativeEngine(), recipe, rows, target, None, 2, mask)
            prediction = plan.predict(state.parameters, rows, mask)
            ends.append((state.parameters.vector.tobytes(), prediction.tobytes()))
        assert len(set(ends)) == 1

    @pytest.mark.parametrize("gaps", [False, True])
    def test_rows_that_end_early_or_begin_late_learn_alike(self, gaps):
        """Those that go equally far go together, whatever their places in the batch."""
        random, rows = np.random.default_rng(5), 140
        starts, ends = random.integers(0, 5, rows), random.integers(5, 14, rows)
        positions = np.arange(13)
        mask = (positions >= starts[:, None]) & (positions < ends[:, None])
        if gaps:
            mask &= mask_for(rows, 13, 1)
            mask[np.arange(rows), starts] = True
        recipe = classes(
            ax.PositionwiseDense(4, "tanh"),
            ax.LSTM(5, bidirectional=True, truncation=4),
            ax.GRU(17, bidirectional=True),
            ax.Recurrent(ax.RNNCell(3), last=True, bidirectional=True),
            inputs=(13, 2),
            batch_size=70,
            dtype="float64",
        )
        assert_engines_agree(recipe, rows, FLOAT64, mask=mask)

    def test_a_row_among_longer_ones_is_predicted_as_alone(self):
        layer = ax.LSTM(7, bidirectional=True, last=True)
        whole, short = (classes(layer, inputs=(n, 3), dtype="float64") for n in (9, 5))
        X, _, _ = rows_for(whole, 4, 1)
        mask = np.arange(9) < np.full((4, 1), 5)
        plans = [NativeEngine().compile(recipe) for recipe in (whole, short)]
        filled = plans[0].predict(whole.network.initialize(1, "float64"), X, mask)
        alone = plans[1].predict(short.network.initialize(1, "float64"), X[:, :5])
        np.testing.assert_allclose(filled, alone, rtol=1e-12)

    @pytest.mark.parametrize("rows", [5, 16, 40])
    def test_batch_norm_knows_only_the_positions_that_are_there(self, rows):
        for layers in (
            [ax.BatchNorm()],
            [ax.ChannelDropout(0.2), ax.BatchNorm(), ax.Activation("tanh"), ax.BatchNorm()],
        ):
            recipe = classes(
                *layers,
                *(ax.Transpose(), ax.GRU(4, last=True)),
                inputs=(3, 6),
                batch_size=rows,
                dtype="float64",
            )
            assert_engines_agree(
                recipe, 2 * rows, FLOAT64_BATCH_NORM, mask=mask_for(2 * rows, 6, 1)
            )

    def test_rows_of_which_windows_skip_every_position_learn_alike(self):
        mask = np.zeros((12, 7), bool)
        mask[:, 1] = True
        mask[7:9] = (
            True  # the first batch has nothing behind the windows, the second a few positions
        )
        skipping = ax.MaxPool(1, stride=3)
        for layers in (
            [ax.BatchNorm(), ax.GlobalPool()],
            [ax.Conv1D(2, 3, "tanh", padding="same"), ax.BatchNorm(), ax.GlobalPool("max")],
            [ax.Transpose(), ax.PositionalEncoding(), ax.LastStep()],
            [ax.Transpose(), ax.Attention(2), ax.LSTM(3, bidirectional=True, last=True)],
            [ax.Transpose(), ax.PositionalEncoding(), ax.GRU(3, truncation=2), ax.LastStep()],
        ):
            for rows in (mask, np.repeat(mask, 4, axis=0)):
                recipe = classes(
                    *(skipping, *layers),
                    inputs=(4, 7),
                    batch_size=len(rows) // 12 * 5,
                    shuffle=False,
                    dtype="float64",
                )
                assert_engines_agree(recipe, len(rows), FLOAT64_BATCH_NORM, mask=rows)

    @pytest.mark.parametrize("engine", [ReferenceEngine, NativeEngine])
    def test_averages_stay_where_a_batch_has_no_position_at_all(self, engine):
        mask = np.zeros((5, 7), bool)
        mask[:, 1] = True
        recipe = classes(
            *(ax.MaxPool(1, stride=3), ax.BatchNorm(), ax.GlobalPool()), inputs=(4, 7), batch_size=5
        )
        X, target, _ = rows_for(recipe, 5, 1)
        _, state, _ = trained(engine(), recipe, X, target, None, 2, mask)
        np.testing.assert_array_equal(state.parameters.buffers, [0, 0, 0, 0, 1, 1, 1, 1])

    def test_lbfgs_minimises_with_them_alike(self):
        recipe = classes(ax.GRU(4, last=True), inputs=(5, 2), optimizer=ax.LBFGS(), dtype="float64")
        assert_engines_agree(recipe, 50, 1e-6, mask=mask_for(50, 5, 1))

    def test_weights_of_several_epochs_are_evaluated_with_them(self):
        recipe = classes(ax.GRU(4, last=True), inputs=(5, 2), dtype="float64")
        X, target, weight = rows_for(recipe, 21, 1, weighted=True)
        examples = Examples(X, target, weight, mask_for(21, 5, 1))
        trail, found = Trail(recipe.network.layout, 3, "float64"), []
        for engine in (ReferenceEngine(), NativeEngine()):
            plan = engine.compile(recipe)
            state = plan.start(recipe.network.initialize(1, "float64"))
            plan.session(state, examples, 3).advance(epochs=3, trail=trail)
            found.append(plan.evaluate_each(trail, examples))
        for wanted, ours in zip(*found, strict=True):
            assert difference(ours, wanted) < FLOAT64

    def test_a_trainer_and_its_model_take_them(self):
        network = ax.Network(
            ax.Embedding(9, 4), ax.LSTM(8, last=True), ax.Dense(2, "softmax"), input_shape=7
        )
        random = np.random.default_rng(0)
        X, mask = random.integers(0, 9, (60, 7)), mask_for(60, 7, 0)
        rows = Examples(X, random.integers(0, 2, 60), mask=mask)
        found = {}
        for engine in ("reference", "native"):
            trainer = ax.Trainer(network, loss="cce", optimizer="adam", engine=engine, seed=1)
            result = trainer.fit(rows, rows, max_epochs=4)
            found[engine] = result.history["validation_loss"]
        np.testing.assert_allclose(found["native"], found["reference"], rtol=1e-4)

    def test_that_a_layer_cannot_take_are_refused_with_its_place(self):
        recipe = classes(ax.GRU(4), ax.Flatten(), inputs=(5, 2))
        plan = NativeEngine().compile(recipe)
        with pytest.raises(ShapeError, match=r"Layer 1 \(Flatten\)"):
            plan.predict(
                recipe.network.initialize(), np.zeros((2, 5, 2), "f4"), np.ones((2, 5), bool)
            )

    @pytest.mark.parametrize("length", [1, 4, 6, 100])
    def test_of_another_length_never_reach_the_compiled_layers(self, length):
        plan = NativeEngine().compile(classes(ax.GRU(4, last=True), inputs=(5, 2)))
        assert plan.compiled.takes_mask(5)
        assert not plan.compiled.takes_mask(length)
        workspace = plan.compiled.workspace(2, 2, 1)
        vector, nothing = np.zeros(plan.recipe.network.layout.size, "f4"), np.zeros(0, "f4")
        X, out = np.zeros((2, 10), "f4"), np.zeros((2, 3), "f4")
        with pytest.raises(ValueError, match=f"a mask of {length} positions meets a layer of 5"):
            workspace.predict(vector, nothing, X, None, None, None, np.ones((2, length), bool), out)
        with pytest.raises(ValueError, match="mask has another shape"):
            workspace.predict(vector, nothing, X, None, None, None, np.ones((3, 5), bool), out)

    def test_that_nobody_ends_are_refused(self):
        plan = NativeEngine().compile(classes(ax.Activation("tanh"), ax.Flatten(), inputs=(5, 2)))
        assert not plan.compiled.takes_mask(5)


class TestTokens:
    @pytest.mark.parametrize("vocabulary", [1, 2, 255, 256, 257, 1000])
    def test_of_any_vocabulary_learn_alike(self, vocabulary):
        layers = [ax.Embedding(vocabulary, 5), ax.RMSNorm(), ax.GRU(6, last=True)]
        for penalty in (Penalty(), Penalty(l2=0.3)):
            recipe = classes(*layers, inputs=(6,), penalty=penalty, dtype="float64")
            assert_engines_agree(recipe, 40, FLOAT64, mask=mask_for(40, 6, 1))

    @pytest.mark.parametrize("token", [-1.0, 7.0, np.nan, np.inf])
    def test_that_there_are_not_are_refused_by_the_module(self, token):
        plan = NativeEngine().compile(classes(ax.Embedding(7, 2), ax.LastStep(), inputs=(3,)))
        workspace = plan.compiled.workspace(1, 1, 1)
        X = np.array([[0, token, 6]], "f4")
        vector = np.zeros(plan.recipe.network.layout.size, "f4")
        with pytest.raises(ValueError, match="a token is out of range"):
            workspace.predict(vector, vector[:0], X, None, None, None, None, np.zeros((1, 3), "f4"))

    def test_more_than_float32_tells_apart_are_an_obstacle_in_it(self):
        layers = [ax.Embedding(2**24 + 1, 1), ax.LastStep()]
        found = [NativeEngine().obstacles(classes(*layers, inputs=(3,), dtype=dtype))
                 for dtype in ("float32", "float64")]  # fmt: skip
        assert "16,777,216 tokens" in str(found[0][0])
        assert found[1] == ()


class TestRuns:
    @settings(max_examples=25)
    @given(
        recipe=st.sampled_from(["float32", "float64"]).flatmap(recipes),
        rows=st.integers(2, 90),
        masked=st.booleans(),
    )
    def test_the_number_of_threads_changes_no_bit(self, recipe, rows, masked):
        mask = mask_for(rows, recipe.network.input_shape[0], 1) if masked else None
        alone = trained_by_a_team(recipe, rows, 1, mask=mask)
        assert trained_by_a_team(recipe, rows, 2, mask=mask) == alone
        assert trained_by_a_team(recipe, rows, 3, mask=mask) == alone

    @settings(max_examples=30)
    @given(recipe=recipes(), rows=st.integers(5, 60), cut=st.integers(1, 6), masked=st.booleans())
    def test_one_that_stopped_goes_on_to_the_same_bits(self, recipe, rows, cut, masked):
        X, target, _ = rows_for(recipe, rows, 1)
        mask = mask_for(rows, recipe.network.input_shape[0], 1) if masked else None
        examples, ends = Examples(X, target, None, mask), []
        for steps in (None, cut):
            plan = NativeEngine().compile(recipe)
            state = plan.start(recipe.network.initialize(recipe.seed, recipe.dtype))
            while state.epoch < 2:
                # Everything but the state is new each time, as after a process was killed.
                session = NativeEngine().compile(recipe).session(state.copy(), examples, 2)
                lap = session.advance(epochs=2, steps=steps)
                assert lap.divergence is None
                state = session.state
            ends.append((state.parameters.vector.tobytes(), state.step, state.losses))
        assert ends[0] == ends[1]

    @pytest.mark.parametrize("engine", [ReferenceEngine, NativeEngine])
    def test_whose_states_grow_without_end_stop_and_leave_no_trace(self, engine):
        layer = ax.Recurrent(ax.RNNCell(4, "relu"), last=True)
        recipe = classes(layer, inputs=(60, 2), optimizer=ax.SGD(0.1), batch_size=5, shuffle=False)
        X, target, _ = rows_for(recipe, 20, 1)
        plan = engine().compile(recipe)
        state = plan.start(recipe.network.initialize(1))
        state.parameters["0.recurrent_weight"][...] = 10.0
        before = state.parameters.vector.copy()
        with np.errstate(all="ignore"):
            divergence = plan.session(state, Examples(X, target), 1).advance().divergence
        assert (divergence.epoch, divergence.batch) == (1, 1)
        np.testing.assert_array_equal(state.parameters.vector, before)

    def test_a_population_is_no_place_for_them(self):
        from axone.engines import shape_of

        plan = NativeEngine().compile(classes(ax.GRU(2, last=True), inputs=(3, 2)))
        assert shape_of(plan, 30) is None
