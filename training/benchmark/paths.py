"""Where the benchmark finds models and writes its results."""

from pathlib import Path

import models

CATEGORY_MODEL = Path(models.__file__).parent / "artifacts" / "category-linear" / "1" / "model.npz"
