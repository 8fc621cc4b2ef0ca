"""QR codes as inline SVG."""

from __future__ import annotations

from collections.abc import Iterator

import qrcode
from django.utils.html import format_html
from django.utils.safestring import SafeString

#: light modules around it, as the standard asks (ISO/IEC 18004, 6.3.8)
QUIET = 4


def qr_svg(text: str, label: str) -> SafeString:
    """A QR code of `text` that scales with the page and has `label` for people who do not see it.

    It lies on white with a quiet zone of four modules, so that phones read it in the dark theme, too. A sheet of paper
    has many: each row of dark modules beside each other is one rectangle, which is a quarter of the bytes.
    """
    code = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    code.make()
    size = len(code.modules) + 2 * QUIET
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" class="qr" role="img" aria-label="{1}"'
        ' shape-rendering="crispEdges"><rect width="{0}" height="{0}" fill="white"/><path d="{2}" fill="black"/></svg>',
        size,
        label,
        "".join(_runs(code.modules)),
    )


def _runs(modules: list[list[bool | None]]) -> Iterator[str]:
    for top, row in enumerate(modules, QUIET):
        left = 0
        while left < len(row):
            right = left
            while right < len(row) and row[right]:
                right += 1
            if right > left:
                yield f"M{left + QUIET},{top}H{right + QUIET}V{top + 1}H{left + QUIET}z"
            left = right + 1
