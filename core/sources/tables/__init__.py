"""Tables in databases, read and written as Arrow: DuckDB, MotherDuck, PostgreSQL and SQLite."""
