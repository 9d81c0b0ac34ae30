"""Training of the line recogniser: synthetic lines, the network, the loop, the evaluation."""
