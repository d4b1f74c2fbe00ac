"""Searches in an empty folder, and a PostgreSQL server of the tests' own where one is installed."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from axone.experiments import Experiment
from axone.tuning.folds import forget_folds

pytest.importorskip("optuna", reason="tuning needs Optuna, of the extra `tune`")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("AXONE_DATA", str(tmp_path / "data-home"))
    monkeypatch.setenv("COLUMNS", "80")
    return folder


@pytest.fixture(autouse=True)
def _forget():
    yield
    forget_folds()


@pytest.fixture
def iris():
    return Experiment.from_source("iris", {"training": {"epochs": 20}})


@pytest.fixture
def no_pictures(monkeypatch):
    """Pictures have a test of their own; here they would cost more than the search."""
    monkeypatch.setattr("axone.tuning.result._draw", lambda *result: None)


def _programs():
    """Return the folder of PostgreSQL's programs; Debian keeps them off the path."""
    found = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders = [Path(found).parent] * bool(found) + folders
    return next((f for f in folders if (f / "postgres").exists() and (f / "pg_ctl").exists()), None)


def _user():
    """Return the user to run the server as, which refuses to run as root."""
    if os.geteuid() != 0:
        return None
    import pwd

    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return pytest.skip("PostgreSQL does not run as root, and there is no user postgres or nobody")


@pytest.fixture(scope="session")
def postgresql():
    """The URL of an empty PostgreSQL database, on a socket in a folder that goes afterwards."""
    pytest.importorskip("psycopg", reason="the driver is psycopg, of the extra `postgresql`")
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: no initdb on the path or in /usr/lib/postgresql")
    user = _user()
    # Sockets have short names: the usual temporary folder of tests is too deep.
    with tempfile.TemporaryDirectory(prefix="axone-pg-", ignore_cleanup_errors=True) as folder:
        identity = {}
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
            identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

        def run(program, *words):
            subprocess.run(
                [programs / program, *words],
                check=True,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                **identity,
            )

        data = f"{folder}/data"
        run("initdb", "-D", data, "-U", "axone", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
        options = f"-p 5432 -k {folder} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "-D", data, "-w", "-s", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql://axone@/postgres?host={folder}&port=5432"
        finally:
            run("pg_ctl", "-D", data, "-w", "-s", "-m", "immediate", "stop")
