"""One reader a folder layout; a new one is a file here and a line in the registry."""

from training.prepare.readers.base import Reader, Source
from training.prepare.readers.ccc18 import Ccc18Reader
from training.prepare.readers.deeplesion import DeepLesionReader
from training.prepare.readers.hcuch import HcuchReader
from training.prepare.readers.kits import KitsReader
from training.prepare.readers.lidc import LidcReader
from training.prepare.readers.lits import LitsReader
from training.prepare.readers.lndb import LndbReader
from training.prepare.readers.nih_ln import NihLymphNodeReader
from training.prepare.readers.nnunet import NnunetReader
from training.prepare.readers.pairs import PairsReader
from training.prepare.readers.uls23 import Uls23Reader

__all__ = ["READERS", "Reader", "Source"]

_ALL: tuple[Reader, ...] = (
    NnunetReader(),
    PairsReader(),
    KitsReader(),
    LitsReader(),
    NihLymphNodeReader(),
    LidcReader(),
    LndbReader(),
    Uls23Reader(),
    HcuchReader(),
    DeepLesionReader(),
    Ccc18Reader(),
)

READERS = {reader.name: reader for reader in _ALL}
"""By the name that the command line calls them."""
