"""Frames of layers that multiply nothing stay within memory."""

from axone.playground.bench import FIRST
from axone.playground.views import Stage, View


def test_units_of_layers_that_multiply_nothing_are_shown_on_fewer_points(bench):
    planes = [
        {"name": "dense", "units": 1},
        {"name": "reshape", "shape": [1, 1, 1]},
        {"name": "upsample", "size": [256, 256]},
        {"name": "global_pool"},
    ]
    network = {"hidden_layers": planes}
    bench.set_design({**FIRST, "network": network, "training": {"batch_size": 16}})
    prepared = bench.design.prepared
    stage = Stage.of(prepared, View.from_data({"grid": 100, "unit_grid": 100}, prepared))
    together = len(stage.unit_rows) * prepared.network.kept_numbers
    assert together * 4 < 2**28
