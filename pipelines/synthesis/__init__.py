"""Filled synthetic scans with exact truth, from a form definition and a seed.

`synthesize` in `synthesize.py` is the way in; `python -m pipelines.synthesis.samples` makes the
scans of `samples/`.
"""
