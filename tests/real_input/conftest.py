"""What these tests build companies with."""

from tests.support import builder

__all__ = ["builder"]
