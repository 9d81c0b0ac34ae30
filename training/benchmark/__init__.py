"""Accuracy and speed side by side with a peer, in one run: `python -m training.benchmark`."""
