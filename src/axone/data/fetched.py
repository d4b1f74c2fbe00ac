"""Datasets downloaded through scikit-learn's fetchers, once, then kept in the data home.

Arrays are kept as NPZ, tables with text in their columns as CSV.
"""

import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from axone.data.dataset import DatasetInfo
from axone.data.encoding import TableEncoder
from axone.data.home import data_home
from axone.data.npz import write_npz
from axone.data.saving import write_table
from axone.errors import DataError
from axone.messages import _

if TYPE_CHECKING:
    from pandas import DataFrame

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Download:
    """A dataset to be had: what it is, and how to fetch it into a folder for scraps."""

    info: DatasetInfo
    fetch: "Callable[[str], Arrays | DataFrame]"
    suffix: str = ".npz"


def download(name: str) -> None:
    """Fetch one of `DOWNLOADS` and store it in the data home as `<name>.npz` or `<name>.csv`.

    Raises
    ------
    DataError
        No network, a server that does not answer, or a data home that cannot be written to.
    """
    from http.client import HTTPException

    known = DOWNLOADS[name]
    path = data_home() / f"{name}{known.suffix}"
    try:
        # scikit-learn keeps what it fetches; the data home is to hold the only copy.
        with tempfile.TemporaryDirectory() as scraps, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fetched = known.fetch(scraps)
    # OpenML's refusals and checksums that differ are ValueErrors; the network's are OSErrors.
    except (OSError, ValueError, HTTPException) as error:
        raise DataError(
            _(
                "{name} could not be downloaded: {error}. Without a network, put the file at "
                "{path} ({content}), or set AXONE_DATA to a folder that has it.",
                name=name,
                error=error,
                path=path,
                content=_("NPZ with X and y") if known.suffix == ".npz" else _("a table"),
            )
        ) from error
    if isinstance(fetched, Mapping):
        write_npz(path, fetched)
    else:
        write_table(path, fetched)


def _openml_images(name: str, class_names: tuple[str, ...]) -> Callable[[str], Arrays]:
    def fetch(scraps: str) -> Arrays:
        from sklearn.datasets import fetch_openml

        bunch = fetch_openml(name, version=1, as_frame=False, data_home=scraps)
        X = bunch.data.astype(np.uint8).reshape(-1, 28, 28)
        y = bunch.target.astype(np.uint8)
        return {
            "X": X[:60_000],
            "y": y[:60_000],
            "X_test": X[60_000:],
            "y_test": y[60_000:],
            "target_names": np.array(class_names),
        }

    return fetch


def _cifar_10(scraps: str) -> Arrays:
    from sklearn.datasets import fetch_openml

    # A row is an image: its red, green and blue planes, each line by line.
    bunch = fetch_openml("CIFAR_10", version=1, as_frame=False, data_home=scraps)
    X = bunch.data.astype(np.uint8).reshape(-1, 3, 32, 32)
    y = bunch.target.astype(np.uint8)
    return {
        "X": X[:50_000],
        "y": y[:50_000],
        "X_test": X[50_000:],
        "y_test": y[50_000:],
        "target_names": np.array(_OBJECTS),
    }


def _adult(scraps: str) -> "DataFrame":
    from sklearn.datasets import fetch_openml

    bunch = fetch_openml("adult", version=2, as_frame=True, data_home=scraps)
    return bunch.data.assign(income=bunch.target)


def _covtype(scraps: str) -> Arrays:
    from sklearn.datasets import fetch_covtype

    bunch = fetch_covtype(data_home=scraps)
    return {
        "X": bunch.data.astype(np.int16),
        "y": (bunch.target - 1).astype(np.int8),
        "feature_names": np.array(bunch.feature_names),
        "target_names": np.array(_FOREST),
    }


def _california_housing(scraps: str) -> Arrays:
    from sklearn.datasets import fetch_california_housing

    bunch = fetch_california_housing(data_home=scraps)
    return {
        "X": bunch.data.astype(np.float32),
        "y": bunch.target.astype(np.float32),
        "feature_names": np.array(bunch.feature_names),
        "target_names": np.array(bunch.target_names),
    }


def _creditcard(scraps: str) -> Arrays:
    from sklearn.datasets import fetch_openml

    bunch = fetch_openml("creditcard", version=1, as_frame=False, data_home=scraps)
    return {
        "X": bunch.data.astype(np.float32),
        "y": bunch.target.astype(np.int8),
        "feature_names": np.array(bunch.feature_names),
        "target_names": np.array(["genuine", "fraud"]),
    }


def _bike_sharing(scraps: str) -> Arrays:
    from sklearn.datasets import fetch_openml

    bunch = fetch_openml("Bike_Sharing_Demand", version=2, as_frame=True, data_home=scraps)
    encoder = TableEncoder.fit(bunch.data)
    return {
        "X": encoder.transform(bunch.data).astype(np.float32),
        "y": bunch.target.to_numpy(dtype=np.float32),
        "feature_names": np.array(encoder.output_names),
        "target_names": np.array(["count"]),
    }


_DIGITS = tuple("0123456789")
_OBJECTS = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
_CLOTHES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
_FOREST = (
    "Spruce/Fir",
    "Lodgepole Pine",
    "Ponderosa Pine",
    "Cottonwood/Willow",
    "Aspen",
    "Douglas-fir",
    "Krummholz",
)

DOWNLOADS = {
    download.info.name: download
    for download in (
        Download(
            DatasetInfo("mnist", "classification", 60_000, "28 × 28", 10, "download"),
            _openml_images("mnist_784", _DIGITS),
        ),
        Download(
            DatasetInfo("fashion_mnist", "classification", 60_000, "28 × 28", 10, "download"),
            _openml_images("Fashion-MNIST", _CLOTHES),
        ),
        Download(
            DatasetInfo("cifar_10", "classification", 50_000, "3 × 32 × 32", 10, "download"),
            _cifar_10,
        ),
        Download(DatasetInfo("adult", "", 48_842, "15 columns", None, "download"), _adult, ".csv"),
        Download(DatasetInfo("covtype", "classification", 581_012, "54", 7, "download"), _covtype),
        Download(
            DatasetInfo("california_housing", "regression", 20_640, "8", None, "download"),
            _california_housing,
        ),
        Download(
            DatasetInfo("creditcard", "classification", 284_807, "29", 2, "download"),
            _creditcard,
        ),
        Download(
            DatasetInfo("bike_sharing", "regression", 17_379, "20", None, "download"),
            _bike_sharing,
        ),
    )
}
