"""Datasets downloaded through scikit-learn's fetchers, once, then kept in the data home as NPZ."""

import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.data.dataset import DatasetInfo
from axone.data.encoding import TableEncoder
from axone.data.home import data_home
from axone.data.npz import write_npz
from axone.errors import DataError
from axone.messages import _

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Download:
    """A dataset to be had: what it is, and how to fetch it into a folder for scraps."""

    info: DatasetInfo
    fetch: Callable[[str], Arrays]


def download(name: str) -> None:
    """Fetch one of `DOWNLOADS` and store it in the data home as `<name>.npz`.

    Raises
    ------
    DataError
        No network, a server that does not answer, or a data home that cannot be written to.
    """
    from http.client import HTTPException

    path = data_home() / f"{name}.npz"
    try:
        # scikit-learn keeps what it fetches; the data home is to hold the only copy.
        with tempfile.TemporaryDirectory() as scraps, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            arrays = DOWNLOADS[name].fetch(scraps)
    # OpenML's refusals and checksums that differ are ValueErrors; the network's are OSErrors.
    except (OSError, ValueError, HTTPException) as error:
        raise DataError(
            _(
                "{name} could not be downloaded: {error}. Without a network, put the file at "
                "{path} (NPZ with X and y), or set AXONE_DATA to a folder that has it.",
                name=name,
                error=error,
                path=path,
            )
        ) from error
    write_npz(path, arrays)


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
