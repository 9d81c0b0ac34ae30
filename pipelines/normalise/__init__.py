"""Normalisers: from what stands on the paper to a value a business system takes."""
