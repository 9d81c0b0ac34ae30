"""Database, migrations, encrypted object store."""
