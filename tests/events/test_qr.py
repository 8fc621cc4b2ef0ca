"""The picture is read as a phone reads it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
import zxingcpp

from events.qr import qr_svg

ADDRESS = "https://camp.example/j/LAKE42/"
SVG = "{http://www.w3.org/2000/svg}"
MODULE = re.compile(r"M(\d+),(\d+)H(\d+)V(\d+)H\d+z")


def pixels(svg: ElementTree.Element, paper: int) -> np.ndarray:
    """The picture on a page of that brightness, eight pixels a module."""
    size = int(svg.attrib["viewBox"].split()[2])
    picture = np.full((size, size), paper, dtype=np.uint8)
    rect, path = svg.find(f"{SVG}rect"), svg.find(f"{SVG}path")
    if rect is not None and rect.attrib["fill"] == "white":
        picture[:] = 255
    for left, top, right, bottom in (map(int, found) for found in MODULE.findall(path.attrib["d"])):
        picture[top:bottom, left:right] = 0
    return picture.repeat(8, axis=0).repeat(8, axis=1)


@pytest.mark.parametrize("paper", [255, 20], ids=["light", "dark"])
def test_a_phone_reads_the_address(paper):
    svg = ElementTree.fromstring(qr_svg(ADDRESS, "QR code to join"))
    (found,) = zxingcpp.read_barcodes(pixels(svg, paper), try_invert=False, try_downscale=False)
    assert found.text == ADDRESS


def test_four_light_modules_lie_around_it():
    picture = pixels(ElementTree.fromstring(qr_svg(ADDRESS, "QR code to join")), 20)
    assert picture[: 4 * 8].min() == picture[:, : 4 * 8].min() == 255
    assert picture[4 * 8].min() == 0


def test_it_is_black_whatever_the_text_around_it_is():
    """In the dark theme the page has other ideas of what a drawing is filled with."""
    svg = ElementTree.fromstring(qr_svg(ADDRESS, "QR code to join"))
    assert [(part.tag, part.attrib["fill"]) for part in svg] == [(f"{SVG}rect", "white"), (f"{SVG}path", "black")]


def test_its_label_is_read_out_and_cannot_break_out():
    svg = ElementTree.fromstring(qr_svg(ADDRESS, 'To "join" <b>'))
    assert svg.attrib["aria-label"] == 'To "join" <b>'
    assert svg.attrib["role"] == "img"


def test_the_policy_takes_it_and_two_fit_on_a_page():
    """No style attribute, which the policy forbids; no id, which two would share."""
    assert not re.search(r"\s(style|id|on\w+)=", qr_svg(ADDRESS, "QR code to join"))
