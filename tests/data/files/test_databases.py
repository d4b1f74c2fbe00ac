"""Databases: opened for reading, asked once, secrets in no message."""

import sqlite3
import sys

import pandas as pd
import pytest

from axone.data.files import count_columns, read_raw_table
from axone.errors import DataError

from .conftest import columns_of

ROWS = [(1, "x", None), (2**53 + 1, "007", 2.5)]


@pytest.fixture
def shop(tmp_path):
    """A database of SQLite with one table, and a way to add others."""
    path = tmp_path / "shop.sqlite"
    run(path, "CREATE TABLE sales (a, b, c)")
    with sqlite3.connect(path) as connection:
        connection.executemany("INSERT INTO sales VALUES (?, ?, ?)", ROWS)
    connection.close()
    return path


def run(path, *statements):
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def refused(source, *words, **options):
    with pytest.raises(DataError) as caught:
        read_raw_table(source, **options)
    for word in words:
        assert word in str(caught.value)


def test_the_only_table_of_a_database_is_read(shop):
    table = read_raw_table(shop)
    assert columns_of(table) == {"a": [1, 2**53 + 1], "b": ["x", "007"], "c": [None, 2.5]}
    assert table.facts.kind == "sqlite"
    assert table.facts.table == "sales"
    assert count_columns(shop) == 3


@pytest.mark.parametrize("query", ["sales", "SELECT a, b FROM sales", "select a, b from sales ;"])
def test_a_query_is_a_table_or_a_statement(shop, query):
    assert read_raw_table(shop, query=query).frame["b"].tolist() == ["x", "007"]


def test_a_query_may_begin_with_with(shop):
    query = "WITH big AS (SELECT a FROM sales WHERE a > 1) SELECT * FROM big"
    assert read_raw_table(shop, query=query).frame["a"].tolist() == [2**53 + 1]


@pytest.mark.parametrize("url", ["sqlite:///{path}", "sqlite+pysqlite:///{path}"])
def test_a_url_leads_to_the_same_table(shop, url):
    if "+" in url:
        pytest.importorskip("sqlalchemy")
    table = read_raw_table(url.format(path=shop), query="sales")
    assert table.frame["a"].tolist() == [1, 2**53 + 1]


def test_several_tables_are_listed(shop):
    run(shop, 'CREATE TABLE "odd "" name" (x)', "CREATE VIEW seen AS SELECT a FROM sales")
    refused(shop, "2 tables", 'odd " name', "sales", "seen", "--query")
    assert read_raw_table(shop, query="seen").frame["a"].tolist() == [1, 2**53 + 1]
    assert read_raw_table(shop, query='odd " name').frame.columns.tolist() == ["x"]


def test_a_view_is_read_only_where_it_is_asked_for(tmp_path):
    path = tmp_path / "endless.sqlite"
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    run(path, f"CREATE VIEW counted AS {endless} SELECT count(*) FROM n")
    refused(path, "0 tables: 'counted'")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("DROP TABLE sales", "neither a table ('sales') nor a SELECT"),
        ("UPDATE sales SET a = 1", "neither a table"),
        ("SELECT 1; DROP TABLE sales", "several statements"),
        ("WITH x AS (SELECT 1) DELETE FROM sales", "changes the database (DELETE)"),
        ("ATTACH 'other.db' AS other", "neither a table"),
        ("PRAGMA writable_schema = 1", "neither a table"),
        ("SELECT nope FROM sales", "no such column: nope"),
        ("SELECT load_extension('x')", "does not answer the query"),
        ("nowhere", "neither a table"),
        ("", "neither a table"),
    ],
)
def test_what_does_not_only_read_is_refused_and_nothing_changes(shop, query, words):
    before = shop.read_bytes()
    refused(shop, words, "shop.sqlite", query=query)
    assert shop.read_bytes() == before


def test_semicolons_and_words_in_quotes_are_no_statements(shop):
    query = "SELECT 'a; DROP TABLE b' AS \"delete\", a FROM sales -- ; drop\n"
    assert read_raw_table(shop, query=query).frame.columns.tolist() == ["delete", "a"]


def test_more_rows_than_the_bounds_allow_are_not_waited_for(shop, monkeypatch):
    monkeypatch.setattr("axone.data.files.bounds.CELLS_LIMIT", 50_000)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    refused(shop, "more cells than the limit", query=endless)


def test_files_that_are_no_databases_are_refused(tmp_path):
    for content in (b"hello", b"SQLite format 3\0" + bytes(500)):
        path = tmp_path / "some.db"
        path.write_bytes(content)
        refused(path, "some.db")
    refused(tmp_path / "none.sqlite", "No such file")
    refused(f"sqlite:///{tmp_path}/none.sqlite", "No such file")
    assert not (tmp_path / "none.sqlite").exists()


def test_a_database_of_duckdb_is_read(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "some.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT 1 AS a, DATE '9999-12-31' AS d, 1.5::DECIMAL(5,2) AS x, "
            "170141183460469231731687303715884105727::HUGEINT AS h, 'z' AS s"
        )
    for source in (path, f"duckdb:///{path}"):
        frame = read_raw_table(source).frame
        assert frame["d"].tolist() == [pd.Timestamp("9999-12-31")]
        assert frame["x"].tolist() == [1.5]
        assert frame["h"].tolist() == [str(2**127 - 1)]
    refused(path, "does not answer", query="SELECT * FROM read_csv('/etc/hostname')")
    refused(path, "neither a table", query="COPY t TO 'other.csv'")
    path.write_bytes(path.read_bytes()[:3000])
    refused(path, "some.duckdb")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://joe:secret@localhost:1/shop",
        "nowhere://joe:secret@host/shop",
        "postgresql://localhost:1/shop?user=joe&password=secret",
        "mysql://joe:sec@ret@host/shop",
        "postgresql://joe:s%65cret@localhost:1/shop",
    ],
)
def test_passwords_are_in_no_message(url):
    pytest.importorskip("sqlalchemy")
    with pytest.raises(DataError) as caught:
        read_raw_table(url)
    said = str(caught.value)
    assert "secret" not in said
    assert "sec@ret" not in said
    assert "s%65cret" not in said
    assert "***" in said


def test_without_sqlalchemy_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    refused("mysql://joe:secret@host/shop", 'pip install "axone[sql]"', "joe:***@host")


def test_a_sheet_makes_no_sense_for_a_database(shop):
    refused(shop, "not a spreadsheet", sheet="A")
