"""The bill of materials: valid by the published schema, whole, and the same for the same
contents."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ModelNotUsable
from core.inference.manifest import SHIPPED_MODEL
from core.inventory.cyclonedx import Json, make_bom
from core.inventory.model_facts import ModelFacts, read_model_facts
from core.inventory.packages import Package, installed_packages

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
VALIDATOR = JsonStrictValidator(SchemaVersion.V1_6)
text = st.text(st.characters(codec="utf-8"), max_size=20)


def problem(bom: Json) -> str | None:
    found = VALIDATOR.validate_str(json.dumps(bom))
    return None if found is None else str(found)[:300]


def package(name: str = "a", **changes: object) -> Package:
    values: dict[str, object] = {
        "name": name, "version": "1", "licence": "MIT", "is_spdx": True, "summary": "s",
        "homepage": None, "requires": (), "is_needed": True,
    }  # fmt: skip
    return Package(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def shipped() -> ModelFacts:
    return read_model_facts(SHIPPED_MODEL)


def test_bill_of_this_environment_is_valid_and_whole(shipped: ModelFacts) -> None:
    packages = installed_packages()
    bom = make_bom(packages, shipped, NOW)
    assert problem(bom) is None
    by_type: dict[str, list[str]] = {}
    for one in bom["components"]:
        by_type.setdefault(one["type"], []).append(one["name"])
    assert len(by_type["library"]) == len(packages) - 1  # the console is what the bill is of
    assert by_type["machine-learning-model"] == ["minilm-toxicity"]
    assert by_type["data"] == [one.name for one in shipped.data]
    assert bom["metadata"]["component"]["name"] == "moderation-console"
    refs = {one["bom-ref"] for one in bom["components"]} | {bom["metadata"]["component"]["bom-ref"]}
    for one in bom["dependencies"]:
        assert {one["ref"], *one["dependsOn"]} <= refs


def test_model_has_its_files_metrics_and_data(shipped: ModelFacts) -> None:
    bom = make_bom([], shipped, NOW)
    (model,) = (one for one in bom["components"] if one["type"] == "machine-learning-model")
    hashes = {one["name"]: one["hashes"][0]["content"] for one in model["components"]}
    assert hashes == dict(shipped.manifest.files)
    (base,) = model["pedigree"]["ancestors"]
    assert base["name"] == "sentence-transformers/all-MiniLM-L6-v2"
    metrics = model["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
    assert len(metrics) == len(shipped.metrics)
    assert metrics[0]["confidenceInterval"]["lowerBound"] < metrics[0]["value"]
    taught = {one["ref"] for one in model["modelCard"]["modelParameters"]["datasets"]}
    assert "data:jigsaw_wiki" in taught
    assert "data:hn_items" not in taught


@given(
    st.lists(
        st.builds(package, st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True), summary=text,
                  licence=text, is_spdx=st.just(False), is_needed=st.booleans()),
        max_size=4, unique_by=lambda one: one.name,
    )
)  # fmt: skip
def test_bill_of_any_packages_is_valid(packages: list[Package]) -> None:
    assert problem(make_bom(packages, None, NOW)) is None


def test_same_contents_have_the_same_serial_number(shipped: ModelFacts) -> None:
    later = NOW + timedelta(days=1)
    first, again = (make_bom([package()], shipped, at) for at in (NOW, later))
    assert first["serialNumber"] == again["serialNumber"]
    assert first["metadata"]["timestamp"] == "2026-11-29T12:00:00Z"
    other = make_bom([package(version="2")], shipped, NOW)
    assert other["serialNumber"] != first["serialNumber"]


def test_time_is_in_utc() -> None:
    local = datetime(2026, 11, 29, 1, tzinfo=timezone(timedelta(hours=2)))
    assert make_bom([], None, local)["metadata"]["timestamp"] == "2026-11-28T23:00:00Z"


def test_a_model_without_a_report_has_no_metrics_and_is_valid(shipped: ModelFacts) -> None:
    bare = replace(shipped, data=(), metrics=(), variants=())
    bom = make_bom([package()], bare, NOW)
    assert problem(bom) is None
    assert "quantitativeAnalysis" not in bom["components"][-1]["modelCard"]


def test_validator_would_find_a_fault(shipped: ModelFacts) -> None:
    assert problem(make_bom([], shipped, NOW) | {"made up": 1}) is not None


def test_scope_and_licence_of_each_kind() -> None:
    found = make_bom(
        [package("a"), package("b", is_needed=False, is_spdx=False, licence="My own"),
         package("c", licence="", homepage="https://example.org", summary="")],
        None, NOW,
    )["components"]  # fmt: skip
    assert [one["scope"] for one in found] == ["required", "optional", "required"]
    assert found[0]["licenses"] == [{"expression": "MIT"}]
    assert found[1]["licenses"] == [{"license": {"name": "My own"}}]
    assert "licenses" not in found[2]
    assert "description" not in found[2]
    assert found[2]["externalReferences"][0]["url"] == "https://example.org"


def test_folder_without_a_manifest_is_told(tmp_path: object) -> None:
    with pytest.raises(ModelNotUsable):
        read_model_facts(SHIPPED_MODEL.parent)
