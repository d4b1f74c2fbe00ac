"""`axone predict` and `axone evaluate`: new rows of every kind, from the folder alone."""

import csv
import io
import json
import shutil

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_iris
from sklearn.metrics import accuracy_score

from axone.experiments import load_run

NAMES = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"]


def parsed(text):
    return list(csv.DictReader(io.StringIO(text)))


def probabilities(row):
    return [float(cell) for name, cell in row.items() if name.startswith("probability_")]


@pytest.fixture(scope="session")
def flowers():
    X, y = load_iris(return_X_y=True)
    return X[::10], y[::10]


@pytest.fixture
def write_table(here):
    def write_columns(name, columns):
        with (here / name).open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        return here / name

    return write_columns


@pytest.fixture
def flower_table(write_table, flowers):
    columns = dict(zip(NAMES, flowers[0].T, strict=True))
    words = np.array(["setosa", "versicolor", "virginica"])[flowers[1]]
    mixed = {"note": ["x"] * len(words), **dict(reversed(columns.items())), "species": words}
    return write_table("mixed.csv", mixed)


def test_a_table_is_predicted_whatever_the_order_of_its_columns(
    axone, iris_run, flowers, flower_table
):
    rows = parsed(axone("predict", iris_run, flower_table).stdout)
    model = load_run(iris_run)[1]
    assert [row["prediction"] for row in rows] == model.predict(flowers[0]).tolist()
    expected = model.predict_proba(flowers[0])
    np.testing.assert_allclose([probabilities(row) for row in rows], expected, rtol=1e-5)
    np.testing.assert_allclose(np.sum([probabilities(row) for row in rows], axis=1), 1, atol=1e-5)


def test_an_archive_is_predicted_with_or_without_targets(axone, iris_run, flowers, here):
    np.savez(here / "new.npz", X=flowers[0])
    np.savez(here / "labelled.npz", X=flowers[0], y=flowers[1])
    printed = {axone("predict", iris_run, name).stdout for name in ("new.npz", "labelled.npz")}
    assert len(printed) == 1
    assert len(parsed(printed.pop())) == len(flowers[0])


@pytest.mark.parametrize("row", [[5.1, 3.5, 1.4, 0.2], [-1, 3.5, -1.4e1, -0.2], ["1e0", 3, 2, 1]])
def test_one_row_is_predicted_from_its_numbers(axone, iris_run, row):
    (printed,) = parsed(axone("predict", iris_run, *row).stdout)
    expected = load_run(iris_run)[1].predict_proba(np.array([row], dtype=float))
    np.testing.assert_allclose([probabilities(printed)], expected, rtol=1e-5)


def test_one_row_of_negative_numbers_is_predicted_by_a_regression(axone, calculator_run):
    (printed,) = parsed(axone("predict", calculator_run, "-5", "-7").stdout)
    expected = load_run(calculator_run)[1].predict(np.array([[-5.0, -7.0]]))
    assert float(printed["prediction"]) == pytest.approx(expected[0], rel=1e-6)


def test_predictions_can_be_written_to_a_file(axone, iris_run, here, flower_table):
    printed = axone("predict", iris_run, flower_table).stdout
    assert axone("predict", iris_run, flower_table, "--out", "new.csv").stdout == ""
    assert (here / "new.csv").read_text() == printed


def test_the_folder_alone_is_enough(axone, tmp_path, write, here):
    rows = "".join(f"{n},{n % 2},{('no', 'yes')[n % 2]}\n" for n in range(40))
    path = write("gone.csv", f"a,b,label\n{rows}")
    axone("train", path, "-q", "--out", "run", "--epochs", "2", "--target", "label")
    before = axone("predict", "run", 3, 1).stdout
    moved = tmp_path / "elsewhere"
    shutil.move(here / "run", moved)
    path.unlink()
    for extra in ("history.csv", "metrics.json", "checkpoint.safetensors"):
        (moved / extra).unlink()
    assert axone("predict", moved, 3, 1).stdout == before


def test_a_table_with_categories_and_missing_cells_is_predicted(axone, table_run, write):
    path = write("new.csv", "colour,weight\nred,0.5\nblue,\ngreen,1\n")
    rows = parsed(axone("predict", table_run, path).stdout)
    assert [row["prediction"] for row in rows[:2]] == ["no", "yes"]
    assert len(rows) == 3


def test_several_predicted_numbers_are_several_columns(axone, here):
    random = np.random.default_rng(0)
    arrays = {"X": random.normal(size=(30, 3)), "y": random.normal(size=(30, 2))}
    np.savez(here / "two.npz", **arrays)
    np.savez(here / "named.npz", **arrays, target_names=np.array(["up", "down"]))
    for name, header in (("two", "prediction_1,prediction_2"), ("named", "prediction_up,pred")):
        axone("train", f"{name}.npz", "-q", "--epochs", "1")
        printed = axone("predict", f"runs/{name}", 1, 2, 3).stdout
        assert printed.startswith(header)
        assert len(parsed(printed)[0]) == 2


def test_a_lone_sigmoid_prints_both_probabilities(axone, write):
    layers = '[{name="dense",units=1,activation="sigmoid"}]'
    text = f'data={{source="moons"}}\nnetwork={{layers={layers}}}\ntraining={{epochs=2}}'
    axone("train", write("run.toml", text), "-q", "--out", "run")
    (row,) = parsed(axone("predict", "run", "-1.5", "0.5").stdout)
    assert list(row) == ["prediction", "probability_0", "probability_1"]
    assert sum(probabilities(row)) == pytest.approx(1, abs=1e-5)
    assert row["prediction"] == str(int(probabilities(row)[1] > 0.5))


def test_png_files_of_digits_are_recognised_in_either_colour(axone, real_data, here):
    archive = np.load(real_data / "mnist.npz")
    np.savez(here / "digits.npz", X=archive["X"][:6000], y=archive["y"][:6000])
    axone(
        *("train", "digits.npz", "-q", "--out", "run"),
        *("--epochs", "4", "--hidden", "64", "--batch-size", "64"),
    )
    numbers = range(40)
    for n in numbers:
        digit = np.pad(archive["X_test"][n].reshape(28, 28), 20)
        Image.fromarray(digit).resize((170, 170)).save(here / f"white{n}.png")
        Image.fromarray(255 - digit).convert("RGB").resize((170, 170)).save(here / f"black{n}.png")
    right = {}
    for colour in ("white", "black"):
        files = [f"{colour}{n}.png" for n in numbers]
        rows = parsed(axone("predict", "run", *files).stdout)
        assert [row["file"] for row in rows] == files
        right[colour] = [
            row["prediction"] == str(archive["y_test"][n])
            for n, row in zip(numbers, rows, strict=True)
        ]
    assert min(map(np.mean, right.values())) > 0.85
    # Rounding while resizing may tip a digit that stands between two classes.
    assert np.not_equal(right["white"], right["black"]).sum() <= 1


def test_a_run_is_evaluated_again_on_its_own_rows(axone, iris_run):
    printed = json.loads(axone("evaluate", iris_run, "--json").stdout)
    metrics = json.loads((iris_run / "metrics.json").read_text())
    assert printed == {name: metrics[name] for name in ("train", "validation", "test")}
    text = axone("evaluate", iris_run).stdout
    assert text.splitlines()[0].split() == ["train", "validation", "test"]
    assert f"{metrics['test']['accuracy']:.4g}" in text


def test_a_run_is_evaluated_on_a_labelled_table(axone, iris_run, flowers, flower_table):
    printed = json.loads(
        axone("evaluate", iris_run, flower_table, "--target", "species", "--json").stdout
    )
    names = load_run(iris_run)[1].predict(flowers[0])
    truth = np.array(["setosa", "versicolor", "virginica"])[flowers[1]]
    expected = accuracy_score(truth, names)
    assert printed["mixed.csv"]["accuracy"] == pytest.approx(expected, abs=1e-6)


def test_a_run_is_evaluated_on_a_labelled_archive(axone, iris_run, calculator_run, flowers, here):
    np.savez(here / "flowers.npz", X=flowers[0], y=flowers[1])
    assert "accuracy" in axone("evaluate", iris_run, "flowers.npz").stdout
    np.savez(here / "pairs.npz", X=np.array([[1.0, 2], [50, 50]]), y=np.array([3.0, 100]))
    printed = json.loads(axone("evaluate", calculator_run, "pairs.npz", "--json").stdout)
    assert printed["pairs.npz"]["mae"] < 5


def test_a_tables_own_target_need_not_be_named_again(axone, table_run, write):
    path = write("more.csv", "liked,colour,weight\nno,red,1\nyes,blue,2\n")
    printed = json.loads(axone("evaluate", table_run, path, "--json").stdout)
    assert printed["more.csv"]["accuracy"] == 1.0


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("colour,weight\nred,1\n", [], "there is no target 'liked'. Found colour, weight"),
        ("colour,weight,x\nred,1,no\n", ["--target", "y"], "no target 'y'. Found colour, weight"),
        ("colour,weight,liked\nred,1,maybe\n", [], "does not know the class 'maybe'"),
    ],
)
def test_rows_without_a_known_target_cannot_be_evaluated(
    refused, table_run, write, content, options, message
):
    assert message in refused("evaluate", table_run, write("new.csv", content), *options)


def test_a_model_of_arrays_asks_which_column_is_the_target(refused, iris_run, flower_table):
    message = refused("evaluate", iris_run, flower_table)
    assert "which column is the target?" in message
    assert "--target" in message


def test_an_archive_without_targets_cannot_be_evaluated(refused, iris_run, flowers, here):
    np.savez(here / "new.npz", X=flowers[0])
    assert "an array without y" in refused("evaluate", iris_run, "new.npz")


def test_what_the_network_sees_of_a_picture_is_drawn_and_written(axone, here, refused):
    digits = np.zeros((40, 28, 28), dtype=np.uint8)
    digits[:20, 4:24, 12:16] = 255
    digits[20:, 12:16, 4:24] = 255
    np.savez(here / "strokes.npz", X=digits, y=np.repeat([0, 1], 20))
    axone("train", "strokes.npz", "-q", "--out", "run", "--epochs", "3")
    page = np.full((300, 200), 230, dtype=np.uint8)
    page[60:240, 90:120] = 30
    Image.fromarray(page).save(here / "upright.png")
    shown = axone("predict", "run", "upright.png", "--seen", "seen.png")
    assert parsed(shown.stdout)[0]["prediction"] == "0"
    lines = shown.stderr.splitlines()
    assert lines[0] == "upright.png"
    assert len(lines) == 15
    assert sum("█" in line for line in lines) >= 8
    assert max(map(len, lines)) <= 80
    with Image.open(here / "seen.png") as picture:
        assert picture.size == (28, 28)
        assert np.ptp(np.nonzero(np.asarray(picture)[:, :, 0] > 50)[0]) == 19
    axone("train", "iris", "-q", "--out", "flowers", "--epochs", "1")
    assert "--seen writes images" in refused(
        "predict", "flowers", "1", "2", "3", "4", "--seen", "x"
    )


def test_words_are_predicted_as_they_are_typed(axone, here):
    words = np.array(["ab", "ba", "aab", "bb", "xy", "yx", "xx", "yyx"] * 8)
    np.savez(here / "words.npz", names=words, y=np.array(list("ttttffff") * 8))
    axone("train", "words.npz", "-q", "--out", "run", "--epochs", "30")
    shown = axone("predict", "run", "abba", "zzz")
    assert [row["text"] for row in parsed(shown.stdout)] == ["abba", "zzz"]
    assert "longer than those of training" in shown.stderr
    assert "characters that the model does not know" in " ".join(shown.stderr.split()) or (
        "character that the model does not know" in " ".join(shown.stderr.split())
    )


def test_a_forecast_follows_the_end_of_a_table(axone, here):
    days = np.arange(120)
    table = "sales,open\n" + "".join(f"{10 + day % 7},{int(day % 7 < 5)}\n" for day in days)
    (here / "shop.csv").write_text(table)
    axone(
        *("train", "shop.csv", "--target", "sales", "-q", "--out", "run", "--epochs", "200"),
        *("--data-option", "lags=14", "--data-option", "horizon=3"),
    )
    (row,) = parsed(axone("predict", "run", "shop.csv").stdout)
    names = [
        f"{word}_sales +{step}" for word in ("prediction", "lower", "upper") for step in (1, 2, 3)
    ]
    assert list(row) == names
    said, lower, upper = np.array([float(cell) for cell in row.values()]).reshape(3, 3)
    np.testing.assert_allclose(said, [10 + day % 7 for day in (120, 121, 122)], atol=1)
    assert (lower <= said).all()
    assert (said <= upper).all()
    evaluated = axone("evaluate", "run", "shop.csv").stdout
    assert "r2" in evaluated
    assert "coverage" in evaluated


def test_quantiles_of_a_table_are_a_column_each(axone, refused, here):
    random = np.random.default_rng(0)
    cells = random.normal(size=(200, 2))
    rows = "".join(f"{a},{b},{a + b}\n" for a, b in cells)
    (here / "sums.csv").write_text(f"a,b,sum\n{rows}")
    train = ("train", "sums.csv", "--target", "sum", "--epochs", "5")
    shown = axone(*train, "--quantiles", "0.05,0.25,0.5,0.75,0.95", "--calibrate", "--out", "run")
    assert "Interval of 90%, as far from the middle as validation rows ask" in " ".join(
        shown.stdout.split()
    )
    assert "In brackets: always answering the quantiles of the training rows." in shown.stdout
    found = parsed(axone("predict", "run", "sums.csv").stdout)
    assert list(found[0]) == ["prediction", "lower", "upper", "quantile_0.25", "quantile_0.75"]
    numbers = np.array([[float(cell) for cell in row.values()] for row in found])
    ordered = numbers[:, [1, 3, 0, 4, 2]]
    assert (np.diff(ordered, axis=1) >= 0).all()
    said = refused(*train, "--quantiles", "0.1,x")
    assert said.startswith("Error: --quantiles takes numbers between 0 and 1 with commas")
    said = refused(*train, "--quantiles", "0.9,0.1")
    assert said.startswith("Error: --quantiles: loss 'quantile': levels must be")
    assert "not --quantiles" in refused("train", "run", "--resume", "--quantiles", "0.5")


def test_a_folder_of_images_is_a_row_a_file_with_its_path(axone, refused, here):
    random = np.random.default_rng(0)
    for word, light in (("dark", 0), ("light", 150)):
        (here / "photos" / word).mkdir(parents=True)
        for number in range(8):
            page = (light + 100 * random.random((9, 7))).astype(np.uint8)
            Image.fromarray(page).save(here / "photos" / word / f"{number}.png")
    axone("train", "photos", "--hidden", "8", "--epochs", "30", "-q", "--out", "run")
    (here / "photos" / "notes.txt").write_text("no image")
    shown = axone("predict", "run", "photos")
    rows = parsed(shown.stdout)
    assert [row["file"] for row in rows[:2]] == ["photos/dark/0.png", "photos/dark/1.png"]
    assert [row["prediction"] for row in rows] == ["dark"] * 8 + ["light"] * 8
    assert "1 file of another kind is passed over" in shown.stderr
    several = parsed(axone("predict", "run", "photos/dark/0.png", "photos/light").stdout)
    assert len(several) == 9
    assert axone("evaluate", "run", "photos").stdout.split()[1] == "loss"
    (here / "empty").mkdir()
    said = refused("predict", "run", "empty")
    assert said.startswith("Error: empty and its subfolders hold no images: their files end in")


def test_a_dataset_is_evaluated_by_its_name(axone, refused, here):
    axone("train", "iris", "--epochs", "30", "-q", "--out", "run")
    output = axone("evaluate", "run", "iris").stdout
    assert output.split()[0] == "iris"
    assert "/150" in output
    assert "unknown dataset 'iriss'. Did you mean 'iris'?" in refused("evaluate", "run", "iriss")
    assert "does not know the class 'class_0'" in refused("evaluate", "run", "wine")
    axone("train", "digits", "--target", "digit == 5", "--epochs", "2", "-q", "--out", "fives")
    assert "/1,797" in axone("evaluate", "fives", "digits").stdout
    axone("train", "digits", "--preset", "autoencoder", "--epochs", "1", "-q", "--out", "back")
    assert "rmse" in axone("evaluate", "back", "digits").stdout


def test_a_dataset_that_brings_test_rows_is_evaluated_on_them(axone, here, tmp_path):
    random = np.random.default_rng(0)
    X, y = random.normal(size=(60, 3)), np.arange(60) % 2
    home = tmp_path / "data-home"
    home.mkdir(exist_ok=True)
    np.savez(home / "own.npz", X=X, y=y, X_test=X[:12], y_test=y[:12])
    axone("train", "own", "--epochs", "1", "-q", "--out", "run")
    shown = axone("evaluate", "run", "own")
    assert "/12" in shown.stdout
    assert "measured on the 12 test rows that own brings" in shown.stderr
