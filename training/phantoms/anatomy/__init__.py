"""The surroundings of a lesion: each module draws one part of the body, in mm."""

from training.phantoms.anatomy.abdomen import Abdomen
from training.phantoms.anatomy.base import Anatomy, Host
from training.phantoms.anatomy.chest import Chest
from training.phantoms.anatomy.limb import Limb

__all__ = ["Abdomen", "Anatomy", "Chest", "Host", "Limb"]
