"""Pixels to PNG bytes, with the recipe and the mark of a machine-made picture inside."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image, PngImagePlugin

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COMPRESS_LEVEL = 1
"""Pillow's default, 6, takes five to seven times as long for files a tenth smaller (measured on grained drawings)."""

XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"/>'
    '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)
"""IPTC's mark for pictures made by a trained model, in the form that Adobe's XMP specification gives packets."""


def encode(pixels: NDArray[np.uint8], *, parameters: str | None = None) -> bytes:
    """Encode pixels, (H, W, 3); with a recipe (`engine.infotext`) for a finished picture, without for a preview."""
    chunks = PngImagePlugin.PngInfo()
    if parameters is not None:
        chunks.add_text("parameters", parameters)  # Pillow takes iTXt where the text is not Latin-1
        chunks.add_itxt("XML:com.adobe.xmp", XMP)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", pnginfo=chunks, compress_level=COMPRESS_LEVEL)
    return buffer.getvalue()
