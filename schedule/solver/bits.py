"""Sets of people as integers: bit n is set when n belongs to the set."""

from collections.abc import Iterable


def set_of(bits: list[int]) -> int:
    """The integer with these bits set."""
    if not bits:
        return 0
    data = bytearray(max(bits) // 8 + 1)
    for bit in bits:
        data[bit >> 3] |= 1 << (bit & 7)
    return int.from_bytes(data, "little")


def bits_in(number: int) -> list[int]:
    """The positions of the bits that are set, ascending."""
    found = []
    while number:
        low = number & -number
        found.append(low.bit_length() - 1)
        number ^= low
    return found


def counted(sets: Iterable[int]) -> list[int]:
    """In how many of the sets everybody is, in binary: the k-th set holds those whose number has the bit k."""
    number: list[int] = []
    for carry in sets:
        for k, digit in enumerate(number):
            if not carry:
                break
            number[k], carry = digit ^ carry, digit & carry
        if carry:
            number.append(carry)
    return number


def more_in(one: list[int], other: list[int]) -> int:
    """Those whose number in the first count (`counted`) is larger than in the other."""
    more, same = 0, -1
    for k in reversed(range(max(len(one), len(other)))):
        a, b = (number[k] if k < len(number) else 0 for number in (one, other))
        more |= same & a & ~b
        same &= ~(a ^ b)
    return more
