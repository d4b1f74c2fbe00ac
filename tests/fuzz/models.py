"""Models, checkpoints, result folders: damaged, of other types, edited with a right checksum."""

import contextlib
import json
import shutil
import struct

import numpy as np
from hypothesis import strategies as st
from tests.fuzz.hostile import PLAIN, mutated
from tests.fuzz.oracle import command, watched
from tests.fuzz.trained import run_folder

from axone.files import read_tensors, write_tensors

TYPES = [
    "BF16",
    "F16",
    "F64",
    "F32",
    "I64",
    "U8",
    "BOOL",
    "F8_E4M3",
    "F8_E5M2",
    "F4",
    "C64",
    "x",
    "",
]
SIZES = [0, 1, 7, 8, 2**20, 2**31, 2**32, 2**62, 2**63, 2**64 - 1]


@st.composite
def _other_headers(draw):
    """Change the header of a safetensors file: types, sizes, offsets, names."""
    change = draw(st.sampled_from(["type", "size", "offsets", "shape", "json"]))
    return change, draw(st.sampled_from(TYPES)), draw(st.sampled_from(SIZES)), draw(PLAIN)


def _reheaded(content, case):
    change, kind, size, value = case
    length = struct.unpack("<Q", content[:8])[0]
    header, rest = json.loads(content[8 : 8 + length]), content[8 + length :]
    name = next(key for key in header if key != "__metadata__")
    if change == "type":
        header[name]["dtype"] = kind
    elif change == "offsets":
        header[name]["data_offsets"] = [size, size + 4]
    elif change == "shape":
        header[name]["shape"] = [size, size]
    elif change == "json":
        header[name] = value
    text = json.dumps(header).encode()
    return struct.pack("<Q", size if change == "size" else len(text)) + text + rest


@st.composite
def _edits(draw):
    """Words of the file changed, its checksum made right."""
    file = draw(st.sampled_from(["model.safetensors", "checkpoint.safetensors"]))
    words, arrays = read_tensors(run_folder("iris") / file, "file")
    key = draw(st.sampled_from(sorted(words)))
    try:
        parsed = json.loads(words[key])
    except ValueError:
        parsed = words[key]
    change = draw(st.sampled_from(["word", "word", "word", "type", "shape", "name", "cells"]))
    name = draw(st.sampled_from(sorted(arrays)))
    return (
        file,
        key,
        draw(mutated([{"": parsed}])),
        change,
        name,
        draw(st.sampled_from(["<f2", "<f4", "<f8", "<i8", "|b1", "|u1"])),
    )


cases = st.one_of(
    st.tuples(st.just("header"), _other_headers()),
    st.tuples(st.just("edit"), _edits()),
    st.tuples(
        st.just("bytes"),
        st.tuples(
            st.sampled_from(
                [
                    "model.safetensors",
                    "checkpoint.safetensors",
                    "experiment.toml",
                    "metrics.json",
                    "history.csv",
                ]
            ),
            st.integers(0, 2**31),
            st.sampled_from([b"", b"\x00", b"\xff" * 9, b"BF16", b"9" * 500, b"{" * 400]),
        ),
    ),
)


def _edited(folder, case):
    file, key, changed, change, name, dtype = case
    words, arrays = read_tensors(folder / file, "file")
    if change == "word":
        text = next(iter(changed.values()), "")
        with contextlib.suppress(ValueError):
            words[key] = (
                text if isinstance(text, str) and key not in ("position",) else json.dumps(text)
            )
    elif change == "type":
        with np.errstate(all="ignore"):
            arrays[name] = arrays[name].astype(dtype)
    elif change == "shape":
        arrays[name] = arrays[name].reshape(-1)[: max(0, arrays[name].size - 1)]
    elif change == "name":
        arrays[f"{name}x"] = arrays.pop(name)
    elif arrays[name].size and arrays[name].dtype.kind == "f":
        arrays[name] = np.full_like(arrays[name], np.nan)
    words = {k: v.encode("utf-8", "replace").decode() for k, v in words.items()}
    write_tensors(folder / file, arrays, words)


def attempt(case, folder):
    """Predict, summarise and resume with what is left of a run."""
    way, what = case
    run = folder / "run"
    shutil.copytree(run_folder("iris"), run)
    if way == "header":
        path = run / "model.safetensors"
        path.write_bytes(_reheaded(path.read_bytes(), what))
    elif way == "edit":
        _edited(run, what)
    else:
        file, at, fragment = what
        path = run / file
        content = path.read_bytes()
        at %= len(content)
        path.write_bytes(
            content[:at] + fragment + (content[at + len(fragment) :] if fragment else b"")
        )
    with watched():
        command("predict", run, "5.1", "3.5", "1.4", "0.2")
    with watched():
        command("summary", run)
    with watched():
        command("evaluate", run)
    with watched():
        command("train", run, "--resume", "--epochs", "3", "-q")
