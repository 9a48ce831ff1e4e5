"""The address of the log's shared store: which kinds there are, and why others are refused."""

import re

S3_ADDRESS = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([A-Za-z0-9_.=/-]*))?")
_SCHEME = re.compile(r"([a-z0-9+.-]+):", re.IGNORECASE)
_LAKES = {
    "ducklake": "DuckLake: its extension does not load with DuckDB 2",
    "md": "MotherDuck: it does not take DuckDB 2",
    "motherduck": "MotherDuck: it does not take DuckDB 2",
}


def address_problem(address: str) -> str | None:
    """Why the address can't be used; None for `none`, a folder or a bucket. Any other URL would be
    taken for a folder."""
    if address.startswith("s3:"):
        return None if S3_ADDRESS.fullmatch(address) else "write a bucket as s3://BUCKET/PREFIX"
    scheme = _SCHEME.match(address)
    if scheme is None:
        return None
    what = _LAKES.get(scheme[1].lower(), f"{scheme[1]}:")
    return f"the log can't be stored in {what}; it takes a folder or s3://BUCKET/PREFIX"
