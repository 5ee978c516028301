"""What lands from each format and encoding, and what is rejected."""

import errno
import json
import os
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.landing import land_all, land_feed, parquet_reader

CONTACTS = "id,email,company\n1,a@x.jp,㈱髙島①\n2,b@x.jp,ｱｲｳ\n"
ROWS = [("1", "a@x.jp", "㈱髙島①"), ("2", "b@x.jp", "ｱｲｳ")]
SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"


def land(company, table="contacts"):
    result = land_feed(company.config, company.config.feed("crm", table))
    assert result.error is None, result.error
    assert result.rows_in == result.rows_landed + result.rows_rejected
    return result


@pytest.mark.parametrize(
    ("codec", "named"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp932", "cp932"), ("utf-16", "utf-16"), ("utf-16-be", "utf-16")],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(company, codec, named, newline):
    bom = b"\xfe\xff" if codec == "utf-16-be" else b""
    company.put("contacts.csv", bom + CONTACTS.replace("\n", newline).encode(codec))
    result = land(company)
    assert (result.rows_in, result.rows_rejected, result.batches[0].encoding) == (2, 0, named)
    assert company.select("id, email, company") == ROWS


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_byte_order_mark(company, codec):
    company.configure('[systems.crm.feeds.contacts]\nencoding = "utf-16"\n')
    company.put("contacts.csv", CONTACTS.encode(codec))
    company.put("contacts.jsonl", '{"id": "3", "email": "表"}\n'.encode(codec), age=50)
    assert [batch.encoding for batch in land(company).batches] == [codec, codec]
    assert company.select("id, email, company") == [*ROWS, ("3", "表", None)]


def test_title_lines_and_japanese_header_map(company):
    company.configure(
        '[systems.crm.feeds.contacts]\nfiles = "*一覧*.CSV"\nskip_lines = 2\nencoding = "cp932"\n'
        'columns = { "顧客ＩＤ" = "id", "メール" = "email", "会社名" = "company" }\n'
    )
    text = 'ダウンロード,"2024\n件数,1\n"顧客ID",メール,会社名,部署名(仮)\r\n1,a@x.jp,"髙島\n屋",営業\r\n'
    company.put("顧客一覧_20240401.csv", text.encode("cp932"))
    result = land(company)
    assert company.select("id, email, company, 部署名_仮, _row_number, _extracted_at, _source_file") == [
        ("1", "a@x.jp", "髙島\n屋", "営業", 1, datetime(2024, 4, 1, 14, 59, 59), "顧客一覧_20240401.csv")
    ]
    assert result.drift == ["顧客一覧_20240401.csv: not declared in the source YAML, landed as text: 部署名_仮"]


def test_quoted_newlines_blank_lines_and_empty_values(company):
    company.put("contacts.csv", 'id,email,company\r\n\r\n1,"",\r\n\n2,"a\r\n\r\nb","q""q"\r\n3,"x, y"," z "')
    assert land(company).rows_rejected == 0
    assert company.select("id, email, company") == [
        ("1", None, None),
        ("2", "a\r\n\r\nb", 'q"q'),
        ("3", "x, y", " z "),
    ]


def test_values_are_kept_as_text(company):
    company.put("contacts.csv", "id,email,company\n007,1e5,NULL\n1.10,2024/4/1,  \n")
    land(company)
    assert company.select("id, email, company") == [("007", "1e5", "NULL"), ("1.10", "2024/4/1", "  ")]


def test_tab_and_named_delimiters(company):
    company.put("contacts.tsv", "id\temail\n1\ta,b\n")
    company.configure('[systems.crm.feeds.events]\ndelimiter = ";"\n')
    company.put("events.csv", "id;happened_at\n1;a,b\n")
    land_all(company.config)
    assert company.select("id, email") == [("1", "a,b")]
    assert company.select("id, happened_at", "events") == [("1", "a,b")]


def test_damaged_csv_rejects_with_line_reason_and_raw_text(company):
    text = (
        b'id,email,company\n1,a,"two\nlines"\n2,b\n3,c,d,e\n4,"open,x\n5,e,f\n6,"g"h,i\n'
        b"7,\x81,j\nid,email,company\n8,k,l\n9,\x00m,n\n"
    )
    company.put("contacts.csv", text)
    result = land(company)
    assert company.select("id, company, _row_number") == [
        ("1", "two\nlines", 1),
        ("5", "f", 5),
        ("8", "l", 9),
        ("9", "n", 10),
    ]
    rejects = company.rejects("line, reason, raw_text")
    assert [(line, raw) for line, _, raw in rejects] == [
        (4, "2,b"),
        (5, "3,c,d,e"),
        (6, '4,"open,x'),
        (8, '6,"g"h,i'),
        (9, "7,\\x81,j"),
        (10, "id,email,company"),
    ]
    assert [reason.split(":")[0] for _, reason, _ in rejects] == [
        "too few fields",
        "too many fields",
        "a quote is never closed",
        "quotes do not match",
        "bytes that are not cp932",
        "the header again",
    ]
    assert result.batches[0].is_complete is False
    assert any("read record by record" in note for note in result.drift)


FOOT = (
    '\n\n"リード一覧"\n"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\n'
    '"機密情報 - 外部に配布しないでください"\n"作成者:  佐藤 太郎 2026/03/22 18:00"\n"株式会社サンプル, 東京"\n'
)


@pytest.mark.parametrize("damaged", ["", "3,c\n"])
def test_the_foot_of_a_report_is_no_damage(company, damaged):
    """A snapshot with rejects deletes nothing: with its foot among them no report ever did."""
    company.put("contacts.csv", ("id,email,company\n1,a,b\n\n" + damaged + "2,b,c\n" + FOOT).encode("cp932"))
    result = land(company)
    assert (result.rows_landed, result.rows_rejected) == (2, 1 if damaged else 0)
    assert result.batches[0].is_complete is not bool(damaged)
    assert any("foot" in note for note in result.drift)
    assert any("damaged" in note for note in result.drift) is bool(damaged)


@pytest.mark.parametrize(
    "end",
    [
        "\n3\n",  # a record cut off
        FOOT + "3,c,d\n",
        FOOT.lstrip("\n"),
    ],
)
def test_what_is_no_foot_is_damage(company, end):
    company.put("contacts.csv", ("id,email,company\n1,a,b\n2,b,c\n" + end).encode("cp932"))
    result = land(company)
    assert result.rows_rejected > 0
    assert not any("foot" in note for note in result.drift)


@pytest.mark.parametrize("damaged", ["", '3,x,"x"y,\n'])
def test_a_delimiter_after_the_last_field_is_no_damage(company, damaged):
    company.put("contacts.csv", "id,email,company\n1,a,b,\n2,c,,\n" + damaged)
    assert land(company).rows_rejected == (1 if damaged else 0)
    assert company.select("id, email, company") == [("1", "a", "b"), ("2", "c", None)]


def test_a_few_bad_bytes_do_not_turn_utf8_into_mojibake(company):
    rows = "".join(f"{n},会社{n}@x.jp,株式会社{n}\n" for n in range(50)).encode()
    company.put("contacts.csv", b"id,email,company\n" + rows + b"50,\xe4\xbc,x\n")
    result = land(company)
    assert (result.rows_landed, result.rows_rejected, result.batches[0].encoding) == (50, 1, "utf-8")
    assert company.select("company")[7] == ("株式会社7",)


@pytest.mark.parametrize(
    ("content", "rows_in", "reason"),
    [
        ("", 1, "no header: the file is empty"),
        ('"id,email\n1,a\n', 1, "the header row cannot be read: a quote in it is never closed"),
        ("id,email\n1,a\n".encode("utf-16-le"), 1, "the header line holds NUL bytes"),
        (b"id,\xff\xff\n1,2\n", 1, "the header line is not cp932"),
    ],
)
def test_unreadable_files_are_one_reject_and_not_tried_again(company, content, rows_in, reason):
    company.put("contacts.csv", content)
    result = land(company)
    assert (result.rows_in, result.rows_rejected) == (rows_in, 1)
    assert company.rejects()[0][1].startswith(reason)
    again = land(company)
    assert not again.batches
    assert company.registry("rows_in, is_complete") == [(rows_in, False)]


@pytest.mark.parametrize(
    ("name", "head", "reason"),
    [
        (
            "contacts_1.xlsx",
            b"PK\x03\x04",
            "an Excel workbook or a zip archive, not text: export it as CSV, or unpack it",
        ),
        (
            "contacts_1.jsonl",
            b"PK\x03\x04",
            "an Excel workbook or a zip archive, not text: export it as CSV, or unpack it",
        ),
        ("contacts_1.csv", b"\xd0\xcf\x11\xe0", "an Excel workbook, not text: export it as CSV"),
        ("contacts_1.csv.gz", b"\x1f\x8b", "compressed with gzip, not text: unpack it"),
        ("contacts_1.csv", b"PAR1", "Parquet, not text: let its name end in .parquet"),
    ],
)
def test_what_is_no_text_is_called_by_its_name(company, name, head, reason):
    """A feed's `files` may match it, and a workbook may be called .csv."""
    company.configure('[systems.crm.feeds.contacts]\nfiles = "contacts*"\n')
    company.put(name, head + bytes(range(256)))
    assert (land(company).rows_landed, company.rejects()) == (0, [(None, f"the file is {reason}")])


@pytest.mark.parametrize("text", ['[{"id": 1}, {"id": 2}]', '\ufeff\n[\n  {"id": 1},\n  {"id": 2}\n]\n'])
def test_a_json_array_is_no_json_lines(company, text):
    """Of one over several lines the last object would land alone."""
    company.put("contacts.jsonl", text)
    reason = "the file is a JSON array: write each object on a line of its own, as JSON lines"
    assert (land(company).rows_landed, company.rejects()) == (0, [(None, reason)])


def test_header_only_is_a_complete_batch_of_no_rows(company):
    company.put("contacts.csv", "id,email,company\n")
    result = land(company)
    assert (result.rows_in, result.batches[0].is_complete) == (0, True)
    assert company.select("id") == []


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_snapshot_of_no_rows_is_rejected_where_there_were_rows(company, suffix):
    """Taken for complete it would delete every record, on the second day as on the first. A table that never had a row is empty."""
    company.configure('[systems.crm.feeds.contacts]\ndelivery = "snapshot"\n')
    company.put("contacts_20260401.csv", "id,email\n")
    assert (land(company).rows_in, company.registry("is_complete")) == (0, [(True,)])
    company.put("contacts_20260402.csv", "id,email\n1,a@example.com\n")
    land(company)
    for day, width in ((3, 1), (4, 2)):
        source = company.put(f"contacts_2026040{day}.{suffix}", "id,email\n" + "\n" * width)
        if suffix == "parquet":
            duckdb.sql(f"copy (select 1 as id, 2 as c{width} where false) to '{source}'")
            company.put(source.name, source.read_bytes())
        assert land(company).rows_in == 1
    assert company.rejects() == 2 * [(None, "the file has no rows: as a snapshot it would delete every record")]
    assert company.select("id") == [("1",)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("contacts.csv", "Contact No,email\n1,a\n2,b\n"),
        ("contacts.csv", "id;email\n1;a\n"),
        ("contacts.jsonl", '{"number": 1, "email": "a"}\n'),
    ],
)
def test_a_file_without_its_key_is_one_reject(company, name, content):
    """It holds none of the known keys: as a complete snapshot it would delete every record."""
    company.configure('[systems.crm.feeds.contacts]\ndelivery = "snapshot"\n')
    company.put(name, content)
    result = land(company)
    assert (result.rows_in, result.rows_landed, result.batches[0].is_complete) == (1, 0, False)
    assert company.rejects() == [
        (
            None,
            "no column id, the key of crm.contacts: name its header under `columns` in tasuki.toml, "
            "or correct `skip_lines` or `delimiter` there",
        )
    ]


@pytest.mark.parametrize("content", ["", "\n"])
def test_no_json_line_is_no_news_but_no_snapshot(company, content):
    company.put("contacts_20260401T000000Z.jsonl", content)
    assert (land(company).rows_in, company.rejects()) == (0, [])
    assert company.registry("is_complete, confirmed_at") == [(True, datetime(2026, 4, 1))]
    company.configure('[systems.crm.feeds.contacts]\ndelivery = "snapshot"\n')
    company.put("contacts_20260402T000000Z.jsonl", content + " ")
    assert (land(company).rows_in, company.rejects()) == (
        1,
        [(None, "the file is empty: as a snapshot it would delete every record")],
    )
    assert company.registry("is_complete, confirmed_at")[-1] == (False, None)


def test_a_key_is_there_under_its_other_names_or_as_what_it_is_made_of(company):
    company.put("events_1.csv", "event_id,happened_at\nv,x\n")
    company.put("events_2.csv", "happened_at,contact\nx,1\n", age=50)
    company.put("events_3.csv", "contact,page\n1,p\n", age=40)
    result = land(company, "events")
    assert [batch.rows_landed for batch in result.batches] == [1, 1, 0]


def test_clashing_and_empty_headers(company):
    company.put("contacts.csv", "Id,property_id,,_batch_id\n1,2,3,4\n")
    result = land(company)
    assert company.select("id, id_2, column_3, src_batch_id") == [("1", "2", "3", "4")]
    assert any("two headers become column id" in note for note in result.drift)


def test_jsonl_as_hubspot_and_salesforce_write_it(company):
    lines = [
        {
            "id": "1",
            "properties": {"email": "a@x.jp", "Amount": 1.10, "id": "p"},
            "createdAt": "2024-01-01T00:00:00Z",
            "archived": False,
        },
        {"attributes": {"type": "Lead"}, "Id": 2, "properties": {"email": None, "tags": ["あ", 1.50, True, None]}},
    ]
    text = (
        "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
        .replace("1.1,", "1.10,")
        .replace("1.5,", "1.50,")
    )
    company.put("contacts.jsonl", text + '\n\n{"id": 3\n[1]\n{"id": 4} x\n')
    result = land(company)
    assert (result.rows_in, result.rows_landed) == (5, 2)
    assert company.select("id, email, amount, id_2, created_at, archived, tags, id_3") == [
        ("1", "a@x.jp", "1.10", "p", "2024-01-01T00:00:00Z", "false", None, None),
        (None, None, None, None, None, None, '["あ",1.50,true,null]', "2"),
    ]
    assert [line for line, _ in company.rejects()] == [4, 5, 6]


def test_jsonl_as_airbyte_writes_it_to_files(company):
    lines = [
        {"_airbyte_raw_id": "r", "_airbyte_data": {"id": n, "properties": {"email": f"{n}@x.jp"}, "archived": n == 2}}
        for n in (1, 2)
    ]
    company.put("contacts.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    assert land(company).rows_rejected == 0
    assert company.select("id, email, archived, _airbyte_raw_id") == [
        ("1", "1@x.jp", "false", "r"),
        ("2", "2@x.jp", "true", "r"),
    ]


def test_jsonl_as_kintone_writes_it(company):
    record = {
        "$id": {"type": "__ID__", "value": "12"},
        "email": {"type": "LINK", "value": "a@x.jp"},
        "rate": {"type": "NUMBER", "value": 1.50},
        "none": {"type": "DROP_DOWN", "value": None},
        "rows": {"type": "SUBTABLE", "value": [{"id": "1", "value": {"on": {"type": "DATE", "value": "2026-04-01"}}}]},
        "other": {"type": "a", "value": "b", "unit": "c"},
    }
    company.put("contacts.jsonl", json.dumps(record) + "\n")
    land(company)
    assert company.select('id, email, rate, "none", other') == [
        ("12", "a@x.jp", "1.5", None, '{"type":"a","value":"b","unit":"c"}')
    ]
    [(rows,)] = company.select('"rows"')
    assert json.loads(rows) == record["rows"]["value"]


def test_jsonl_columns_that_appear_late(company, monkeypatch):
    monkeypatch.setattr("orchestration.landing.jsonl_reader._FIRST_LOOK", 2)
    company.put("contacts.ndjson", "".join(f'{{"id": {n}, "c{n // 4}": {n}}}\n' for n in range(10)))
    assert land(company).rows_landed == 10
    assert company.select("id, c2")[-1] == ("9", "9")


@pytest.mark.parametrize("suffix", ["csv", "quoted.csv", "jsonl", "properties.jsonl", "parquet"])
def test_headers_without_words_are_the_declared_columns(company, suffix):
    """As Salesforce's Data Loader (capitals) and connectors that lower all names write them."""
    file = company.root / "made"
    row = {"ID": "1", "ACCOUNTNAME": "甲"}
    if suffix == "parquet":
        pq.write_table(pa.table({header: [value] for header, value in row.items()}), file)
    elif suffix.endswith("jsonl"):
        made = {"id": "1", "properties": {"accountname": "甲"}} if suffix.startswith("properties") else row
        file.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
    else:
        lines = ["ID,ACCOUNTNAME", '1,"甲"' if suffix.startswith("quoted") else "1,甲", ""]
        file.write_text(
            "\r".join(lines) if suffix.startswith("quoted") else "\n".join(lines), encoding="utf-8", newline=""
        )
    company.put(f"contacts.{suffix.split('.')[-1]}", file.read_bytes())
    land(company)
    assert company.select("id, account_name") == [("1", "甲")]


def test_parquet_lands_as_text(company):
    source = company.put("contacts.parquet", b"")
    duckdb.sql(
        f"""copy (select 1::bigint as "Id", true as flag, 1.10::decimal(9,2) as amount, date '2024-04-01' as day,
        timestamp '2024-04-01 09:00:00' as "at", timestamptz '2024-04-01 09:00:00.5+09' as zoned, {{'a': 1}} as nested,
        null::varchar as nothing) to '{source}' (format parquet)"""
    )
    company.put("contacts.parquet", source.read_bytes())
    result = land(company)
    assert company.select('id, flag, amount, day, "at", zoned, nested, nothing, _row_number') == [
        ("1", "true", "1.10", "2024-04-01", "2024-04-01T09:00:00", "2024-04-01T00:00:00.5Z", '{"a":1}', None, 1)
    ]
    assert result.batches[0].is_complete


@pytest.mark.parametrize("kind", ["double", "float"])
def test_whole_numbers_of_parquet_land_without_a_fraction(company, kind):
    """A column of ids with gaps is a floating-point one after pandas: 1.0 would match no id of another export."""
    numbers = {1: "1", -20: "-20", 1.5: "1.5", 1e15: "1000000000000000", 1e30: "1e+30", "nan": None, None: None}
    if kind == "double":
        numbers[2**53 - 1] = "9007199254740991"
    source = company.root / "made.parquet"
    values = ", ".join("(null)" if number is None else f"('{number}'::{kind})" for number in numbers)
    duckdb.sql(f"copy (select * from (values {values}) as made(id)) to '{source}'")
    company.put("contacts.parquet", source.read_bytes())
    land(company)
    assert company.select("id") == [(text,) for text in numbers.values()]


def test_bytes_of_parquet_land_as_text_or_as_hexadecimal(company):
    """A column of bytes that are no text costs no row, and a column of texts that is not said to be text stays one."""
    table = pa.table(
        {
            "id": pa.array([b"1", "二".encode(), None], pa.binary()),
            "photo": pa.array([b"\xff\x00", b"ab", b""], pa.binary()),
            "prints": pa.array([[b"\xff"], [], None], pa.list_(pa.binary())),
        }
    )
    source = company.root / "made.parquet"
    pq.write_table(table, source)
    company.put("contacts.parquet", source.read_bytes())
    result = land(company)
    assert company.select("id, photo, prints") == [
        ("1", "ff00", '["\\\\xFF"]'),
        ("二", "6162", "[]"),
        (None, None, None),
    ]
    assert "contacts.parquet: column photo holds bytes that are not UTF-8, landed as hexadecimal" in result.drift


@pytest.mark.parametrize(
    ("refusal", "cure"),
    [
        (lambda job: duckdb.IOException(f"Could not write file {job.tmp}: No space left on device"), "make room"),
        (lambda job: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "make room"),
        (lambda job: OSError(errno.EIO, os.strerror(errno.EIO)), "correct or remove the file"),
        (lambda job: duckdb.OutOfMemoryException("failed to allocate"), "correct or remove the file"),
    ],
    ids=["full disk, by DuckDB", "full disk", "lost share", "little memory"],
)
def test_what_the_machine_refuses_rejects_no_parquet(company, monkeypatch, refusal, cure):
    """A file that a full disk kept from landing lands once there is room; it was taken for a damaged one, for good."""

    def refuse(connection, job, *_):
        raise refusal(job)

    source = company.put("contacts.parquet", b"")
    duckdb.sql(f"copy (select '1' as id, 'a@x.jp' as email) to '{source}'")
    company.put("contacts.parquet", source.read_bytes())
    with monkeypatch.context() as patch:
        patch.setattr(parquet_reader, "copy_to_batch", refuse)
        result = land_feed(company.config, company.config.feed("crm", "contacts"))
    assert f"Nothing of it was landed; {cure}" in result.error and not result.batches
    land(company)
    assert company.select("id, email") == [("1", "a@x.jp")]


def test_a_folder_named_like_a_value_changes_no_value(company):
    """`email=wrong` is how some tools name the folders of a partitioned table; a file's own values count."""
    company.put("email=wrong/contacts_1.csv", "id,email\n1,right\n")
    company.put("email=wrong/contacts_2.jsonl", '{"id": "2", "email": "right"}\n', age=50)
    source = company.put("email=wrong/contacts_3.parquet", b"", age=40)
    duckdb.sql(f"copy (select '3' as id, 'right' as email) to '{source}'")
    land(company)
    assert sorted(company.select("id, email")) == [("1", "right"), ("2", "right"), ("3", "right")]


def test_corrupt_parquet_is_one_reject(company):
    company.put("contacts.parquet", b"PAR1 not really PAR1")
    result = land(company)
    assert (result.rows_in, result.rows_rejected) == (1, 1)
    assert company.rejects()[0][1].startswith("not a readable Parquet file")


def test_declared_tables_can_be_read_before_anything_landed(company):
    land_all(company.config)
    assert company.select("id, happened_at, _loaded_at", "events") == []
    assert company.rejects() == []
    assert company.registry() == []


def test_real_cp932_registry(company):
    file = SHARED / "data" / "edinet" / "edinet_organisations_cp932.csv"
    if not file.exists():
        pytest.skip("shared/data/edinet is not beside the repository")
    company.configure('[systems.crm.feeds.contacts]\nskip_lines = 1\ncolumns = { "ＥＤＩＮＥＴコード" = "id" }\n')
    company.put("contacts.csv", file.read_bytes())
    result = land(company)
    assert (result.rows_landed, result.rows_rejected, result.batches[0].encoding) == (8010, 0, "cp932")
    assert company.select("count(*)") == [(8010,)]
    assert not [row for row in company.select("*") if "\ufffd" in "".join(map(str, row))]
    assert company.select("count(*) filter (where length(提出者法人番号) = 13)")[0][0] > 7_000


@pytest.mark.parametrize(
    ("name", "key", "rows"),
    [("marketing_qualified_leads", "mql_id", 8000), ("closed_deals", "mql_id", 842), ("sellers", "seller_id", 3095)],
)
def test_real_utf8_exports(company, name, key, rows):
    file = SHARED / "data" / "olist" / f"olist_{name}_dataset.csv"
    if not file.exists():
        pytest.skip("shared/data/olist is not beside the repository")
    company.configure(f'[systems.crm.feeds.contacts]\ncolumns = {{ {key} = "id" }}\n')
    company.put("contacts.csv", file.read_bytes())
    result = land(company)
    assert (result.rows_landed, result.rows_rejected) == (rows, 0)
