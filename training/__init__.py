"""Corpora, training, evaluation and the promotion gate."""
