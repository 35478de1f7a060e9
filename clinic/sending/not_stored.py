"""Why an archive does not have an object yet."""

__all__ = ["NotStoredError"]


class NotStoredError(Exception):
    """The archive did not store an object, or did not say that it did.

    Attributes:
        why: in words, without anything of the patient.
        again: whether a later try may succeed without anybody's doing.
        reached: whether the archive answered at all: if not, other objects need not be tried.
    """

    def __init__(self, why: str, *, again: bool, reached: bool = True) -> None:
        super().__init__(why)
        self.why, self.again, self.reached = why, again, reached
