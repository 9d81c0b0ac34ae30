"""Claim, suggest, decide."""
