"""Everything that a training run is decided by."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from training.recogniser.corpus import TextKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """One training run; see `config.yaml` for what each value does."""

    base_model: str
    base_version: str
    start_version: str
    seed: int
    replicas: int
    sync_every: int
    frozen_blocks: int
    batch_pixels: int
    pool: int
    longest: int
    learning_rate: float
    warmup: int
    steps: int
    decay: int
    ema: float
    clip: float
    checkpoint_every: int
    evaluate_every: int
    evaluate_lines: int
    distil: float
    stock_lines: int
    stock_first: int
    stock_room: int
    reuse: int
    weights: dict[TextKind, float]


def load_config(path: Path, **changes: Any) -> Config:
    """Read a YAML file; `changes` replace single values. Raises ValueError for unknown keys."""
    stated: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    base = stated.pop("base")
    stated |= {"base_model": base["model"], "base_version": str(base["version"])} | changes
    stated["start_version"] = str(stated.pop("start", base["version"]))
    unknown = stated.keys() - {f.name for f in fields(Config)}
    if unknown:
        raise ValueError(f"{path.name}: unknown {', '.join(sorted(unknown))}")
    stated["weights"] = {TextKind(k): float(v) for k, v in stated["weights"].items()}
    return Config(**stated)
