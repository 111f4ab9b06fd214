"""Tokens of single-use links: only whoever is sent the link has one, the database knows its hash."""

import secrets
from hashlib import sha256


def new_token() -> str:
    """A token that cannot be guessed: 256 random bits, fit for an address."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """What the database keeps of a token: its SHA-256."""
    return sha256(token.encode()).digest()
