"""How many wrong values are expected among those that nobody is asked to look at."""
