"""From posted bytes to a durable document with its job."""
