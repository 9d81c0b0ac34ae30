"""Training of the reader of single digits (`models/digits.py`)."""
