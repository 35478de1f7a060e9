"""Write an image of SimpleITK's whole or not at all."""

from pathlib import Path

import SimpleITK as sitk

from uls.workshop.beside import file_beside
from uls.workshop.errors import OutputError

__all__ = ["write_image"]


def write_image(image: sitk.Image, path: Path, *, compression_level: int = -1) -> Path:
    """Write an image, compressed; return its path.

    Args:
        image: what to write.
        path: its suffix decides the format.
        compression_level: of zlib; by default the format's own.

    Raises:
        OutputError: it cannot be written.
    """
    with file_beside(path) as part:
        try:
            sitk.WriteImage(
                image, str(part), useCompression=True, compressionLevel=compression_level
            )
        except RuntimeError as error:  # what ITK says names a source line of its own, and no cause
            raise OutputError.about(
                path,
                expected="a place that can be written",
                found="that the image cannot be written there",
                hint="Check the folder's owner and its free space.",
            ) from error
    return path
