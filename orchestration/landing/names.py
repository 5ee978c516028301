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

    The header map decides first (both sides are compared after NFKC, without white space). Otherwise connector prefixes go,
    camelCase becomes snake_case, runs of other than letters, digits and _ become _. Japanese letters stay.
    """
    if (mapped := _mapped(header, header_map or {})) is not None:
        return mapped
    header = _clean(header)
    name = _CONNECTOR_PREFIX.sub("", header)
    name = _ACRONYM_WORD.sub(r"\1_\2", _LOWER_UPPER.sub(r"\1_\2", name)).lower()
    name = re.sub("__+", "_", _NOT_WORD.sub("_", name))
    name = name if name.startswith("_") and header.startswith(("_", "property__")) else name.lstrip("_")
    name = name.rstrip("_")
    return f"src{name}" if name in LINEAGE else name


def _mapped(header: str, header_map: Mapping[str, str]) -> str | None:
    header = _bare(header)
    return next((name for key, name in header_map.items() if _bare(key) == header), None)


def _bare(header: str) -> str:
    # A header may be broken into lines within its cell.
    return "".join(_clean(header).split())


class ColumnNames:
    """Unique column names for the headers of one file, in order of first sight, with notes on each clash.

    A header that parts its words in another way or not at all (HubSpot Owner ID, CREATEDDATE) is the declared column of its letters.
    """

    def __init__(self, header_map: Mapping[str, str] | None = None, declared: Iterable[str] = ()) -> None:
        self._header_map = dict(header_map or {})
        self._by_key: dict[Hashable, str] = {}
        self._reserved: set[str] = set()
        self._there: set[str] = set()
        self._declared = tuple(declared)
        self._by_letters = {name.replace("_", ""): name for name in reversed(self._declared) if name[0] != "_"}
        self.names: list[str] = []
        self.notes: list[str] = []

    def reserve(self, headers: Iterable[str]) -> None:
        """Keep the names that the header map gives to some of these headers for them, wherever they stand."""
        headers = list(headers)
        self._reserved |= {name for header in headers if (name := _mapped(header, self._header_map))}
        self._there |= {normalise_column(header, self._header_map) for header in headers}

    def add(self, key: Hashable, header: str) -> str:
        """The name for `key` (a header's position or path), given on first sight and the same ever after."""
        if key not in self._by_key:
            is_mapped = _mapped(header, self._header_map) is not None
            wanted = normalise_column(header, self._header_map) or f"column_{len(self.names) + 1}"
            if not is_mapped:
                wanted = self._as_declared(wanted)
            name, suffix = wanted, 1
            while name in self.names or (name in self._reserved and not is_mapped):
                suffix += 1
                name = f"{wanted}_{suffix}"
            if name != wanted:
                which = "later one" if is_mapped or wanted not in self._reserved else "one that `columns` does not name"
                self.notes.append(f"two headers become column {wanted}: the {which} is landed as {name}")
            self._by_key[key] = name
            self.names.append(name)
        return self._by_key[key]

    def _as_declared(self, name: str) -> str:
        # The declared column of the same letters, unless the name is declared itself, a connector's own (`_…`), or the file has that column besides.
        declared = self._by_letters.get(name.replace("_", ""), name)
        return name if name[0] == "_" or name in self._declared or declared in self._there else declared

    @classmethod
    def of(
        cls, headers: Iterable[str], header_map: Mapping[str, str] | None = None, declared: Iterable[str] = ()
    ) -> "ColumnNames":
        """The names of a header row."""
        headers, names = list(headers), cls(header_map, declared)
        names.reserve(headers)
        for position, header in enumerate(headers):
            names.add(position, header)
        there = {_bare(header) for header in headers}
        mapped = (header_map or {}).items()
        if absent := [header for header, name in mapped if _bare(header) not in there and name not in names.names]:
            names.notes.append(f"`columns` names headers that the file does not have: {', '.join(absent)}")
        return names
