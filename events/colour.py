"""A camp's colour, corrected until it can be read.

Contrast as in WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
"""

from __future__ import annotations

import colorsys

#: the least favourable ground of each theme that text stands on: --sunk in campgrid.css
LIGHT_PAPER, DARK_PAPER = "#f1eee7", "#232b30"
#: what stands on the accent itself
ON_LIGHT, ON_DARK = "#fff", "#12171a"
#: paper has no dark theme
IN_THE_DARK = "@media screen and (prefers-color-scheme:dark)"
#: a little above the 4.5 asked for, so that rounding never falls below
ENOUGH = 4.7

Rgb = tuple[float, float, float]


def parse(colour: str) -> Rgb:
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))  # type: ignore[return-value]


def to_hex(rgb: Rgb) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in rgb)


def luminance(rgb: Rgb) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    low, high = sorted([luminance(parse(a)), luminance(parse(b))])
    return (high + 0.05) / (low + 0.05)


def readable_on(colour: str, paper: str) -> str:
    """The colour, darkened or lightened just as far as text on `paper` needs."""
    hue, light, saturation = colorsys.rgb_to_hls(*parse(colour))
    step = -0.01 if luminance(parse(paper)) > 0.5 else 0.01
    result = colour
    while contrast(result, paper) < ENOUGH and 0 <= light <= 1:
        light += step
        result = to_hex(colorsys.hls_to_rgb(hue, min(max(light, 0.0), 1.0), saturation))
    return result


def stylesheet(colour: str) -> str:
    """The camp's accent for both themes, as CSS."""
    light, dark = readable_on(colour, LIGHT_PAPER), readable_on(colour, DARK_PAPER)
    return (
        f":root{{--accent:{light};--on-accent:{ON_LIGHT}}}"
        f"{IN_THE_DARK}{{:root{{--accent:{dark};--on-accent:{ON_DARK}}}}}"
    )
