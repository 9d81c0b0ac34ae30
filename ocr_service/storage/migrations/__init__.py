"""Alembic migrations of our tables (those of the job library migrate themselves)."""
