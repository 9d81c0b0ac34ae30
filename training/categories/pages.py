"""Pages that were drawn and read (`read_pages.py` writes them)."""

import json
from collections.abc import Iterator
from pathlib import Path

from pipelines.category_features import TextLine


def load_pages(path: Path) -> Iterator[tuple[str, list[TextLine], list[TextLine]]]:
    """Kind, drawn lines and read lines of every page of a file."""
    for row in path.read_text("utf-8").splitlines():
        body = json.loads(row)
        drawn = [TextLine(text, size, top) for text, size, top in body["drawn"]]
        yield body["label"], drawn, [TextLine(*values) for values in body["read"]]
