"""Hash-chained record of every change and view."""
