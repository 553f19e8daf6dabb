"""What a file of weights is, by its header: a checkpoint, a VAE, a LoRA or something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from engine import header, lora_header
from engine.errors import LoraRefused, ModelLoadError
from engine.lora_names import NETWORKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MAX_ALPHAS = 4
"""Shown of a file whose layers differ; a resized one has hundreds."""


def look(path: Path) -> dict[str, Any]:
    """Describe a file, for people and for programs: what is not known is not there.

    ``wrong`` says why it cannot be used; it is there where that can be told from a header.
    """
    found: dict[str, Any] = {"file": str(path)}
    try:
        seen = header.look(path)
    except ModelLoadError as error:
        return found | {"kind": "", "wrong": str(error).removeprefix(f"{path}: ")}
    found["kind"] = seen.kind.removeprefix("a ").removeprefix("an ") or "unknown"
    found |= _said(seen.metadata)
    if seen.kind == header.LORA:
        return found | _lora(path)
    if seen.kind == header.CHECKPOINT:
        found |= {"family": "SDXL", "prediction": seen.statement.words or "epsilon"}
        try:
            header.read(path)
        except ModelLoadError as error:
            found["wrong"] = str(error).removeprefix(f"{path}: ")
    elif seen.kind != header.VAE:
        found["wrong"] = "nothing here can be done with it"
    return found


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Write a description for people."""
    yield found["file"]
    for key, value in found.items():
        if key != "file" and value not in ("", [], {}):
            text = ", ".join(map(str, cast("list[Any]", value))) if isinstance(value, list) else str(value)
            yield f"  {key.replace('_', ' ')}: {text}"


def _said(metadata: Mapping[str, str]) -> dict[str, Any]:
    """Take what files of every kind say in the same words (sd-scripts, ``sai_model_spec.py``)."""
    keys = {"title": "modelspec.title", "author": "modelspec.author", "licence": "modelspec.license"}
    said = {name: " ".join(metadata.get(key, "").split())[:200] for name, key in keys.items()}
    return {name: value for name, value in said.items() if value}


def _lora(path: Path) -> dict[str, Any]:
    try:
        outline = lora_header.read(path)
        alphas = sorted({f"{alpha:g}" for alpha in lora_header.alphas(outline).values()}, key=float)
        digest = lora_header.sha256(outline)
    except LoraRefused as error:
        return {"wrong": error.why}
    shown = alphas if len(alphas) <= MAX_ALPHAS else [alphas[0], "…", alphas[-1]]
    found = {
        "family": outline.family or "unknown",
        "title": lora_header.title(outline),
        "layers": len(outline.layers),
        "of": [NETWORKS[network] for network in outline.networks],
        "how": list(outline.kinds),
        "rank": list(outline.ranks),
        "alpha": shown or ["none: each change counts as it is"],
        "words": list(lora_header.words(outline)),
        "base": lora_header.base(outline),
        "prediction": lora_header.prediction(outline),
        "hash": digest[: lora_header.HASH_DIGITS],
    }
    return {key: value for key, value in found.items() if value not in ("", [])}
