"""One reader a folder layout; a new one is a file here and a line in the registry."""

from training.data.readers.base import Reader, Source
from training.data.readers.ccc18 import Ccc18Reader
from training.data.readers.deeplesion import DeepLesionReader
from training.data.readers.hcuch import HcuchReader
from training.data.readers.kits import KitsReader
from training.data.readers.lidc import LidcReader
from training.data.readers.lits import LitsReader
from training.data.readers.lndb import LndbReader
from training.data.readers.nih_ln import NihLymphNodeReader
from training.data.readers.nnunet import NnunetReader
from training.data.readers.pairs import PairsReader
from training.data.readers.uls23 import Uls23Reader

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
