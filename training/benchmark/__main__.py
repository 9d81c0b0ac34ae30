"""`python -m training.benchmark` is `ocr-service bench`."""

import typer

from training.benchmark.command import bench

if __name__ == "__main__":
    typer.run(bench)
