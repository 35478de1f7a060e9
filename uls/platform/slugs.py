"""What Grand Challenge calls a job's files: the slugs of its sockets, and where each lies.

Every name of the platform's that ours must equal stands here, and nowhere else.
"""

__all__ = [
    "MASK_FOLDER",
    "MASK_SLUG",
    "SPACINGS_FILE",
    "SPACINGS_SLUG",
    "STACK_FOLDER",
    "STACK_SLUG",
]

STACK_SLUG = "stacked-3d-ct-volumes-of-lesions"
"""Slug of the socket whose image is a job's input stack."""

STACK_FOLDER = "images/stacked-3d-ct-lesion-volumes"
"""Where the input stacks lie, under the input folder."""

SPACINGS_SLUG = "stacked-3d-volumetric-spacings"
"""Slug of the socket whose value is the spacing of each VOI."""

SPACINGS_FILE = f"{SPACINGS_SLUG}.json"
"""Where the VOIs' spacings lie, under the input folder."""

MASK_SLUG = "ct-universal-lesion-binary-segmentation"
"""Slug of the socket whose image is a job's mask stack."""

MASK_FOLDER = "images/ct-binary-uls"
"""Where the masks go, under the output folder."""
