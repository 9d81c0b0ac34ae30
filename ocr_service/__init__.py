"""The service: intake, jobs, review, export, audit, command line."""
