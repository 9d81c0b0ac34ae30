"""From bytes of a scan to a suggestion: pure functions and records, one stage a file."""
