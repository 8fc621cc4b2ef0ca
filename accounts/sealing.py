"""What waits in the database and is nobody's to read there: sealed with the server's key (authenticated encryption)."""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils.encoding import force_bytes

from .keys import keys

__all__ = ["InvalidToken", "seal", "unseal"]


def seal(what: dict[str, Any]) -> str:
    """Without the server's key nobody can read or change it: neither in a table nor in a copy of it."""
    return _keys().encrypt(json.dumps(what).encode()).decode()


def unseal(text: str) -> dict[str, Any]:
    """What was sealed, be it with an earlier key that still counts (SECRET_KEY_FALLBACKS); else `InvalidToken`."""
    found: dict[str, Any] = json.loads(_keys().decrypt(text.encode()))
    return found


def _keys() -> MultiFernet:
    return MultiFernet([_key_from(secret) for secret in keys()])


def _key_from(secret: str | bytes) -> Fernet:
    derived = HKDF(hashes.SHA256(), length=32, salt=None, info=b"campgrid sealing").derive(force_bytes(secret))
    return Fernet(base64.urlsafe_b64encode(derived))
