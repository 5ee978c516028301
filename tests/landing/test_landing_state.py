"""What is new, what is skipped, what is left, and that a kill at any moment loses and doubles nothing."""

import io
import itertools
import json
import os
import threading
import time
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from orchestration.landing import land as land_module
from orchestration.landing import land_all, land_feed, pending_files, unclaimed_files
from orchestration.landing.batches import list_batches
from orchestration.landing.files import claims, date_in_name, feed_files, list_folder
from orchestration.progress import Report
from orchestration.warehouse import WarehouseError, default_as_of, registry_rows


def text(*rows, header="id,email,company"):
    return "\n".join([header, *rows, ""])


def land(company):
    result = land_feed(company.config, company.config.feed("crm", "contacts"))
    assert result.error is None, result.error
    return result


def ids(company):
    return sorted(row[0] for row in company.select("id"))


def test_equal_skips_changed_lands_and_a_revert_lands(company):
    one, two = text("1,a,b"), text("1,a,b", "2,c,d")
    company.put("contacts.csv", one)
    assert land(company).rows_landed == 1
    assert not land(company).batches
    company.put("contacts.csv", one, age=30)
    assert land(company).skipped == ["contacts.csv"]
    company.put("contacts.csv", two, age=20)
    assert land(company).rows_landed == 2
    company.put("contacts.csv", one, age=10)
    assert land(company).rows_landed == 1
    assert [seq for (seq,) in company.registry("seq")] == [1, 2, 3]


def test_two_files_of_one_feed_land_once_in_order_of_extraction(company):
    company.put("2024-02-02/contacts.csv", text("2,,"))
    company.put("contacts_20240201T0900.csv", text("1,,"))
    company.put("contacts_20240203.csv", text("2,,"))
    first = land(company)
    assert [b.source_file for b in first.batches] == ["contacts_20240201T0900.csv", "2024-02-02/contacts.csv"]
    assert first.skipped == ["contacts_20240203.csv"]
    again = land(company)
    assert (again.batches, again.skipped, again.freshness) == ([], [], datetime(2024, 2, 3, 14, 59, 59))
    assert pending_files(company.config) == []


@pytest.mark.parametrize("unreadable", ["<html>502 Bad Gateway</html>", "", "id,email,company\n4,a\n"])
def test_a_file_of_which_nothing_can_be_read_is_no_extraction(company, unreadable):
    """The feed is as fresh as the last file that told something of it, be it that it was as before or empty."""
    company.put("contacts_20240401.csv", text("1,,"))
    company.put("contacts_20240402.csv", text("1,,"))
    company.put("contacts_20240403.csv", unreadable)
    assert (len(land(company).batches), land(company).freshness) == (2, datetime(2024, 4, 2, 14, 59, 59))
    assert company.registry("confirmed_at") == [(datetime(2024, 4, 2, 14, 59, 59),), (None,)]
    assert default_as_of(company.config, registry_rows(company.config)) == "2024-04-02 14:59:59"
    company.put("contacts_20240404.csv", text())
    assert land(company).freshness == datetime(2024, 4, 4, 14, 59, 59)
    assert default_as_of(company.config, registry_rows(company.config)) == "2024-04-04 14:59:59"


def test_files_of_which_nothing_can_be_read_give_no_as_of(company):
    company.put("contacts_20240403.csv", "<html>502 Bad Gateway</html>")
    assert land(company).freshness is None
    with pytest.raises(WarehouseError, match="nothing could be read of the files that have landed"):
        default_as_of(company.config, registry_rows(company.config))


@pytest.mark.parametrize("runs", [1, 2])
def test_an_equal_part_of_a_snapshot_lands_with_the_other_parts(company, runs):
    """Skipped, the records in it would be in no part of that day: deleted. The parts may come one after the other."""
    company.configure('[systems.crm.feeds.contacts]\ndelivery = "snapshot"\n')
    company.put("contacts_20240401_1.csv", text("a,,", "b,,"))
    land(company)
    company.put("contacts_20240402_1.csv", text("a,,", "b,,"))
    if runs == 2:
        assert land(company).skipped == ["contacts_20240402_1.csv"]
    company.put("contacts_20240402_2.csv", text("c,,"))
    landed = [batch.source_file for batch in land(company).batches]
    assert landed == ["contacts_20240402_1.csv", "contacts_20240402_2.csv"]
    assert sorted(company.select("id, day(_extracted_at)")) == [("a", 1), ("a", 2), ("b", 1), ("b", 2), ("c", 2)]
    assert (land(company).batches, pending_files(company.config)) == ([], [])
    (company.config.landing_dir / "crm" / "contacts" / "_files.json").unlink()
    assert not land(company).batches


def test_a_lost_state_is_rebuilt_from_the_batches(company):
    for day, rows in enumerate([["1,,"], ["1,,"], ["2,,"], ["1,,"]], start=1):
        company.put(f"contacts_2024010{day}.csv", text(*rows))
    assert len(land(company).batches) == 3
    state = company.config.landing_dir / "crm" / "contacts" / "_files.json"
    for spoil in (state.unlink, lambda: state.write_text("{broken")):
        spoil()
        assert not land(company).batches
    company.put("contacts_20240105.csv", text("3,,"))
    assert len(land(company).batches) == 1


def test_other_settings_read_known_files_again(company):
    """The new batch takes the place of the one before, which is kept beside the others and counts no more."""
    feed = '[systems.crm.feeds.contacts]\ndelivery = "snapshot"\n'
    company.configure(feed)
    for day, row in enumerate(("1;a", "2;b", "2;b"), start=1):
        company.put(f"contacts_2024010{day}.csv", text(row, header="No;email"))
    assert land(company).rows_landed == 0
    assert company.registry("is_complete") == [(False,)] * 2

    company.configure(feed + 'delimiter = ";"\ncolumns = { No = "id" }\n')
    assert len(pending_files(company.config)) == 3
    again = land(company)
    assert [batch.source_file for batch in again.batches] == ["contacts_20240101.csv", "contacts_20240102.csv"]
    assert again.skipped == ["contacts_20240103.csv"]
    assert ids(company) == ["1", "2"]
    assert company.registry("seq, is_complete") == [(3, True), (4, True)]
    replaced = company.config.landing_dir / "crm" / "contacts" / "_replaced"
    assert [name.split("-")[1] for name in sorted(os.listdir(replaced))] == ["000001", "000002"]
    assert (land(company).batches, pending_files(company.config)) == ([], [])
    assert company.rejects() == []


@pytest.mark.parametrize("killed_at", [None, 1, 2, 3, 4, 5])
def test_events_of_a_file_that_is_read_again_count_once(company, monkeypatch, killed_at):
    """Their ids are made of their columns: with one more named in `columns`, none of them has the id it had before."""
    rows = "時刻,連絡先,本文\n1,a,x\n2,b,y\n"
    feed = '[systems.crm.feeds.events]\ncolumns = { "時刻" = "happened_at" }\n'
    company.configure(feed)
    company.put("events_20240401.csv", rows)
    company.put("events_20240402.csv", rows.replace("x", "z"))
    land_all(company.config)
    assert len(company.select("happened_at, contact", "events")) == 4

    company.configure(feed.replace(" }", ', "連絡先" = "contact" }'))
    if killed_at is not None:
        put, calls = os.replace, itertools.count(1)

        def kill(source, target):
            if next(calls) > killed_at:
                raise KilledError
            put(source, target)

        monkeypatch.setattr(os, "replace", kill)
        with pytest.raises(KilledError):
            land_all(company.config)
        monkeypatch.setattr(os, "replace", put)
    land_all(company.config)
    events = company.select("happened_at, contact, 本文", "events")
    assert sorted(events) == [("1", "a", "x"), ("1", "a", "z"), ("2", "b", "y"), ("2", "b", "y")]
    assert company.registry("seq") == [(3,), (4,)]


def test_a_reading_that_brings_nothing_replaces_none(company):
    company.put("contacts.csv", text("1,a,b"))
    land(company)
    for settings in ('delimiter = ";"', 'delimiter = "|"'):
        company.configure(f"[systems.crm.feeds.contacts]\n{settings}\n")
        assert land(company).rows_landed == 0
        assert ids(company) == ["1"]
    company.configure("")
    assert land(company).rows_landed == 1
    assert company.registry("seq, is_complete") == [(1, True), (4, True)], "both were read alike: ids are the same"


def test_a_file_that_went_back_to_older_content_replaces_no_reading(company):
    for age, rows in ((60, ["1,a,b"]), (50, ["2,c,d"]), (40, ["1,a,b"])):
        company.put("contacts.csv", text(*rows), age=age)
        land(company)
    assert ids(company) == ["1", "1", "2"]


@pytest.mark.parametrize("is_state_lost", [False, True])
def test_what_earlier_versions_landed_is_not_landed_again(company, is_state_lost):
    """They did not note the settings: these count as the present ones until they change."""
    company.put("contacts.csv", text("1,a,b"))
    land(company)
    table_dir = company.config.landing_dir / "crm" / "contacts"
    (batch,) = table_dir.glob("2*.parquet")
    table = pq.read_table(batch)
    entry = json.loads(table.schema.metadata[b"tasuki"])
    del entry["reading"]
    pq.write_table(table.replace_schema_metadata({"tasuki": json.dumps(entry)}), batch)
    seen = json.loads((table_dir / "_files.json").read_text())
    del seen["contacts.csv"]["reading"]
    (table_dir / "_files.json").write_text("" if is_state_lost else json.dumps(seen))

    assert (land(company).batches, pending_files(company.config)) == ([], [])
    company.configure('[systems.crm.feeds.contacts]\nencoding = "cp932"\n')
    assert pending_files(company.config) == ["crm.contacts: contacts.csv"]
    assert land(company).rows_landed == 1


def test_a_file_that_changes_while_watched_or_read_is_left(company, monkeypatch):
    path = company.put("contacts.csv", text("1,,"), age=0)
    timer = threading.Timer(0.3, lambda: path.write_text(text("1,,", "2,,")))
    timer.start()
    assert land(company).left == ["contacts.csv"]
    timer.join()
    os.utime(path, (time.time() - 60,) * 2)

    read_file = land_module.read_file

    def read_while_written(job):
        outcome = read_file(job)
        path.write_text(text("1,,", "2,,", "3,,"))
        return outcome

    monkeypatch.setattr(land_module, "read_file", read_while_written)
    assert land(company).left == ["contacts.csv"]
    monkeypatch.setattr(land_module, "read_file", read_file)
    os.utime(path, (time.time() - 60,) * 2)
    assert ids(company) == []
    assert pending_files(company.config) == ["crm.contacts: contacts.csv"]
    assert land(company).rows_landed == 3


def test_temporary_foreign_and_linked_files(company, tmp_path):
    for name in (
        "contacts.csv.tmp",
        "contacts.csv.part",
        ".contacts.csv",
        "contacts.csv~",
        "contact_list.csv",
        "notes.txt",
    ):
        company.put(name, text("1,,"))
    outside = tmp_path / "elsewhere.csv"
    outside.write_text(text("9,,"))
    (company.root / "exports" / "contacts_1.csv").symlink_to(outside)
    result = land(company)
    assert (result.batches, len(result.refused)) == ([], 1)
    assert "contacts_1.csv: a link out of the folder" in result.refused[0]
    hint = "after its table, such as contacts_20260401.csv, or set `files` in"
    assert unclaimed_files(company.config.feeds) == [
        f"crm: contact_list.csv: name it {hint} [systems.crm.feeds.contacts]",
        f"crm: notes.txt: export it as CSV, named {hint} [systems.crm.feeds.<table>]",
    ]


@pytest.mark.parametrize("suffix", [".gz", ".zip"])
def test_a_packed_file_is_to_be_unpacked(company, suffix):
    company.put(f"contacts_20260401.csv{suffix}", "")
    assert unclaimed_files(company.config.feeds) == [
        f"crm: contacts_20260401.csv{suffix}: unpack it: {suffix} is not read"
    ]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("My events.csv", "events_20260401.csv"), ("sub/Kontakt-2026-03-31.JSONL", "contacts_20260401.jsonl")],
)
def test_a_file_named_almost_like_its_table_is_told_the_name(company, name, wanted):
    company.put(name, text("1,,"))
    table = wanted.split("_")[0]
    assert unclaimed_files(company.config.feeds) == [
        f"crm: {name}: name it after its table, such as {wanted}, or set `files` in [systems.crm.feeds.{table}]"
    ]


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("leads", "Lead.csv"),
        ("leads", "WE_00D5/lead_20260401.csv"),
        ("opportunities", "Opportunity.csv"),
        ("opportunity_history", "OpportunityHistory.csv"),
        ("opportunity_contact_roles", "Opportunity Contact Role.csv"),
        ("crm_activity", "crm_activities-2026-04-01.jsonl"),
    ],
)
def test_a_file_has_the_name_of_its_table_in_either_number(company, table, name):
    feed = replace(company.config.feed("crm", "contacts"), table=table)
    assert claims(feed, name)
    assert not any(claims(feed, other) for other in ("LeadSource.csv", "Leadss.csv", "Opp.csv", "CrmActivit.csv"))


def test_odd_names_are_refused_and_the_others_land(company):
    exports = os.fsencode(company.root / "exports")
    company.put("contacts.csv", text("1,,"))
    for name in ("契約.csv", "4月分/contacts_2.csv"):
        company.put(name, text("2,,"))
    os.rename(exports + "/契約.csv".encode(), exports + b"/" + "契約.csv".encode("cp932"))
    os.rename(exports + "/4月分".encode(), exports + b"/" + "4月分".encode("cp932"))
    (company.root / "exports" / "contacts_1.csv").symlink_to("contacts_1.csv")
    result = land(company)
    assert result.rows_landed == 1
    assert [line.split(" (")[0] for line in result.refused] == ["contacts_1.csv: cannot be read"]
    assert unclaimed_files(company.config.feeds) == [
        "crm: 4\\x8c\\x8e\\x95\\xaa: its name is not UTF-8: rename it",
        "crm: \\x8c_\\x96\\xf1.csv: its name is not UTF-8: rename it",
    ]
    assert pending_files(company.config) == []


def test_names_are_equal_however_their_characters_are_written(company):
    company.configure('[systems.crm.feeds.contacts]\nfiles = "リード*.csv"\n')
    company.put(unicodedata.normalize("NFD", "リード.csv"), text("1,,"))
    assert land(company).rows_landed == 1


def test_a_folder_that_cannot_be_read_is_an_error(company, monkeypatch):
    """Not nothing new: a share that is away would keep its feeds at the last state without a word."""
    company.put("sub/contacts.csv", text("1,,"))
    scandir = os.scandir

    def denied(path):
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    for result in land_all(company.config):
        assert f"the folder {company.root / 'exports' / 'sub'} cannot be read (Permission denied)" in result.error
    monkeypatch.setattr(os, "scandir", scandir)
    (company.root / "exports").rename(company.root / "away")
    result = land_feed(company.config, company.config.feed("crm", "contacts"))
    assert result.error == (
        f"crm.contacts: the folder {company.root / 'exports'} cannot be read (No such file or directory): "
        "connect it or grant the right to read it, and run again"
    )
    assert pending_files(company.config)[0] == "crm.contacts: its folder, which cannot be read"


def test_a_run_tells_rejects_and_files_that_were_not_taken(company):
    company.put("contacts_1.csv", text("1,a", "2,b", "3,c", "4,d", "5,e,f"))
    company.put("contacts_2.csv", "")
    (company.root / "exports" / "contacts_4.csv").symlink_to("/etc/hostname")
    for number in range(6):
        company.put(f"notes_{number}.txt", "")
    report = Report(io.StringIO())
    feed = company.config.feed("crm", "contacts")
    result = land_feed(company.config, feed)
    result.left = ["contacts_5.csv"]
    report.feed(feed, result)
    report.unclaimed(unclaimed_files(company.config.feeds))
    assert report.out.getvalue().splitlines() == [
        "  land     crm.contacts: 1 rows, 5 rejected",
        *(f"             rejected: contacts_1.csv, line {n}: too few fields: 2 of 3" for n in (2, 3, 4)),
        "             rejected: contacts_2.csv, line 1: no header: the file is empty",
        "             rejected: and 1 more",
        "  land     crm.contacts: refused: contacts_4.csv: a link out of the folder: copy the file here",
        "  land     crm.contacts: still being written, left for the next run: contacts_5.csv",
        *(
            f"  land     unclaimed: crm: notes_{n}.txt: export it as CSV, named after its table, such as "
            "contacts_20260401.csv, or set `files` in [systems.crm.feeds.<table>]"
            for n in range(5)
        ),
        "  land     unclaimed: and 1 more",
    ]


def test_a_file_that_two_feeds_claim_is_refused(company):
    company.configure(
        '[systems.crm.feeds.contacts]\nfiles = "crm_*.csv"\n[systems.crm.feeds.events]\nfiles = "*_events.csv"\n'
    )
    company.put("crm_contacts.csv", text("1,,"))
    company.put("crm_events.csv", text("1,x", header="id,happened_at"))
    contacts, events = land_all(company.config)
    assert [batch.source_file for batch in contacts.batches + events.batches] == ["crm_contacts.csv"]
    assert contacts.refused == events.refused
    assert contacts.refused == [
        "crm_events.csv: crm.contacts, crm.events would all take it: narrow `files` of all but one in tasuki.toml"
    ]


def test_two_systems_may_share_a_folder_but_no_file(company):
    (feed,) = (feed for feed in company.config.feeds if feed.table == "contacts")
    company.put("contacts.csv", text("1,,"))
    company.put("old/leads_1.csv", text("1,,"))
    theirs = replace(feed, system="ma")
    below = replace(feed, system="ma", table="leads", folder=feed.folder / "old")
    listing = list_folder(feed.folder)
    company.put("notes.txt", "")
    (unclaimed,) = unclaimed_files([feed, below])
    assert unclaimed.startswith("crm: notes.txt: "), "what the other takes is claimed"
    found, refused = feed_files(feed, [feed, theirs, below], listing)
    assert (found, refused) == (
        [],
        ["contacts.csv: crm.contacts, ma.contacts would all take it: narrow `files` of all but one in tasuki.toml"],
    )
    named = replace(theirs, files="contacts.csv")
    assert feed_files(feed, [feed, named], listing) == ([], []), "the one that names it takes it"
    assert [file.name for file in feed_files(named, [feed, named], listing)[0]] == ["contacts.csv"]
    assert [file.name for file in feed_files(below, [feed, below], list_folder(below.folder))[0]] == ["leads_1.csv"]


def test_one_bad_feed_does_not_stop_the_others(company, monkeypatch):
    read_file = land_module.read_file

    def fail_on_contacts(job):
        if job.feed.table == "contacts":
            raise ValueError("boom")
        return read_file(job)

    monkeypatch.setattr(land_module, "read_file", fail_on_contacts)
    company.put("contacts.csv", text("1,,"))
    company.put("events.csv", text("1,x", header="id,happened_at"))
    seen = []
    contacts, events = land_all(company.config, progress=lambda feed, result: seen.append((feed.table, result is None)))
    assert "crm.contacts: contacts.csv cannot be landed: ValueError: boom" in contacts.error
    assert (events.error, events.rows_landed) == (None, 1)
    assert seen == [("contacts", True), ("contacts", False), ("events", True), ("events", False)]


class KilledError(BaseException):
    """Stands for kill -9: no handler of ours catches it."""


@pytest.mark.parametrize("moment", range(12))
def test_killed_at_any_write_nothing_is_lost_or_doubled(company, monkeypatch, moment):
    """Every put into place (rejects, batch, state, registry) is once the last thing that happens, or does not happen."""
    company.put("contacts_20240101.csv", text("1,,", "bad"))
    company.put("contacts_20240102.csv", text("1,,", "bad"))
    company.put("contacts_20240103.csv", text("2,,"))
    company.put("contacts_20240104.csv", text("3,,", "x"))
    calls = itertools.count()
    replace, unlink = os.replace, land_module.Path.unlink

    def killed(source, target):
        call = next(calls)
        if call >= moment:
            if call == moment and moment % 2:
                replace(source, target)
            monkeypatch.setattr(land_module.Path, "unlink", lambda *_, **__: None)
            raise KilledError
        replace(source, target)

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KilledError):
        land_all(company.config)
    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(land_module.Path, "unlink", unlink)
    results = land_all(company.config)
    assert [result.error for result in results] == [None, None]
    assert ids(company) == ["1", "2", "3"]
    assert len(company.rejects()) == 2
    assert company.registry("rows_in, rows_landed, rows_rejected") == [(2, 1, 1), (1, 1, 0), (2, 1, 1)]
    strays = [p.name for p in company.config.landing_dir.rglob(".*")]
    assert [name for name in strays if "contacts" in name or name.startswith(".2024")] == []


def test_values_follow_names_and_drift_is_told(company):
    company.put("contacts_1.csv", text("1,a,5", header="id,email,score"))
    company.put("contacts_2.csv", text("b,2,many", header="email,id,score"), age=50)
    company.put("contacts_3.csv", text("3,c,x,1", header="id,mail,score,extra"), age=40)
    company.put("contacts_4.csv", text("4,c,x,1", header="id,post,score,extra"), age=30)
    company.put("contacts_5.csv", text("5,d,x,1", header="id,email,score,extra"), age=20)
    result = land(company)
    landed = [("1", "a"), ("2", "b"), ("3", "c"), ("4", "c"), ("5", "d")]
    assert company.select("id, coalesce(email, mail, post)") == landed
    assert [b.drift.splitlines() for b in result.batches] == [
        [
            "not declared in the source YAML, landed as text: score",
            "declared but not in the file, read as null: company",
        ],
        ["columns came in another order (values follow their names)", "column score held only number values, now text"],
        [
            "new column mail",
            "new column extra",
            "column email is missing, read as null",
        ],
        [
            "column mail seems renamed to post (same position): if so, map its header to mail "
            "under `columns` in tasuki.toml"
        ],
        # back under the name that Tasuki knows: nothing to map
        ["new column email", "column post is missing, read as null"],
    ]


def test_a_snapshot_that_lost_more_than_half_of_its_rows_says_so(company):
    company.configure('[systems.crm.feeds.contacts]\ndelivery = "snapshot"\n')
    rows = [f"{number},a{number}@x.jp,x" for number in range(24)]
    company.put("contacts_20260401.csv", text(*rows))
    company.put("contacts_20260402.csv", text(*rows[:12]), age=50)
    company.put("contacts_20260403.csv", text(*rows), age=40)
    company.put("contacts_20260404.csv", text(*rows[:11]), age=30)
    told = [batch.drift for batch in land(company).batches]
    assert told[:3] == ["", "", ""]
    assert told[3].startswith("11 rows where the file before held 24: what is missing is taken as deleted; if")


def test_a_value_in_another_form_is_no_other_kind(company):
    company.put("contacts_1.csv", text("1,2026-04-01 09:05,900", header="id,company,email"))
    company.put(
        "contacts_2.csv",
        text('2,2026年4月1日 9時5分,"¥1,200"', "3,令和8年4月1日,９００円", header="id,company,email"),
        age=50,
    )
    company.put("contacts_3.csv", text("4,未定,1200千円", header="id,company,email"), age=40)
    assert [batch.drift.splitlines() for batch in land(company).batches] == [
        [],
        [],
        ["column company held only date or time values, now text", "column email held only number values, now text"],
    ]


def test_raw_rows_are_their_owners_alone(company):
    company.put("contacts.csv", text("1,a,襷"))
    land(company)
    assert company.config.landing_dir.stat().st_mode & 0o777 == 0o700


def test_a_column_is_there_under_another_of_its_names(company):
    company.put("contacts.csv", text("1,a,襷", header="id,email,account_name"))
    assert [batch.drift for batch in land(company).batches] == [""]


def test_an_id_that_is_made_of_other_columns_is_not_missing(company):
    for number, header in enumerate(("happened_at,contact", "happened_at,contact,id", "happened_at,contact")):
        company.put(f"events_{number}.csv", text("1,a" + ",x" * (number == 1), header=header), age=60 - number)
    (result,) = (result for result in land_all(company.config) if result.table == "events")
    assert [batch.drift for batch in result.batches] == [
        "",
        "new column id",
        "column id is missing, made of happened_at, contact",
    ]


def test_json_lines_lack_what_has_no_value(company):
    """Nothing is missing from a file without a line, nor from a few lines; it is from many, whatever came between."""
    for number, lines in enumerate((40, 0, 19, 20)):
        keys = '"id": "1", "email": "a", "company": "b"' if lines == 40 else '"id": "1"'
        company.put(f"contacts_{number}.jsonl", f"{{{keys}}}\n" * lines, age=60 - number)
        if number == 2:
            assert [batch.drift for batch in land(company).batches] == ["", "", "no value in 19 rows: email, company"]
    assert [batch.drift.splitlines() for batch in land(company).batches] == [
        ["column email is missing, read as null", "column company is missing, read as null"],
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("contacts_20240401.csv", datetime(2024, 4, 1, 14, 59, 59)),
        ("contacts-2024-04-01T0930.csv", datetime(2024, 4, 1, 0, 30)),
        ("contacts_20240401_093015.csv", datetime(2024, 4, 1, 0, 30, 15)),
        ("contacts.20240401T093015Z.csv", datetime(2024, 4, 1, 9, 30, 15)),
        ("2024-04-01/contacts.csv", datetime(2024, 4, 1, 14, 59, 59)),
        ("contacts_20241301.csv", None),
        ("contacts_00010203.csv", None),
        ("contacts_19991231.csv", None),
        ("contacts_20000101.csv", datetime(2000, 1, 1, 14, 59, 59)),
        ("contacts_20240502.csv", datetime(2024, 5, 2, 14, 59, 59)),
        ("contacts_21000101.csv", None),
        ("2024-04-01/contacts_99990101.csv", datetime(2024, 4, 1, 14, 59, 59)),
        ("contacts_12345678901.csv", None),
        ("contacts_2026-04-01_2026-04-30.csv", datetime(2026, 4, 30, 14, 59, 59)),
        ("contacts_2026.04.01-2026.04.30.csv", datetime(2026, 4, 30, 14, 59, 59)),
        ("contacts_2026_04_01_2026_04_30.csv", datetime(2026, 4, 30, 14, 59, 59)),
        ("contacts_20260401-20260430.csv", datetime(2026, 4, 30, 14, 59, 59)),
        ("contacts_20260430_20260401.csv", datetime(2026, 4, 30, 14, 59, 59)),
        ("contacts_20260401T0000Z-20260430T2359Z.csv", datetime(2026, 4, 30, 23, 59)),
        ("2026-05-01/contacts_2026-04-01_2026-04-30.csv", datetime(2026, 4, 30, 14, 59, 59)),
        ("contacts_20260401-0430.csv", datetime(2026, 3, 31, 19, 30)),
        ("contacts_20260401_0930_2.csv", datetime(2026, 4, 1, 0, 30)),
        ("contacts_20260401_093015_12.csv", datetime(2026, 4, 1, 0, 30, 15)),
        ("contacts_20260401_2460.csv", datetime(2026, 4, 1, 14, 59, 59)),
    ],
)
def test_date_in_name(name, expected):
    assert date_in_name(name, ZoneInfo("Asia/Tokyo")) == expected


def test_a_number_in_a_name_holds_no_feed_back(company):
    """A file whose digits are no date was extracted when it last changed, and it is in the registry."""
    company.put("contacts_00010203.csv", text("1,,"))
    company.put("contacts_99990101.csv", text("2,,"))
    result = land(company)
    assert [batch.part for batch in result.batches] == ["contacts_00010203.csv", "contacts_99990101.csv"]
    assert result.freshness < datetime.now(UTC).replace(tzinfo=None)
    assert len(company.registry()) == 2


def test_a_date_ahead_is_told(company):
    """It counts all the same: what is landed does not hang on the clock."""
    company.put("contacts_20980401.csv", text("1,,"))
    result = land(company)
    assert [batch.part for batch in result.batches] == [""]
    assert any("lies ahead (2098-04-01)" in note for note in result.drift)


def test_a_change_ahead_of_the_clock_is_told_as_such(company):
    """Of a file without a date in its name there is no date to correct."""
    company.put("contacts.csv", text("1,,"), age=-90 * 86_400)
    (note,) = [note for note in land(company).drift if "lies ahead" in note]
    assert "contacts.csv: its last change lies ahead" in note and "give its name a date and remove its batch" in note


@pytest.mark.parametrize("left", [0, 100])
def test_what_is_derived_from_the_batches_is_made_anew_where_it_is_damaged(company, left):
    company.put("contacts_20260401.csv", text("1,,"))
    land_all(company.config)
    landing = company.config.landing_dir
    derived = [
        landing / "_batches.parquet",
        landing / "_rejects" / "_empty.parquet",
        landing / "_runs" / "publish_times" / "_declared.parquet",
        landing / "crm" / "contacts" / "_declared.parquet",
        landing / "crm" / "contacts" / "_files.json",
    ]
    whole = [path.read_bytes() for path in derived]
    for path in derived:
        os.truncate(path, left)
    assert registry_rows(company.config) == []
    assert not [result.error for result in land_all(company.config) if result.error]
    assert [path.read_bytes() for path in derived] == whole


@pytest.mark.parametrize("left", [0, 100])
def test_a_damaged_batch_is_told_with_what_to_do(company, left):
    """And what is told helps: its export lands again."""
    company.put("contacts_20260401.csv", text("1,,"))
    land(company)
    (batch,) = list_batches(company.config.landing_dir / "crm" / "contacts").values()
    os.truncate(batch, left)
    result = land_feed(company.config, company.config.feed("crm", "contacts"))
    assert result.error is not None and f"the batch {batch} is damaged" in result.error
    for path in (batch, batch.parent / "_files.json"):
        assert str(path) in result.error
        path.unlink()
    land(company)
    assert company.select("id") == [("1",)]
