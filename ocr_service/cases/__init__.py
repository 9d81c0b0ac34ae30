"""Documents that belong together: grouping, what is missing, requests to complete."""
