"""Random secrets and their fingerprints; only fingerprints are ever stored."""

import hashlib
import secrets

SECRET_BYTES = 32


def new_secret() -> str:
    """Make a URL-safe secret of 256 random bits."""
    return secrets.token_urlsafe(SECRET_BYTES)


def fingerprint(secret: str) -> str:
    """SHA-256 (hex) of a secret. It is random already, so a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()
