"""The taxonomy of documents (`categories.yaml`)."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def category_entries() -> tuple[Mapping[str, Any], ...]:
    """All categories as they stand in the file: `id`, `title`, `titles`, `words`, `sentences`."""
    text = resources.files("pipelines.reference").joinpath("categories.yaml").read_text("utf-8")
    return tuple(yaml.safe_load(text))


@cache
def category_titles() -> Mapping[str, str]:
    """Japanese title of each category id."""
    return {str(entry["id"]): str(entry["title"]) for entry in category_entries()}
