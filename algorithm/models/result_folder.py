"""Tell an nnU-Net v2 result folder from other folders; what it holds is for `importing` to read."""

from pathlib import Path

__all__ = ["is_result_folder"]


def is_result_folder(folder: Path) -> bool:
    """Return whether a folder looks like an nnU-Net v2 result folder."""
    return (folder / "plans.json").is_file() and any(folder.glob("fold_*/[!.]*.pth"))
