"""Small PDF files, written by hand so that a test knows every letter's place."""

import re
from collections.abc import Sequence

PAGE_HEIGHT = 800
Row = tuple[float, float, float, str]
"""x, y and size in points, and the text; "{^1}" and "{_2}" in it are raised and lowered."""

_PICTURE = b"<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>"


def make_pdf(pages: Sequence[Sequence[Row | bytes]], *, unicode_map: str | None = None) -> bytes:
    """A file with these texts at these places, in this order; bytes are drawn as they are, no rows are a picture.

    Args:
        unicode_map: the body of a ToUnicode map, such as "<41> <FB01>"; without it, letters are Windows-1252.
    """
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding"
    if unicode_map:  # readers know the widths of Helvetica's own letters only
        font = font.replace(b"Helvetica", b"Other") + b"/FirstChar 0/LastChar 255/Widths[%s]" % (b"500 " * 256)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>"
        % (len(pages), b" ".join(b"%d 0 R" % (6 + 2 * number) for number in range(len(pages)))),
        font + (b"/ToUnicode 5 0 R>>" if unicode_map else b">>"),
        _stream(_PICTURE, b"\x80"),
        _stream(b"<</Length %d>>", _cmap(unicode_map or "")),
    ]
    for number, rows in enumerate(pages):
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 %d]/Contents %d 0 R"
            b"/Resources<</Font<</F 3 0 R>>/XObject<</P 4 0 R>>>>>>" % (PAGE_HEIGHT, 7 + 2 * number)
        )
        content = b"\n".join(map(_row, rows)) or b"q 600 0 0 800 0 0 cm /P Do Q"
        objects.append(_stream(b"<</Length %d>>", content))
    return _file(objects)


def column(lines: Sequence[str], *, x: float = 50, top: float = 700, size: float = 10, pitch: float = 12) -> list[Row]:
    """Lines below each other; an empty one leaves half a line's space."""
    rows, y = [], top
    for line in lines:
        if line:
            rows.append((x, y, size, line))
        y -= pitch if line else pitch / 2
    return rows


def _row(row: Row | bytes) -> bytes:
    if isinstance(row, bytes):
        return row
    x, y, size, text = row
    shown = b""
    for number, piece in enumerate(re.split(r"\{([_^].*?)\}", text)):
        escaped = re.sub(rb"([\\()])", rb"\\\1", (piece[1:] if number % 2 else piece).encode("cp1252"))
        rise = (0.35 if piece[0] == "^" else -0.2) * size if number % 2 else 0
        shown += b"/F %g Tf %g Ts (%s) Tj " % (0.6 * size if number % 2 else size, rise, escaped)
    return b"BT 1 0 0 1 %g %g Tm %sET" % (x, y, shown)


def _stream(dictionary: bytes, content: bytes) -> bytes:
    dictionary = dictionary % len(content) if b"%d" in dictionary else dictionary
    return dictionary + b"\nstream\n" + content + b"\nendstream"


def _cmap(body: str) -> bytes:
    pairs = body.split("\n")
    lines = ["/CIDInit /ProcSet findresource begin", "begincmap", "1 begincodespacerange", "<00> <FF>"]
    lines += ["endcodespacerange", f"{len(pairs)} beginbfchar", *pairs, "endbfchar", "endcmap"]
    return "\n".join(lines).encode()


def _file(objects: Sequence[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
