"""What one may type for a database, and that no message holds its password."""

from pathlib import Path

import pytest

from core.errors import InvalidInput
from core.sources.tables.address import DatabaseKind, database_address


@pytest.mark.parametrize(
    ("text", "kind", "target", "name"),
    [
        ("a/hn.duckdb", DatabaseKind.DUCKDB, "a/hn.duckdb", "hn.duckdb"),
        ("HN.DDB", DatabaseKind.DUCKDB, "HN.DDB", "HN.DDB"),
        ("duckdb:////srv/hn.db", DatabaseKind.DUCKDB, "/srv/hn.db", "hn.db"),
        ("hn.sqlite", DatabaseKind.SQLITE, "hn.sqlite", "hn.sqlite"),
        ("sqlite:///a/hn.db", DatabaseKind.SQLITE, "a/hn.db", "hn.db"),
        ("sqlite:////srv/hn.db", DatabaseKind.SQLITE, "/srv/hn.db", "hn.db"),
        ("md:hn", DatabaseKind.MOTHERDUCK, "md:hn", "md:hn"),
        (
            "md:hn?motherduck_token=secret",
            DatabaseKind.MOTHERDUCK,
            "md:hn?motherduck_token=secret",
            "md:hn?motherduck_token=...",
        ),
        (
            "postgresql://mod:secret@db:5432/site?sslmode=require",
            DatabaseKind.POSTGRESQL,
            "postgresql://mod:secret@db:5432/site?sslmode=require",
            "postgresql://mod@db:5432/site?sslmode=require",
        ),
        (
            "postgres://db/site?user=mod&password=secret",
            DatabaseKind.POSTGRESQL,
            "postgres://db/site?user=mod&password=secret",
            "postgres://db/site?user=mod&password=...",
        ),
        (
            "postgresql://mod:se@cr:et@db/site",
            DatabaseKind.POSTGRESQL,
            "postgresql://mod:se@cr:et@db/site",
            "postgresql://mod@db/site",
        ),
    ],
)
def test_address(text: str, kind: DatabaseKind, target: str, name: str) -> None:
    address = database_address(text)
    assert address is not None
    assert (address.kind, address.target, address.name) == (kind, target, name)


@pytest.mark.parametrize("text", ["comments.csv", "a/b.parquet", "folder", "x*.parquet", "C:\\x"])
def test_a_file_is_no_database(text: str) -> None:
    assert database_address(text) is None


@pytest.mark.parametrize("text", ["mysql://mod:secret@db/x", "http://a/b.csv", "sqlite://"])
def test_an_unknown_kind_is_refused_without_its_password(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        database_address(text)
    assert "secret" not in str(caught.value)


def test_two_names_of_one_file_are_the_same_database(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    one = database_address(str(tmp_path / "hn.duckdb"))
    other = database_address(str(tmp_path / "a" / ".." / "hn.duckdb"))
    sqlite = database_address(f"sqlite:///{tmp_path}/hn.duckdb")
    assert one is not None
    assert other is not None
    assert sqlite is not None
    assert one.is_same(other)
    assert not one.is_same(sqlite)
    postgres = database_address("postgresql://db/a")
    assert postgres is not None
    assert postgres.is_same(postgres)
    assert not postgres.is_same(one)
