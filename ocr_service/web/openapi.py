"""Writes `openapi.json` beside this file, from which `npm run api` makes the types of the UI."""

import json
import tempfile
from pathlib import Path

from ocr_service.app import create_app
from ocr_service.settings import Settings

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        document = create_app(Settings(data_folder=Path(folder))).openapi()
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)
    Path(__file__).with_name("openapi.json").write_text(text + "\n", encoding="utf-8")
