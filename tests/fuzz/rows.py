"""Arrays of every kind as rows and targets: masked, sparse, objects, not finite."""

import warnings

import numpy as np
import scipy.sparse
from hypothesis import strategies as st
from tests.fuzz.estimators import ESTIMATORS, FEW
from tests.fuzz.oracle import watched

import axone as ax

X, Y = np.random.default_rng(0).normal(size=(24, 3)), np.arange(24) % 2
MASK = np.zeros((24, 3), bool)
MASK[3, 1] = True


def _read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


ROWS = {
    "masked": lambda: np.ma.array(X, mask=MASK),
    "masked nowhere": lambda: np.ma.array(X, mask=False),
    "matrix": lambda: np.asmatrix(X),
    "sparse": lambda: scipy.sparse.csr_matrix(X),
    "sparse array": lambda: scipy.sparse.coo_array(X),
    "read-only": lambda: _read_only(X),
    "strided": lambda: np.repeat(X, 2, axis=1)[::1, ::2],
    "reversed": lambda: X[::-1],
    "fortran": lambda: np.asfortranarray(X),
    "objects": lambda: X.astype(object),
    "mixed objects": lambda: np.array([[1, "a", None]] * 24, dtype=object),
    "half": lambda: X.astype(np.float16),
    "long": lambda: X.astype(np.longdouble),
    "very long": lambda: np.full((24, 3), np.longdouble("1e4000")),
    "big-endian": lambda: X.astype(">f8"),
    "complex": lambda: X + 1j,
    "dates": lambda: np.full((24, 3), np.datetime64("2020-01-01")),
    "text": lambda: X.astype(str),
    "bytes": lambda: X.astype("S5"),
    "structured": lambda: np.zeros(24, dtype=[("a", "f8"), ("b", "i4")]),
    "huge": lambda: X * 1e300,
    "tiny": lambda: X * 1e-320,
    "nan": lambda: np.full((24, 3), np.nan),
    "infinite": lambda: np.full((24, 3), np.inf),
    "unsigned": lambda: np.full((24, 3), 2**64 - 1, dtype=np.uint64),
    "no axes": lambda: np.array(3.0),
    "one axis": lambda: X[:, 0],
    "many axes": lambda: X.reshape(24, 3, 1, 1, 1),
    "no rows": lambda: X[:0],
    "no columns": lambda: X[:, :0],
    "ragged": lambda: [[1, 2], [3]] * 12,
    "lists": X.tolist,
    "none": lambda: None,
    "word": lambda: "rows",
    "table of one": lambda: [[1, 2, 3]],
    "endless": lambda: iter([[1, 2, 3]] * 24),
    "huge whole": lambda: [[10**400] * 3] * 24,
}
TARGETS = {
    "good": lambda: Y,
    "masked": lambda: np.ma.array(Y, mask=MASK[:, 1]),
    "objects": lambda: Y.astype(object),
    "text": lambda: np.array(["a", "b"] * 12),
    "surrogates": lambda: np.array(["\ud800", "b"] * 12),
    "escapes": lambda: np.array(["\x1b[31m", "\n"] * 12),
    "None": lambda: None,
    "nan": lambda: np.where(Y, np.nan, 1.0),
    "column": lambda: Y[:, None],
    "matrix": lambda: np.asmatrix(Y).T,
    "big-endian": lambda: Y.astype(">i8"),
    "unsigned": lambda: Y.astype(np.uint64) + np.uint64(2**63),
    "booleans": lambda: Y.astype(bool),
    "bytes": lambda: Y.astype("S1"),
    "dates": lambda: np.array(["2020-01-01", "2021-01-01"] * 12, dtype="M8[D]"),
    "complex": lambda: Y + 1j,
    "short": lambda: Y[:5],
    "huge": lambda: np.linspace(-1e300, 1e308, 24),
    "one class": lambda: Y * 0,
    "huge whole": lambda: [10**400, 1] * 12,
}
DOORS = [*(kind.__name__ for kind in ESTIMATORS), "trainer", "experiment", "rosenblatt"]

cases = st.tuples(
    st.sampled_from(DOORS),
    st.sampled_from(sorted(ROWS)) | st.just("read-only"),
    st.sampled_from(sorted(TARGETS)) | st.just("good"),
)


def attempt(case, folder):
    """Learn from the rows; scikit-learn's own errors about rows are ValueError and TypeError."""
    door, rows, targets = case
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy would rather have no matrices
        given, target = ROWS[rows](), TARGETS[targets]()
    kinds = {kind.__name__: kind for kind in ESTIMATORS}
    allowed = (ValueError, TypeError) if door in kinds else ()
    with watched(*allowed):
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        if door in kinds:
            kind = kinds[door]
            fitted = kind(**FEW[kind]).fit(given, target)
            fitted.predict(given)
            if rows == "masked" and "Tabular" not in door:
                raise AssertionError("hidden numbers were learnt from")
        elif door == "trainer":
            network = ax.Network(ax.Dense(2, "softmax"), input_shape=3)
            ax.Trainer(network, loss="cce").fit((given, target), max_epochs=1)
            assert rows != "masked", "hidden numbers were learnt from"
        elif door == "experiment":
            experiment = ax.Experiment.in_memory(
                {"training": {"epochs": 1}, "data": {"validation": 0, "test": 0}}
            )
            experiment.run(dataset=(given, target))
            assert rows != "masked", "hidden numbers were learnt from"
        else:
            ax.RosenblattPerceptron(max_epochs=2).fit(given, target)
            assert rows != "masked", "hidden numbers were learnt from"
