"""The landing zone: exports of any shape become immutable Parquet batches, and what cannot be read is kept apart."""

from orchestration.landing.catalogue import Catalogue, CatalogueError, SourceTable, read_catalogue
from orchestration.landing.feed import Feed, FeedResult, LandedBatch
from orchestration.landing.files import FolderError, unclaimed_files
from orchestration.landing.land import land_all, land_feed, pending_files

__all__ = [
    "Catalogue",
    "CatalogueError",
    "Feed",
    "FeedResult",
    "FolderError",
    "LandedBatch",
    "SourceTable",
    "land_all",
    "land_feed",
    "pending_files",
    "read_catalogue",
    "unclaimed_files",
]
