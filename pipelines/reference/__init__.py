"""Reference tables: postal codes, towns, names. See NOTICE for their sources."""
