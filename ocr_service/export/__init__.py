"""Confirmed records leave the service."""
