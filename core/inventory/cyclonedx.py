"""A software bill of materials (SBOM) with the model and its data, in CycloneDX 1.6. Pure.

Source: https://cyclonedx.org/docs/1.6/json/; a test validates it against the published schema.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from core.inventory.model_facts import CardDataSet, ModelFacts, ModelMetric
from core.inventory.packages import CONSOLE, Package

SPEC_VERSION = "1.6"
MODEL, DATA = "machine-learning-model", "data"
ROC_AUC = "ROC AUC"

Json = dict[str, Any]


def make_bom(packages: Sequence[Package], model: ModelFacts | None, made_at: datetime) -> Json:
    """The bill: every installed package, the model with its files and metrics, and the data that
    taught or measured it. The same contents have the same serial number."""
    own = next((one for one in packages if one.name == CONSOLE), None)
    others = [one for one in packages if one is not own]
    components = [_package(one) for one in others]
    depends = [_depends(one.purl, one.requires, packages) for one in others]
    if model is not None:
        components += [_model(model), *map(_data_set, model.data)]
    root: Json = {"name": CONSOLE, "bom-ref": CONSOLE} if own is None else _package(own)
    root |= {"type": "application"}
    needs = _depends(root["bom-ref"], own.requires if own else (), packages)
    if model is not None:
        needs["dependsOn"] = [*needs["dependsOn"], _model_ref(model)]
    content = {"components": components, "dependencies": [needs, *depends]}
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC_VERSION}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC_VERSION,
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, json.dumps([root, content]))}",
        "version": 1,
        "metadata": {
            "timestamp": made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": root,
        },
        **content,
    }


def _package(found: Package) -> Json:
    component: Json = {
        "type": "library",
        "bom-ref": found.purl,
        "name": found.name,
        "version": found.version,
        "purl": found.purl,
        "scope": "required" if found.is_needed else "optional",
    }
    if found.summary:
        component["description"] = found.summary
    if found.licence:
        component["licenses"] = [
            {"expression": found.licence} if found.is_spdx else _named(found.licence)
        ]
    if found.homepage is not None:
        component["externalReferences"] = [{"type": "website", "url": found.homepage}]
    return component


def _named(licence: str) -> Json:
    return {"license": {"name": licence}}


def _depends(ref: str, names: Sequence[str], packages: Sequence[Package]) -> Json:
    purls = {one.name: one.purl for one in packages}
    return {"ref": ref, "dependsOn": [purls[name] for name in names if name in purls]}


def _model_ref(model: ModelFacts) -> str:
    return f"model:{model.manifest.version}"


def _model(model: ModelFacts) -> Json:
    manifest = model.manifest
    component: Json = {
        "type": MODEL,
        "bom-ref": _model_ref(model),
        "name": manifest.name,
        "version": manifest.version,
        "scope": "required",
        "components": [
            {
                "type": "file",
                "bom-ref": f"{_model_ref(model)}/{name}",
                "name": name,
                "hashes": [_sha256(digest)],
            }
            for name, digest in manifest.files.items()
        ],
        "modelCard": _card(model),
    }
    base = manifest.about.get("base_model")
    digest = manifest.about.get("base_sha256")
    if base and digest:
        ancestor = {"type": MODEL, "name": base, "hashes": [_sha256(digest)]}
        component["pedigree"] = {"ancestors": [ancestor]}
    return component


def _card(model: ModelFacts) -> Json:
    manifest = model.manifest
    card: Json = {
        "modelParameters": {
            "approach": {"type": "supervised"},
            "task": "text-classification",
            "inputs": [{"format": f"text in {', '.join(manifest.languages)}"}],
            "outputs": [{"format": f"score of {label}, 0 to 1"} for label in manifest.labels],
        }
    }
    trained = [one for one in model.data if one.trained]
    if trained:
        card["modelParameters"]["datasets"] = [{"ref": _data_ref(one)} for one in trained]
    if model.metrics:
        metrics = [_metric(one) for one in model.metrics]
        card["quantitativeAnalysis"] = {"performanceMetrics": metrics}
    if manifest.not_assessed:
        limits = [f"It does not assess {label}." for label in manifest.not_assessed]
        card["considerations"] = {"technicalLimitations": limits}
    return card


def _metric(found: ModelMetric) -> Json:
    metric: Json = {
        "type": ROC_AUC,
        "value": f"{found.value:.6f}",
        "slice": f"{found.data_set}/{found.label}",
    }
    if found.low is not None and found.high is not None:
        metric["confidenceInterval"] = {
            "lowerBound": f"{found.low:.6f}",
            "upperBound": f"{found.high:.6f}",
        }
    return metric


def _data_ref(found: CardDataSet) -> str:
    return f"data:{found.name}"


def _data_set(found: CardDataSet) -> Json:
    component: Json = {
        "type": DATA,
        "bom-ref": _data_ref(found),
        "name": found.name,
        "description": f"{found.use}: {found.why} From {found.origin}.",
        "scope": "excluded",
        "licenses": [_named(found.licence)],
        "data": [{"type": "dataset", "name": found.name}],
    }
    if found.sha256 is not None:
        component["hashes"] = [_sha256(found.sha256)]
    return component


def _sha256(digest: str) -> Json:
    return {"alg": "SHA-256", "content": digest}
