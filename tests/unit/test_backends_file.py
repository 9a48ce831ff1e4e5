"""backends.toml: valid content, and the message for each mistake."""

import re
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigError
from core.inference.backends_file import BackendConfig, by_language, declared_names
from core.inference.remote.kinds import read_backends
from tests.contract.remote_configs import TABLES, toml_of


def refusal(tmp_path: Path, *tables: dict[str, Any]) -> str:
    path = tmp_path / "backends.toml"
    path.write_text(toml_of(list(tables)))
    with pytest.raises(ConfigError) as caught:
        read_backends(path)
    return str(caught.value)


def table(kind: str = "tei", **more: Any) -> dict[str, Any]:
    found = {"name": "x", "kind": kind, "url": "http://h", **TABLES[kind], **more}
    return {key: value for key, value in found.items() if value is not None}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (table(kind="tei", languages="de"), "`languages` must be a list of language codes"),
        (
            table(kind="tei", languages=["german"]),
            "`languages` is wrong: 'german' is not the code of a language; German is 'de'",
        ),
        (table(kind="tei", colour="red"), "`colour` is not a key of kind 'tei'"),
        (table() | {"kind": "telepathy"}, "`kind` is 'telepathy'; it can be console, guard"),
        (table(url="ftp://h"), "`url` must begin with http"),
        (table(url="http://user:pw@h"), "`url` must hold no user, password or query"),
        (table(url="http://h?key=1"), "`url` must hold no user, password or query"),
        (table(url=None), "`url` must be given"),
        (table(url="http://[::1"), "`url` is not a valid address"),
        (table(url="http://h:99999"), "`url` is not a valid address"),
        (table(url="http://h:port"), "`url` is not a valid address"),
        (table(model="a\u2028b"), "`model` must be text without control characters"),
        (table(model="m" * 201), "`model` must be at most 200 characters"),
        (table(headers=["x"]), "`headers` must be a table"),
        (table(secret_headers="X"), "`secret_headers` must be a table"),
        (table(labels=["toxicity"]), "`labels` must map some of toxicity"),
        (table(labels={"toxicity": ""}), "`labels` must be a text or a list of texts"),
        (table(name="Räuber"), "`name` must be"),
        (table(name="fake"), "`name` must be .* not the name of a built-in"),
        (table(labels=None), "`labels` must be given for kind 'tei'"),
        (table(labels={"rudeness": "rude"}), "`labels` must map some of toxicity"),
        (table(labels={}), "`labels` must map some of"),
        (table(activation="relu"), "`activation` is 'relu'; it can be sigmoid"),
        (table(timeout_s=0), "`timeout_s` must be a number above 0"),
        (table(timeout_s="1"), "`timeout_s` must be a number"),
        (table(attempts=1.5), "`attempts` must be a whole number"),
        (table(concurrency=0), "`concurrency` must be a whole number"),
        (table(key_env="sk-123"), "`key_env` must be the name of an environment variable"),
        (table(secret_headers={"X": "a b"}), "`secret_headers` must be the name of"),
        (table("vllm", label_order=None), "`label_order` must be given for kind 'vllm'"),
        (table("vllm", label_order=["a"]), "`labels` names .* not in `label_order`"),
        (table("oip", model=None), "`model` must be given for kind 'oip'"),
        (table("mlflow", form="csv"), "`form` is 'csv'; it can be inputs"),
        (table("json", request={"a": "b"}), '`request` must hold "{texts}"'),
        (table("json", follows_303="yes"), "`follows_303` must be true or false"),
        (table("vllm", label_order=[*TABLES["vllm"]["label_order"], "toxic"]), "a label twice"),
        (table("hf_endpoint", scale_up_s=-5), "`scale_up_s` must be 1 to 86400"),
        (table("hf_endpoint", scale_up_s=10**30), "`scale_up_s` must be 1 to 86400"),
        (table("guard", top_logprobs=0), "`top_logprobs` must be 1 to 20"),
        (table("guard", top_logprobs=10**9), "`top_logprobs` must be 1 to 20"),
        (table("perspective", languages=[]), "`languages` must be a list of language codes"),
        (table("perspective", languages=[3]), "`languages` must be a list of language codes"),
        (table("tei", loading_s=1e300), "`loading_s` must be a number above 0, at most 86400"),
        (table("perspective", batch_size=5), "`batch_size` must be 1"),
    ],
)
def test_wrong_table_is_refused_by_file_backend_and_key(
    tmp_path: Path, given: dict[str, Any], words: str
) -> None:

    said = refusal(tmp_path, given)
    assert said.startswith(f"{tmp_path / 'backends.toml'}: backend ")
    assert re.search(words, said)
    assert "sk-123" not in said


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    assert "two backends are called 'x'" in refusal(tmp_path, table(), table("openai"))


@pytest.mark.parametrize("text", ["[[backend]", "colour = 1", "[backend]\nname = 'x'", "\xff"])
def test_file_that_is_no_list_of_backends_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "b.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigError, match=r"b\.toml"):
        read_backends(path)


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize("text", ["x = " + "[" * 100_000, "x = " + "9" * 5_000])
def test_toml_that_no_parser_can_read_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "backends.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"backends.toml is not TOML that can be read"):
        read_backends(tmp_path / "backends.toml")


def test_byte_order_mark_of_an_editor_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "backends.toml"
    path.write_text("\ufeff" + toml_of([table()]), encoding="utf-8")
    assert list(read_backends(path)) == ["x"]


def test_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        read_backends(tmp_path / "none.toml")


def test_name_of_a_file_that_no_system_takes_is_a_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read"):
        declared_names(tmp_path / ("x" * 300))
    assert declared_names(tmp_path / "none.toml") == ()


def test_first_backend_of_a_language_has_it_and_the_one_in_force_has_none() -> None:
    def declared(name: str, *codes: str) -> BackendConfig:
        return BackendConfig(name, "tei", "http://h", languages=codes or None)

    first, second = declared("first", "de", "fr"), declared("second", "fr", "th")
    found = {one.name: one for one in (declared("plain"), first, second)}
    assert by_language(found, "plain") == {"de": "first", "fr": "first", "th": "second"}
    assert by_language(found, "first") == {"fr": "second", "th": "second"}
