"""What is kept of a secret, or told of a person, by the server's key (keyed hash), also while the key changes.

What is made is made with the newest key; what is looked for may be of any that still counts (SECRET_KEY_FALLBACKS).
"""

from __future__ import annotations

from django.conf import settings
from django.utils.crypto import salted_hmac


def keys() -> list[str | bytes]:
    """The newest first."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def digests(salt: str, text: str) -> list[str]:
    """By each key that counts, the newest first: the first is what is kept."""
    return [salted_hmac(salt, text, secret=key, algorithm="sha256").hexdigest() for key in keys()]


def lasting_digest(salt: str, text: str) -> str:
    """By the oldest key that counts: what stands on a device under it is still found there, until that key goes."""
    return digests(salt, text)[-1]
