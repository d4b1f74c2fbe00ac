"""The programs of formulas: made once, checked before they run, exact where numbers are tiny."""

import copy

import numpy as np
import pytest
from tests.engines.test_formulas import LEARNT, recipe_of

import axone as ax
from axone.activations import Formula
from axone.engines import Recipe, ReferenceEngine
from axone.engines.native import NativeEngine
from axone.engines.native.formulas import programs_of
from axone.engines.native.translation import plan_settings
from axone.engines.native.variants import load_variant
from axone.losses import LOSSES


class TestPrograms:
    """What comes from Python is checked, as if it were a stranger's."""

    def built(self, change, formula=LEARNT):
        recipe = recipe_of(ax.Dense(4, formula), shape=3)
        described = copy.deepcopy(plan_settings(recipe, load_variant()))
        change(described["layers"][0]["formula"], described["layers"][0])
        return load_variant().Plan32(described, 0).workspace(4, 4, 1, False)

    def test_as_they_are_made_they_are_taken(self):
        self.built(lambda formula, layer: None)

    @pytest.mark.parametrize("program", ["value", "slope", "by_constants"])
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (lambda p: p["instructions"][0].update(operation="jump"), "unknown operation 'jump'"),
            (lambda p: p["instructions"][0]["operands"].append({"at": 0}), "operands"),
            (lambda p: p["instructions"][0]["operands"].clear(), "operands"),
            (lambda p: p["instructions"][0]["operands"][0].update(at=31), "reads place 31"),
            (lambda p: p["instructions"][0]["operands"][0].update(at=32), "reads place 32"),
            (lambda p: p["instructions"][0]["operands"][0].update(at=2**40), "reads place 109"),
            (lambda p: p["instructions"][0]["operands"][0].update(at=-99), "reads place -99"),
            (lambda p: p["instructions"][0]["operands"][0].update(at=-(2**63)), "reads place -9"),
            (lambda p: p["instructions"][0].update(to=0), "writes to register 0"),
            (lambda p: p["instructions"][0].update(to=1), "writes to register 1"),
            (lambda p: p["instructions"][0].update(to=32), "writes to register 32"),
            (lambda p: p["instructions"][0].update(to=-1), "writes to register -1"),
            (lambda p: p["outputs"][0].update(at=30), "reads place 30"),
            (lambda p: p["outputs"].append({"at": 0}), "output|derivative"),
            (lambda p: p["outputs"].clear(), "output|derivative"),
            (lambda p: p["constants"].clear(), "reads place -|must know the constants"),
        ],
    )
    def test_that_would_reach_beyond_their_memory_are_refused(self, program, change, words):
        with pytest.raises(ValueError, match=words):
            self.built(lambda formula, layer: change(formula[program]))

    def test_that_read_a_before_it_is_there_are_refused(self):
        def read(formula, layer):
            formula["value"]["instructions"][0]["operands"][0]["at"] = 1

        with pytest.raises(ValueError, match="reads place 1"):
            self.built(read)

    @pytest.mark.parametrize("count", [0, 1, 4, 2**40, -1])
    def test_that_learn_other_numbers_than_the_layer_has_are_refused(self, count):
        with pytest.raises(ValueError, match=r"derivative by each|learns"):
            self.built(lambda formula, layer: formula.update(learned=count))
        if 0 < count < 10:
            places = [{"place": 0}] * count
            with pytest.raises(ValueError, match="learns 3 numbers"):
                self.built(lambda formula, layer: layer.update(learned=places))

    def test_that_are_not_there_are_refused(self):
        with pytest.raises((ValueError, IndexError)):
            self.built(lambda formula, layer: layer.pop("formula"))

    def test_of_too_many_registers_are_an_obstacle(self):
        nested = "z"
        for n in range(2, 37):
            nested = f"(sin({n}*z) + {nested})"
        recipe = recipe_of(ax.Dense(2, nested), shape=2)
        (obstacle,) = NativeEngine().obstacles(recipe)
        assert obstacle == "a formula of so many parts runs on the reference engine."


def test_a_formula_becomes_programs_once():
    function = Formula(LEARNT)
    bound = function.bind({name: np.array([3.0]) for name in "abc"})
    assert programs_of(function) is programs_of(Formula(LEARNT)) is programs_of(bound)
    with pytest.raises(TypeError):
        programs_of(function)["value"] = None


@pytest.mark.parametrize(
    ("formula", "dtype", "z", "value"),
    [
        ("z/1e-60", "float64", 0.0, 0.0),
        ("z/1e-60", "float64", 1e-50, 1e10),
        ("z/1e-310", "float64", 0.0, 0.0),
        ("z/1e-40", "float32", 0.0, 0.0),
        ("z/1e-37", "float32", 1e-30, 1e7),
        ("z/1e-37", "float32", 0.0, 0.0),
    ],
)
def test_a_division_by_next_to_nothing_is_one(formula, dtype, z, value):
    network = ax.Network(ax.Activation(formula), input_shape=1)
    recipe = Recipe(network, LOSSES.resolve("mse"), ax.SGD(), dtype=dtype)
    for engine in (ReferenceEngine(), NativeEngine()):
        found = engine.compile(recipe).predict(network.initialize(0, dtype), np.array([[z]], dtype))
        np.testing.assert_allclose(found, [[value]], rtol=1e-5)
