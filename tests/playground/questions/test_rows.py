"""Rows, browsed: the dataset's own, in the order that is asked for, however many there are."""

import json

import numpy as np
import pytest

from axone.errors import AxoneError
from axone.playground.bench import Bench
from axone.playground.questions import rows as module
from axone.playground.questions.rows import rows

MLP = [{"name": "dense", "units": 4, "activation": "tanh"}]


def bench_on(folder, source, file=None, layers=MLP, **data):
    bench = Bench(folder)
    if file is not None:
        bench.sources.add(file.name, file)
    design = {
        "data": {"source": source, "validation": 0.25, "test": 0.2, **data},
        "network": {"hidden_layers": layers},
        "seed": 1,
        "dtype": "float64",
    }
    bench.set_design(design)
    bench.epoch()
    return bench


@pytest.fixture(scope="module")
def iris(tmp_path_factory):
    return bench_on(tmp_path_factory.mktemp("iris"), "iris")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("table")
    file = folder / "houses.csv"
    random = np.random.default_rng(0)
    lines = ["area,town,since,price"]
    for row in range(80):
        area = "" if row % 9 == 0 else f"{random.uniform(30, 200):.1f}"
        town = random.choice(["Paris", "Nice", "Lyon"])
        lines.append(f"{area},{town},20{10 + row % 9}-03-01,{1000 * random.uniform(1, 9):.2f}")
    file.write_text("\n".join(lines) + "\n")
    return bench_on(folder, "upload:houses.csv", file, target="price"), lines


def test_rows_are_those_of_the_dataset_in_the_names_of_its_classes(iris):
    found = rows(iris, {"part": "validation", "offset": 3, "count": 7})
    prepared = iris.design.prepared
    dataset, part = prepared.dataset, prepared.parts["validation"]
    assert found["total"] == len(part)
    assert [column["name"] for column in found["columns"]] == list(dataset.feature_names)
    assert [row["number"] for row in found["rows"]] == part.numbers[3:10].tolist()
    outputs = prepared.network.predict(iris.parameters(), part.X[3:10])
    for row, shares in zip(found["rows"], outputs, strict=True):
        assert row["cells"] == np.asarray(dataset.X)[row["number"]].tolist()
        assert row["target"] == dataset.class_names[dataset.y[row["number"]]]
        assert row["predicted"] == dataset.class_names[shares.argmax()]
        assert row["share"] == pytest.approx(shares.max(), rel=1e-6)
        assert row["wrong"] == (row["target"] != row["predicted"])
        wanted = shares[dataset.y[row["number"]]]
        assert row["loss"] == pytest.approx(-np.log(wanted), rel=1e-6)


def test_cells_of_a_table_stand_as_in_its_file_and_numbers_in_their_units(table):
    bench, lines = table
    found = rows(bench, {"part": "train", "count": 40})
    assert [(column["name"], column["kind"]) for column in found["columns"]][:2] == [
        ("area", "number"),
        ("town", "text"),
    ]
    for row in found["rows"]:
        area, town, since, price = lines[1 + row["number"]].split(",")
        assert row["cells"][0] == (float(area) if area else None)
        assert row["cells"][1] == town
        assert str(row["cells"][2]).startswith(since)
        assert row["target"] == pytest.approx(float(price))
        assert row["wrong"] is None
        assert row["error"] == pytest.approx(row["predicted"] - row["target"])
    json.dumps(found, allow_nan=False)


def test_by_loss_the_dearest_rows_come_first_page_after_page(iris):
    pages = [
        rows(iris, {"part": "train", "order": "loss", "offset": offset, "count": 30})
        for offset in (0, 30, 60)
    ]
    losses = [row["loss"] for page in pages for row in page["rows"]]
    assert losses == sorted(losses, reverse=True)
    assert pages[0]["sampled"] is None
    prepared = iris.design.prepared
    part = prepared.parts["train"]
    shares = prepared.network.predict(iris.parameters(), part.X)
    of_all = -np.log(shares[np.arange(len(part)), part.y])
    np.testing.assert_allclose(losses, np.sort(of_all)[::-1][: len(losses)], rtol=1e-6)


def test_only_the_wrong_ones_are_counted_and_shown(iris):
    prepared = iris.design.prepared
    part = prepared.parts["train"]
    shares = prepared.network.predict(iris.parameters(), part.X)
    wrong = part.numbers[shares.argmax(axis=1) != part.y]
    found = rows(iris, {"part": "train", "filter": "wrong", "count": 200})
    assert len(wrong) > 0
    assert found["total"] == len(wrong)
    assert [row["number"] for row in found["rows"]] == wrong.tolist()
    first = rows(iris, {"part": "train", "order": "wrong", "count": 200})
    flags = [row["wrong"] for row in first["rows"]]
    assert flags == sorted(flags, reverse=True)
    assert sum(flags) == len(wrong)


def test_of_very_many_rows_only_those_that_are_shown_are_looked_at(iris, monkeypatch):
    seen = []
    plan = iris.design.trainer.plan
    predict = type(plan).predict

    def watching(self, parameters, X, mask=None):
        seen.append(len(X))
        return predict(self, parameters, X, mask)

    monkeypatch.setattr(type(plan), "predict", watching)
    rows(iris, {"part": "train", "offset": 10, "count": 5})
    assert seen == [5]
    monkeypatch.setattr(module, "MOST_SAMPLED", 20)
    monkeypatch.setattr(module, "MOST_SHOWN", 10)
    found = rows(iris, {"part": "train", "order": "loss", "count": 5})
    assert seen == [5, 20, 5]
    assert found["sampled"] == found["total"] == 20


def test_an_image_is_shown_in_miniature(tmp_path):
    import base64

    file = tmp_path / "squares.npz"
    random = np.random.default_rng(0)
    np.savez(file, X=random.integers(0, 256, (40, 6, 5), dtype=np.uint8), y=np.arange(40) % 2)
    bench = bench_on(tmp_path, "upload:squares.npz", file, layers=[{"name": "flatten"}, *MLP])
    found = rows(bench, {"part": "test", "count": 2})
    prepared = bench.design.prepared
    assert [column["kind"] for column in found["columns"]] == ["image"]
    for row in found["rows"]:
        (cell,) = row["cells"]
        pixels = np.frombuffer(base64.b64decode(cell["data"]), np.uint8)
        whole = np.asarray(prepared.dataset.X)[row["number"]]
        np.testing.assert_array_equal(pixels.reshape(whole.shape), whole)


@pytest.mark.parametrize("count", [0, 1])
def test_beyond_the_last_row_there_are_none(iris, count):
    found = rows(iris, {"part": "train", "offset": 10**15, "count": count})
    assert found["rows"] == []


def test_weights_that_are_no_numbers_leave_the_rows_readable(tmp_path):
    bench = bench_on(tmp_path, "iris")
    bench.attempt.run.state.parameters.vector[...] = np.nan
    for order in ("number", "loss", "wrong"):
        found = rows(bench, {"part": "train", "order": order, "count": 5})
        assert [row["loss"] for row in found["rows"]] == [None] * 5
        json.dumps(found, allow_nan=False)


@pytest.mark.parametrize(
    "fields",
    [
        {"part": "no such"},
        {"part": None},
        {"part": {"train": 1}},
        {"offset": -1},
        {"offset": 1.5},
        {"offset": True},
        {"offset": 10**40},
        {"count": 201},
        {"count": -1},
        {"count": 10**9},
        {"count": "all"},
        {"order": "name"},
        {"order": ["loss"]},
        {"filter": "right"},
        {"filter": float("nan")},
    ],
)
def test_what_makes_no_sense_is_refused_in_words(iris, fields):
    with pytest.raises(AxoneError):
        rows(iris, {"part": "train", **fields})


def test_no_number_is_wrong(table):
    with pytest.raises(AxoneError, match="near or far"):
        rows(table[0], {"part": "train", "filter": "wrong"})
