"""Sign-in, sessions, API keys, roles."""
