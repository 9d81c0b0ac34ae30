"""Candidates from an office's own confirmations: no torch, minutes on one core."""
