"""Telling a device something through the service that its browser chose (Web Push: RFC 8030, 8291, 8292).

The library encrypts and signs; it is an extra, and without it nothing is offered. What is sent goes to services that
the installation knows, by HTTPS, and follows nobody elsewhere: an address is whatever somebody's browser says it is.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
from datetime import datetime, timedelta
from email.utils import parseaddr
from enum import Enum
from functools import cache
from importlib.util import find_spec
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.translation import gettext as _

from accounts.keys import keys

from ..models import Device

log = logging.getLogger(__name__)

#: order of the curve P-256: a private key is a number below it
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
#: a host by its name, as it can be asked for (RFC 1123, 2.1); a network's library stumbles over others
_HOST = re.compile(r"(?!.{254})([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]{2,63}")
#: seconds a service has to answer
PATIENCE = 5
#: seconds for which a service keeps what it could not hand over; some refuse more
LONGEST = 7 * 24 * 60 * 60


class Said(Enum):
    """What the service answered."""

    TAKEN = "taken"
    #: the browser listens no more (404, 410), or nobody could ever tell it anything by this key
    GONE = "gone"
    #: to be tried again
    LATER = "later"
    #: this message it will never take
    REFUSED = "refused"


class Message(NamedTuple):
    """What a device shows. `topic`: stands for what it was told before of the same thing."""

    title: str
    body: str
    address: str
    topic: str
    #: of no use from then on
    until: datetime


class Answer(NamedTuple):
    said: Said
    #: how long the service asks one to wait (Retry-After)
    wait: timedelta | None = None


@cache
def is_offered() -> bool:
    """Whether this installation can tell devices anything: looked for once, since that asks the disk."""
    return find_spec("pywebpush") is not None


# -- keys --------------------------------------------------------------------------------------------------


def private_keys() -> list[ec.EllipticCurvePrivateKey]:
    """By which devices listen to us; new ones by the first. It lasts as long as the oldest SECRET_KEY that counts."""
    own = settings.VAPID_PRIVATE_KEY
    made = [_key_from(secret) for secret in reversed(keys())]
    return [_key_of(own), *made] if own else made


def _key_of(text: str) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return ec.derive_private_key(number, ec.SECP256R1())


def _key_from(secret: str | bytes) -> ec.EllipticCurvePrivateKey:
    derived = HKDF(hashes.SHA256(), length=48, salt=None, info=b"campgrid push").derive(force_bytes(secret))
    return ec.derive_private_key(int.from_bytes(derived) % (_ORDER - 1) + 1, ec.SECP256R1())


def public_key(key: ec.EllipticCurvePrivateKey | None = None) -> str:
    """What a browser is given to listen to (applicationServerKey)."""
    point = (key or private_keys()[0]).public_key()
    raw = point.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


# -- addresses ---------------------------------------------------------------------------------------------


def refuse_endpoint(endpoint: str) -> None:
    """Refused unless it is an address at a push service that the installation knows (SSRF)."""
    # A longer one that is cut is another address.
    if len(endpoint) > Device.LONGEST or not _is_known(endpoint):
        raise ValidationError(_("Campgrid does not know the service by which this browser is told things."))


def _is_known(endpoint: str) -> bool:
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    # What is no letter, digit or sign is in no address, and no database takes all of it.
    if parts.username or parts.password or not re.fullmatch(r"[!-\[\]-~]+", endpoint):
        return False
    # Named with its scheme it is that very place: for a service of one's own.
    if f"{parts.scheme}://{parts.netloc}" in settings.PUSH_SERVICES:
        return True
    is_named = any(host == name or host.endswith(f".{name}") for name in settings.PUSH_SERVICES)
    return parts.scheme == "https" and port in (None, 443) and is_named and bool(_HOST.fullmatch(host))


def refuse_keys(p256dh: str, auth: str) -> None:
    """Refused unless something can be encrypted for them."""
    try:
        point, secret = _raw(p256dh), _raw(auth)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as error:
        raise ValidationError(_("What this browser sent is not complete. Try it again.")) from error
    if len(secret) != 16:
        raise ValidationError(_("What this browser sent is not complete. Try it again."))


def _raw(text: str) -> bytes:
    # The decoder leaves out what is no letter of its alphabet, and the rest would be kept.
    if not re.fullmatch(r"[\w-]{1,90}={0,2}", text, re.ASCII):
        raise ValueError("not base64")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# -- sending -----------------------------------------------------------------------------------------------


def topic_of(*names: object) -> str:
    """Names to the service what a message is of, which cannot tell what that is: a later one takes the place of an
    earlier one of the same; 32 letters (RFC 8030, 5.4).
    """
    what = " ".join(map(str, (settings.SITE_URL, *names)))
    return base64.urlsafe_b64encode(hashlib.blake2s(what.encode(), digest_size=18).digest()).decode()


def send(device: Device, message: Message) -> Answer:
    """The service has it, or says what became of the device."""
    from pywebpush import Vapid, WebPushException, webpush  # type: ignore[import-untyped]
    from requests import RequestException, Session
    from urllib3.exceptions import HTTPError

    class Straight(Session):
        """Goes nowhere else than it was sent."""

        def request(self, *args: Any, **options: Any) -> Any:
            return super().request(*args, **(options | {"allow_redirects": False}))

    seconds = min(LONGEST, int((message.until - timezone.now()).total_seconds()))
    if seconds <= 0:
        return Answer(Said.TAKEN)
    if device.attendee.user is None:
        return Answer(Said.GONE)
    key = next((key for key in private_keys() if public_key(key) == device.vapid), None)
    if key is None or not _is_known(device.endpoint):
        return Answer(Said.GONE)
    try:
        webpush(
            {"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}},
            json.dumps({**message._asdict(), "until": message.until.timestamp(), "person": device.attendee.user.mark}),
            vapid_private_key=Vapid(key),
            vapid_claims={"sub": _who_we_are()},
            ttl=seconds,
            timeout=PATIENCE,
            headers={"Topic": message.topic, "Urgency": "high"},
            requests_session=Straight(),
        )
    except WebPushException as error:
        return _answer_of(error)
    # The second: of an address that cannot be asked for. It keeps no other device from being told.
    except (RequestException, HTTPError) as error:
        log.warning("A push service does not answer: %s", type(error).__name__)
        return Answer(Said.LATER)
    return Answer(Said.TAKEN)


def _answer_of(error: Any) -> Answer:
    status = error.response.status_code if error.response is not None else 0
    if status in (404, 410):
        return Answer(Said.GONE)
    if status == 429 or status >= 500:
        wait = error.response.headers.get("Retry-After", "")
        return Answer(Said.LATER, timedelta(seconds=min(int(wait), 3600)) if wait.isdecimal() else None)
    if 200 <= status < 300:
        return Answer(Said.TAKEN)
    # Never the address or what was sent: whoever has both can tell the device something.
    log.error("A push service refused a message: %d", status)
    return Answer(Said.REFUSED)


def _who_we_are() -> str:
    """Whom a service may write to (RFC 8292, 2.1)."""
    site = settings.SITE_URL
    return site if site.startswith("https:") else f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"
