"""QR codes as inline SVG."""

from __future__ import annotations

import qrcode
from django.utils.safestring import SafeString
from qrcode.image.svg import SvgPathFillImage


def qr_svg(text: str, label: str) -> SafeString:
    """A QR code of `text` that scales with the page and has `label` for people who do not see it.

    It lies on white with a quiet zone of four modules, so that phones read it in the dark theme, too.
    """
    code = qrcode.QRCode(image_factory=SvgPathFillImage, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    image = code.make_image(**{"class": "qr", "role": "img", "aria-label": label, "shape-rendering": "crispEdges"})
    # A page may show several codes: none of them keeps the id that qrcode gives to each.
    del image.path.attrib["id"]
    svg = image.to_string(encoding="unicode")
    return SafeString(svg)  # nosec B703 # ElementTree has escaped the label
