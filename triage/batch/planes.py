"""Columns of small numbers into planes and back, with nothing but whole numbers and bytes.

A plane is an integer with one bit for each row, the first row lowest. A column of codes has one byte for
each row. Every step is linear in the number of rows and done by Python's own C code.
"""

from collections.abc import Iterable, Sequence

from triage.worlds import Plane

_ONE = {code: bytes(49 if byte == code else 48 for byte in range(256)) for code in range(256)}
_ZERO_ONE = bytes(1 if byte == 49 else 0 for byte in range(256))


def plane_of(codes: bytes, code: int) -> Plane:
    """The rows that have this code."""
    return int(codes[::-1].translate(_ONE[code]), 2) if code in codes else 0


def bits_of(plane: Plane, width: int) -> bytes:
    """For each row 1 or 0, as bytes."""
    if plane == 0:
        return bytes(width)
    return f"{plane:0{width}b}".encode().translate(_ZERO_ONE)[::-1]


def codes_of(planes: Iterable[Plane], width: int) -> bytes:
    """For each row the number of the one plane that has it, from 0; no row is in two of them."""
    total = 0
    for number, plane in enumerate(planes):
        if number and plane:
            total += number * int.from_bytes(bits_of(plane, width), "little")
    return total.to_bytes(width, "little")


def count_of(planes: Sequence[Plane], width: int) -> Sequence[int]:
    """For each row how many of the planes have it."""
    if len(planes) > 255:
        return [sum(row) for row in zip(*(bits_of(plane, width) for plane in planes), strict=True)]
    total = sum(int.from_bytes(bits_of(plane, width), "little") for plane in planes if plane)
    return total.to_bytes(width, "little")


def rows_of(columns: Sequence[bytes], width: int) -> list[bytes]:
    """The columns turned into rows: for each row one byte of each column."""
    joined = b"".join(columns)
    return [joined[row::width] for row in range(width)]
