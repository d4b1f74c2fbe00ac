"""NumPy archives: arrays of odd types and shapes, members that lie, bytes that are wrong."""

import io
import struct
import zipfile

import numpy as np
from hypothesis import strategies as st
from tests.fuzz.hostile import WORDS, damaged
from tests.fuzz.oracle import command, watched
from tests.fuzz.trained import run_folder

ROWS = np.random.default_rng(0).normal(size=(12, 4))
TYPES = [
    "<f8", ">f8", "<f4", "<f2", "<f16", "<c16", "|b1", "<i1", ">i8", "<u8", "<U3", ">U3", "|S3",
    "<M8[D]", "<m8[s]", "|V3", "<U0", "|V0", "O",
]  # fmt: skip
SHAPES = [
    (12, 4),
    (12,),
    (),
    (0,),
    (0, 4),
    (12, 0),
    (12, 2, 2),
    (1, 4),
    (12, 1),
    (2,),
    (1,) * 12,
    (4, 12),
]


KEYS = [
    "X", "y", "feature_names", "target_names", "X_test", "y_test", "z", "mask", "lengths",
    "offsets", "groups", "time", "spans", "kind", "names", "text", "series", "columns", "mask_test",
]  # fmt: skip


@st.composite
def _arrays(draw):
    found = {}
    for key in draw(
        st.lists(
            st.sampled_from(KEYS),
            unique=True,
        )
    ):
        dtype = np.dtype(draw(st.sampled_from(TYPES)))
        shape = draw(st.sampled_from(SHAPES))
        fill = draw(st.sampled_from([0, 1, 3]))
        with np.errstate(all="ignore"):
            array = np.resize(np.arange(48) * fill, shape) if shape else np.array(fill)
            found[key] = (
                array.astype("<i8").astype(dtype) if dtype.kind != "V" else np.zeros(shape, dtype)
            )
        if draw(st.booleans()):
            found[key] = np.asfortranarray(found[key])
    return {"X": ROWS, "y": np.arange(12) % 3} | found


def _packed(arrays, method, names=None, pickled=True):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for key, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array, allow_pickle=pickled)
            archive.writestr((names or {}).get(key, f"{key}.npy"), member.getvalue())
    return content.getvalue()


METHODS = st.sampled_from(
    [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
GOOD = {"X": ROWS, "y": np.arange(12) % 3, "target_names": np.array(["a", "b", "c"])}


@st.composite
def _odd_arrays(draw):
    return _packed(draw(_arrays()), draw(METHODS))


@st.composite
def _odd_names(draw):
    names = {
        key: draw(
            st.sampled_from(
                [
                    "X",
                    "X.npy",
                    "y.npy",
                    "../X.npy",
                    "/X.npy",
                    "X.npy.npy",
                    ".npy",
                    "X.npy/",
                    "x" * 300,
                ]
            )
        )
        for key in draw(st.sets(st.sampled_from(list(GOOD))))
    }
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of the same name twice
        return _packed(GOOD, draw(METHODS), names)


@st.composite
def _lying_headers(draw):
    header = draw(
        st.sampled_from(
            [
                "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000000)}",
                "{'descr': '|V0', 'fortran_order': False, 'shape': (1000000000000,)}",
                "{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000000,)}",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 4)}",
                "{'descr': '<f8', 'fortran_order': 3, 'shape': (1, 4)}",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (1.5, 4)}",
                "{'descr': '<f8', 'fortran_order': False, 'shape': " + "1" * 400 + "}",
                "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1, 4)}",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 4), 'x': 1}",
                "{'descr': 'zz', 'fortran_order': False, 'shape': (1, 4)}",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (12L, 4L)}",
                "[" * 3000,
                "9" * 5000,
                "{}",
            ]
        )
    ).encode()
    version = draw(st.sampled_from([(1, 0), (2, 0), (3, 0), (9, 9)]))
    size = struct.pack("<H" if version[0] == 1 else "<I", len(header))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", draw(METHODS)) as archive:
        archive.writestr(
            "X.npy",
            b"\x93NUMPY"
            + bytes(version)
            + size
            + header
            + bytes(draw(st.sampled_from([0, 80, 384]))),
        )
        archive.writestr("y.npy", b"\x93NUMPY\x01\x00")
    return content.getvalue()


@st.composite
def _odd_class_names(draw):
    words = st.sampled_from([*WORDS, "\ud800"]) | st.text(max_size=5)
    return _packed(
        GOOD | {"target_names": np.array([draw(words) for _ in range(3)])}, zipfile.ZIP_STORED
    )


@st.composite
def _damaged(draw):
    return draw(damaged(st.just(_packed(GOOD, draw(METHODS)))))


cases = st.tuples(
    _odd_arrays() | _odd_names() | _lying_headers() | _odd_class_names() | _damaged(),
    st.sampled_from(["train", "predict", "evaluate"]),
)


def attempt(case, folder):
    """Train on the archive, or give it to a model."""
    content, name = case
    path = folder / "rows.npz"
    path.write_bytes(content)
    with watched():
        if name == "train":
            command("train", path, "--epochs", "1", "--hidden", "3", "--out", folder / "out")
            if (folder / "out" / "model.safetensors").exists():
                command("predict", folder / "out", path, "--out", folder / "new.csv")
        else:
            command(name, run_folder("iris"), path)
