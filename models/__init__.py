"""Engines: manifests, sessions, adapters. Arrays and strings in, arrays and strings out."""
