"""Every vendor's spelling arrives at one column name."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.landing.names import LINEAGE, ColumnNames, normalise_column


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("LastModifiedDate", "last_modified_date"),
        ("IsDeleted", "is_deleted"),
        ("HubSpot_Id__c", "hub_spot_id_c"),
        ("hs_email_optout", "hs_email_optout"),
        ("_fivetran_deleted", "_fivetran_deleted"),
        ("ID", "id"),
        ("OwnerID", "owner_id"),
        ("property_email", "email"),
        ("properties.firstname", "firstname"),
        ("properties_hs_lead_status", "hs_lead_status"),
        (" 会社名 ", "会社名"),
        ("金額（円）", "金額_円"),
        ("ＩＤ", "id"),
        ("Owner.Name", "owner_name"),
        ("_batch_id", "src_batch_id"),
        ("\ufeffId", "id"),
        ("!!!", ""),
    ],
)
def test_normalise_column(header, name):
    assert normalise_column(header) == name


def test_header_map_goes_first_whatever_the_width():
    assert normalise_column(" 契約ＩＤ ", {"契約ID": "contract_id"}) == "contract_id"


@pytest.mark.parametrize("header", ["契約\nＩＤ", "契約\r\n ID", "契約　ID"])
@pytest.mark.parametrize("written", ["契約ID", "契約 ID"])
def test_a_header_in_several_lines_is_named_without_them(header, written):
    """Excel's cells hold line breaks; who names the header sees words in a narrow column."""
    assert ColumnNames.of([header], {written: "contract_id"}).names == ["contract_id"]


def test_a_header_that_was_renamed_is_not_missed():
    assert ColumnNames.of(["月額(税抜)"], {"月額": "mrr", "月額(税抜)": "mrr"}).notes == []


def test_a_named_header_that_is_not_there_is_told():
    names = ColumnNames.of(["契約番号", "月額(税抜)"], {"契約番号": "contract_id", "月額": "mrr"})
    assert (names.names, names.notes) == (
        ["contract_id", "月額_税抜"],
        ["`columns` names headers that the file does not have: 月額"],
    )


@pytest.mark.parametrize("headers", [["email", "メール", ""], ["メール", "email", ""]])
def test_a_named_header_goes_before_one_that_has_the_name(headers):
    names = ColumnNames.of(headers, {"メール": "email"})
    by_header = dict(zip(headers, names.names, strict=True))
    assert by_header == {"メール": "email", "email": "email_2", "": "column_3"}
    assert len(names.notes) == 1
    assert ColumnNames.of(["email"], {"メール": "email"}).names == ["email"]


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        (["ID", "LASTNAME", "CREATEDDATE"], ["id", "last_name", "created_date"]),
        (["id", "lastname", "createddate"], ["id", "last_name", "created_date"]),
        (["lastname", "last_name"], ["lastname", "last_name"]),
        (["CreatedDate", "createddate"], ["created_date", "createddate"]),
        (["FIRSTNAME", "firstname_kana"], ["firstname", "firstname_kana"]),
        (["lastname", "氏"], ["lastname", "last_name"]),
        (["_id", "LastName"], ["_id", "last_name"]),
    ],
)
def test_a_header_is_the_declared_column_of_its_letters(headers, names):
    declared = ("id", "last_name", "firstname", "first_name", "created_date")
    assert ColumnNames.of(headers, {"氏": "last_name"}, declared).names == names


@given(st.lists(st.text(max_size=20), max_size=20))
def test_names_are_unique_lower_case_and_never_lineage(headers):
    names = ColumnNames.of(headers).names
    assert len(names) == len(headers) == len(set(names))
    assert not set(names) & set(LINEAGE)
    assert all(name and not re.search(r"[\sA-Z]", name) for name in names)


@given(st.from_regex(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", fullmatch=True).filter(lambda n: not n.startswith("propert")))
def test_a_snake_case_name_stays(name):
    assert normalise_column(name) == name
