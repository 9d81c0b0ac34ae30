"""Trains what tells handwriting from print (`models/hands.py`)."""
