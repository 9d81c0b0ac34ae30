"""The n-gram model of characters (`models/wording.py`): its texts, its counts, its figures."""
