"""Files that DuckDB reads where they lie land as they do when read the slower way."""

import pytest

from orchestration.landing import csv_reader, jsonl_reader, land_feed

CSV = {
    "quotes and line feeds": ('id,email,company\n1,"a\n""x"", y",\n"2",b,"あ"', True),
    "CRLF": ('id,email\r\n1,"a\r\nb"\r\n2,\r\n', True),
    "byte order mark": ("\ufeffid,email\n1,あ\n", True),
    "one column": ("id\n1\nid\n", True),
    "mixed line ends": ("id,email\n1,a\r\n2,b\n", False),
    "LF below the header alone": ("id,email\n1,a\r\n2,b\r\n", False),
    "CRLF below the header alone": ("id,email\r\n1,a\n2,b\n", False),
    "nothing below a header with CRLF": ("id,email\r\n", True),
    "blank line": ("id,email\n1,a\n\n2,b\n", False),
    "blank line with CRLF": ("id,email\r\n1,a\r\n\r\n2,b\r\n", False),
    "header again": ("id,email\n1,a\nid,email\n2,b\n", False),
    "open quote": ('id,email\n1,"a\n2,b\n', False),
    "quote inside": ('id,email\n1,a"b\n2,b"\n', False),
    "too few fields": ("id,email\n1\n2,b\n", False),
}
JSONL = {
    "strings": (r'{"id": "1", "email": "\"\\あ\u3042 {,} \u0000"}' + "\n" + '{"email": "", "id": null}', True),
    "whole numbers": ('{"id": 1, "email": 123456789012345678901234567890}\n{"id": -5, "email": true}\n', True),
    "properties": ('{"id":"1","properties":{"id":"p","z":null}}\n{"id":"2","properties":{}}\n', True),
    "fractions": ('{"id": 1.10}\n', False),
    "exponent": ('{"id": 1e5}\n', False),
    "minus zero": ('{"id": -0}\n', False),
    "trailing comma": ('{"id": 1,}\n{"id": 2}\n', False),
    "infinity": ('{"id": "1"}\n{"id": Infinity}\n{"id": nan}\n', False),
    "key twice": ('{"id": 1, "id": 2}\n', False),
    "keys that differ in case": ('{"id": "1", "ID": "2"}\n', False),
    "nested": ('{"id": {"a": 1}, "email": [1, 2]}\n', False),
    "properties in properties": ('{"properties": {"properties": {}, "x": 1}}\n', False),
    "properties as text": ('{"properties": "x"}\n', False),
    "two in a line": ('{"id": 1}{"id": 2}\n\n', False),
    "over two lines": ('{"id": 1,\n"email": 2}\n', False),
    "half a surrogate": ('{"id": "\\ud83d"}\n', False),
    "half a surrogate in a key": ('{"id": "1", "\\ud83dmail": "x"}\n', False),
    "CRLF": ('{"id": 1}\r\n', False),
    "key without a name": ('{"id": "1", "": "0"}\n', False),
}


def landed(company, name, content):
    company.put(name, content)
    result = land_feed(company.config, company.config.feed("crm", "contacts"))
    assert result.error is None, result.error
    batch = result.batches[0]
    columns = "* exclude (_batch_id, _loaded_at, _extracted_at)"
    return company.select(columns), company.rejects("line, reason, raw_text"), batch.rows_in, batch.drift


@pytest.mark.parametrize("case", CSV)
def test_csv_in_place_as_rewritten(make_company, monkeypatch, case):
    content, is_plain = CSV[case]
    in_place, taken = csv_reader._land_in_place, []
    monkeypatch.setattr(csv_reader, "_land_in_place", lambda *a: taken.append(in_place(*a)) or taken[-1])
    fast = landed(make_company("fast"), "contacts.csv", content)
    monkeypatch.setattr(csv_reader, "_land_in_place", lambda *a: None)
    assert fast == landed(make_company("slow"), "contacts.csv", content)
    assert (taken[0] is not None) == is_plain


@pytest.mark.parametrize("case", JSONL)
def test_jsonl_at_once_as_by_line(make_company, monkeypatch, case):
    content, is_plain = JSONL[case]
    at_once, taken = jsonl_reader._land_plain, []
    monkeypatch.setattr(jsonl_reader, "_land_plain", lambda *a: taken.append(at_once(*a)) or taken[-1])
    fast = landed(make_company("fast"), "contacts.jsonl", content)
    monkeypatch.setattr(jsonl_reader, "_land_plain", lambda *a: None)
    assert fast == landed(make_company("slow"), "contacts.jsonl", content)
    assert (taken[0] is not None) == is_plain


def test_a_named_key_that_appears_late_has_its_name(company, monkeypatch):
    monkeypatch.setattr(jsonl_reader, "_FIRST_LOOK", 1)
    company.configure('[systems.crm.feeds.contacts]\ncolumns = { mail = "email" }\n')
    company.put("contacts.jsonl", '{"id": "1", "email": "old"}\n{"id": "2", "email": "old", "mail": "new"}\n')
    land_feed(company.config, company.config.feed("crm", "contacts"))
    assert company.select("id, email, email_2") == [("1", None, "old"), ("2", "new", "old")]


def test_a_key_that_appears_late_is_not_lost(company, monkeypatch):
    monkeypatch.setattr(jsonl_reader, "_FIRST_LOOK", 2)
    company.put("contacts.jsonl", '{"id": "1"}\n{"id": "2"}\n{"id": "3", "email": "late"}\n')
    land_feed(company.config, company.config.feed("crm", "contacts"))
    assert company.select("id, email") == [("1", None), ("2", None), ("3", "late")]
