"""Filled synthetic scans with exact truth, from a form definition and a seed."""
