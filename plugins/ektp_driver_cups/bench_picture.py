"""What stands on a card of the bench (gambar di kartu uji): the document that reached the printer, as a picture.

The driver sends a PDF of one page that is one picture, or the picture itself; a bench needs no more
than that. Of any other document it sees nothing.
"""

import io

from PIL import Image

_JPEG_BEGINS, _PDF, _PNG = b"\xff\xd8\xff", b"%PDF-", b"\x89PNG"


def picture_of(document: bytes) -> bytes:
    """The picture as a PNG; b"" if there is none to be seen."""
    if document.startswith(_PNG):
        return document
    begin, end = document.find(_JPEG_BEGINS), document.rfind(b"\xff\xd9")
    if not document.startswith(_PDF) or begin < 0 or end < begin:
        return b""
    try:
        with Image.open(io.BytesIO(document[begin : end + 2]), formats=("JPEG",)) as found:
            out = io.BytesIO()
            found.convert("RGB").save(out, "PNG", compress_level=1)
    except (OSError, ValueError, SyntaxError):
        return b""
    return out.getvalue()
