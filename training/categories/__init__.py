"""The classifier of documents: what it is taught from, how it is fitted, how well it does."""
