"""Durable jobs on DBOS, workers, reaper."""
