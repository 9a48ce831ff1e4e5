"""The folder of a site's model while it is made, and its manifest."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import InvalidInput
from core.inference.manifest import (
    CARD_FILE,
    FIRST_STAGE_FILE,
    MANIFEST_FILE,
    PLOT_FILE,
    Band,
    Manifest,
    read_manifest,
    verify_model_files,
)
from core.inference.text.form import TEXT_FORM
from core.moderation.scores import Label
from core.training.data.datasets import MODEL_LABELS, sha256_of

CHECKPOINT_FILE = "checkpoint.pt"
_NOT_COPIED = (CARD_FILE, PLOT_FILE)


@dataclass(frozen=True, slots=True)
class BaseModel:
    """The model that a site's one starts from."""

    folder: Path
    manifest: Manifest

    @property
    def bands(self) -> Mapping[Label, Band]:
        """Its recommended edges."""
        return self.manifest.thresholds


def read_base(folder: Path) -> BaseModel:
    """Raises ModelNotUsable, or InvalidInput for a model with other labels."""
    manifest = read_manifest(folder)
    verify_model_files(folder, manifest)
    if manifest.labels != MODEL_LABELS or set(manifest.thresholds) != set(MODEL_LABELS):
        raise InvalidInput(f"{manifest.version} does not score the labels of the shipped model")
    return BaseModel(folder, manifest)


def check_out(out: Path) -> None:
    """Raises InvalidInput unless the folder is new or empty: a console may be using another one."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InvalidInput(f"{out} is there already; name a new folder for the model")


def open_draft(out: Path) -> Path:
    """The folder beside `out` that becomes it when all is written. Of an earlier run that was cut
    only the checkpoint is kept."""
    draft = out.with_name(f"{out.name}.draft")
    draft.mkdir(parents=True, exist_ok=True)
    for path in draft.iterdir():
        if path.name != CHECKPOINT_FILE:
            path.unlink()
    return draft


def finish_draft(draft: Path, out: Path) -> None:
    """Gives the complete folder its name, in one step."""
    (draft / CHECKPOINT_FILE).unlink(missing_ok=True)
    draft.replace(out)


def copy_model(base: BaseModel, draft: Path) -> None:
    """All that scores with it; the card and its picture are of the shipped model alone."""
    for name in base.manifest.files:
        if name not in _NOT_COPIED:
            shutil.copyfile(base.folder / name, draft / name)


def copy_first_stage(base: BaseModel, draft: Path) -> None:
    """The cascade's first stage, if the model has one: each site calibrates it for itself."""
    if FIRST_STAGE_FILE in base.manifest.files:
        shutil.copyfile(base.folder / FIRST_STAGE_FILE, draft / FIRST_STAGE_FILE)


def write_site_manifest(
    draft: Path,
    base: BaseModel,
    version: str,
    *,
    is_tuned: bool,
    bands: Mapping[Label, Band],
    about: Mapping[str, object],
) -> None:
    """Names every file that is there by its hash, so it is called after all others are written."""
    names = sorted(
        path.name for path in draft.iterdir() if path.name not in (MANIFEST_FILE, CHECKPOINT_FILE)
    )
    manifest = replace(
        base.manifest,
        name=version,
        version=version,
        files={name: sha256_of(draft / name) for name in names},
        text_form=TEXT_FORM if is_tuned else base.manifest.text_form,
        thresholds=bands,
        about={"base_model": base.manifest.version, **about},
    )
    (draft / MANIFEST_FILE).write_text(manifest.as_json(), encoding="utf-8")
