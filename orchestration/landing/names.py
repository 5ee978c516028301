"""Column names: every vendor's spelling of a header arrives at one snake_case name."""

import re
import unicodedata
from collections.abc import Hashable, Iterable, Mapping

LINEAGE = ("_batch_id", "_loaded_at", "_extracted_at", "_source_file", "_row_number")

_CONNECTOR_PREFIX = re.compile(r"^(?:property_|properties_|properties\.)(?=.)")
_LOWER_UPPER = re.compile(r"([a-z0-9])([A-Z])")
_ACRONYM_WORD = re.compile(r"([A-Z]+)([A-Z][a-z])")
_NOT_WORD = re.compile(r"\W+")


def _clean(header: str) -> str:
    return unicodedata.normalize("NFKC", header).replace("\ufeff", "").strip()


def normalise_column(header: str, header_map: Mapping[str, str] | None = None) -> str:
    """The column name for a header; '' where nothing of the header is left.

    The header map decides first (both sides are compared after NFKC and strip). Otherwise connector prefixes go,
    camelCase becomes snake_case, runs of other than letters, digits and _ become _. Japanese letters stay.
    """
    header = _clean(header)
    mapped = {_clean(key): value for key, value in (header_map or {}).items()}
    if header in mapped:
        return mapped[header]
    name = _CONNECTOR_PREFIX.sub("", header)
    name = _ACRONYM_WORD.sub(r"\1_\2", _LOWER_UPPER.sub(r"\1_\2", name)).lower()
    name = re.sub("__+", "_", _NOT_WORD.sub("_", name))
    name = name if name.startswith("_") and header.startswith(("_", "property__")) else name.lstrip("_")
    name = name.rstrip("_")
    return f"src{name}" if name in LINEAGE else name


class ColumnNames:
    """Unique column names for the headers of one file, in order of first sight, with notes on each clash."""

    def __init__(self, header_map: Mapping[str, str] | None = None) -> None:
        self._header_map = dict(header_map or {})
        self._by_key: dict[Hashable, str] = {}
        self.names: list[str] = []
        self.notes: list[str] = []

    def add(self, key: Hashable, header: str) -> str:
        """The name for `key` (a header's position or path), given on first sight and the same ever after."""
        if key not in self._by_key:
            wanted = normalise_column(header, self._header_map) or f"column_{len(self.names) + 1}"
            name, suffix = wanted, 1
            while name in self.names:
                suffix += 1
                name = f"{wanted}_{suffix}"
            if name != wanted:
                self.notes.append(f"two headers become column {wanted}: the later one is landed as {name}")
            self._by_key[key] = name
            self.names.append(name)
        return self._by_key[key]

    @classmethod
    def of(cls, headers: Iterable[str], header_map: Mapping[str, str] | None = None) -> "ColumnNames":
        """The names of a header row."""
        names = cls(header_map)
        for position, header in enumerate(headers):
            names.add(position, header)
        return names
