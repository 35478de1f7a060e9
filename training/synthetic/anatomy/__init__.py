"""The surroundings of a lesion: each module draws one part of the body, in mm."""

from training.synthetic.anatomy.abdomen import Abdomen
from training.synthetic.anatomy.base import Anatomy, Host
from training.synthetic.anatomy.chest import Chest
from training.synthetic.anatomy.limb import Limb

__all__ = ["Abdomen", "Anatomy", "Chest", "Host", "Limb"]
