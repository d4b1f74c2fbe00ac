"""Which engine runs a recipe, what it says it cannot do, and which variant of it is loaded."""

import platform

import pytest

import axone as ax
from axone import engines
from axone.engines import Recipe, UnsupportedError, compile_recipe
from axone.engines.native import NativeEngine
from axone.engines.native.variants import VARIANTS, NotBuiltError, load_variant, supported_variants
from axone.errors import ConfigurationError
from axone.layers import Layer
from axone.losses import LOSSES

try:
    load_variant()
except NotBuiltError as error:
    pytest.skip(str(error), allow_module_level=True)


class Doubling(Layer):
    def output_shape(self, input_shape):
        return input_shape

    def forward(self, parameters, x, context):
        return 2 * x, None

    def backward(self, parameters, cache, dy):
        return 2 * dy, {}


def test_a_layer_of_the_users_own_is_refused_by_name():
    network = ax.Network(Doubling(), ax.Dense(2), input_shape=3)
    with pytest.raises(UnsupportedError, match="Doubling"):
        NativeEngine().compile(Recipe(network, LOSSES.resolve("mse"), ax.SGD()))


def test_the_variant_can_be_forced_and_nonsense_is_refused(monkeypatch):
    assert load_variant().variant in VARIANTS
    monkeypatch.setenv("AXONE_ISA", "mmx")
    load_variant.cache_clear()
    with pytest.raises(ConfigurationError, match=r"AXONE_ISA must be one of .*; found 'mmx'"):
        load_variant()
    monkeypatch.setattr("axone.engines.native.variants._processor_features", set)
    monkeypatch.setenv("AXONE_ISA", "avx512")
    if platform.machine() == "x86_64":
        assert supported_variants() == ("baseline",)
        with pytest.raises(ConfigurationError, match="this processor runs only baseline"):
            load_variant()
    monkeypatch.undo()
    load_variant.cache_clear()


class TestChoice:
    def test_auto_takes_the_compiled_engine_and_says_why(self):
        recipe = Recipe(ax.Network(ax.Dense(2), input_shape=3), LOSSES.resolve("mse"), ax.SGD())
        compiled = compile_recipe(recipe)
        assert compiled.engine == "native"
        assert load_variant().variant in compiled.reason

    def test_auto_falls_back_with_a_warning_where_a_layer_is_not_known(self):
        network = ax.Network(Doubling(), ax.Dense(2), input_shape=3)
        recipe = Recipe(network, LOSSES.resolve("mse"), ax.SGD())
        with pytest.warns(UserWarning, match="Doubling runs on the reference engine"):
            compiled = compile_recipe(recipe)
        assert (compiled.engine, compiled.reason) == (
            "reference",
            "Doubling runs on the reference engine.",
        )

    def test_auto_refuses_what_no_engine_can(self):
        network = ax.Network(ax.Dropout(0.5), ax.Dense(2), input_shape=3)
        recipe = Recipe(network, LOSSES.resolve("mse"), ax.LBFGS())
        for engine in ("auto", "native", "reference"):
            with pytest.raises(UnsupportedError, match="L-BFGS needs a loss that is the same"):
                compile_recipe(recipe, engine)

    def test_without_the_compiled_module_one_warning_says_so(self, monkeypatch):
        def missing():
            raise NotBuiltError("The compiled engine is not installed: no compiler.")

        monkeypatch.setattr("axone.engines.native.load_variant", missing)
        engines._warn_not_built.cache_clear()
        recipe = Recipe(ax.Network(ax.Dense(2), input_shape=3), LOSSES.resolve("mse"), ax.SGD())
        with pytest.warns(UserWarning, match="no compiler") as caught:
            names = [compile_recipe(recipe).engine for _ in range(3)]
        assert names == ["reference"] * 3
        assert len(caught) == 1
        with pytest.raises(NotBuiltError):
            compile_recipe(recipe, "native")
