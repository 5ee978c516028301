"""A company that counts in a small currency and has sold for long: every model bears amounts ten thousand times as large and dates of 2008."""

import csv
from datetime import date
from pathlib import Path

import duckdb

from tests.support import Builder, land, settle, simulated

TIMES = 10_000
MONEY = {
    "opportunities": ("Amount", "ExpectedRevenue"),
    "opportunity_history": ("Amount",),
    "opportunity_line_items": ("TotalPrice",),
    "deals": ("amount",),
    "契約一覧": ("月額(円)",),
    "契約変更": ("月額(円)",),
}


def enlarge(exports: Path) -> int:
    """Multiply every amount of deals and contracts. Returns how many there were."""
    found = 0
    for path in exports.rglob("*.csv"):
        names = next((names for table, names in MONEY.items() if path.name.startswith(f"{table}_2")), None)
        if names is None:
            continue
        encoding = "cp932" if path.parent.name == "cs" else "utf-8"
        lines = path.read_text(encoding=encoding).splitlines(keepends=True)
        begin = next(
            place for place, line in enumerate(lines) if names[0] in line
        )  # title lines stand above the header
        rows = list(csv.reader(lines[begin:]))
        places = [rows[0].index(name) for name in names if name in rows[0]]
        for row in rows[1:]:
            for place in places:
                if row[place]:
                    row[place] = str(int(float(row[place].replace(",", "")) * TIMES))
                    found += 1
        with path.open("w", encoding=encoding, newline="") as file:
            file.write("".join(lines[:begin]))
            csv.writer(file).writerows(rows)
    return found


def add_an_old_customer(exports: Path) -> None:
    """A lead of 2008 that became a deal won in 2009, and a lead whose dates have years of two digits."""
    stamp = next((exports / "salesforce").glob("leads_*.csv")).stem.partition("_")[2]
    leads = "Id,LastName,Company,Email,Status,CreatedDate,LastModifiedDate"
    leads += "\n00QX00000000001AAA,古,古井商事,furui@furui.example,Open,2008-11-01T00:00:00Z,2008-11-01T00:00:00Z"
    leads += "\n00QX00000000002AAA,略,略記商事,ryaku@ryaku.example,Open,26/3/2 9:05,2026-03-02T00:05:00Z\n"
    deals = "Id,Name,StageName,Amount,CloseDate,CreatedDate,LastModifiedDate,IsClosed,IsWon,Type"
    deals += "\n006X00000000001AAA,古井,Closed Won,1000,2009-02-01,2008-11-02T00:00:00Z,2009-02-01T03:00:00Z,true,true,New Business\n"
    for table, text in (("leads", leads), ("opportunities", deals)):
        (exports / "salesforce" / f"{table}_{stamp}-2.csv").write_text(text, encoding="utf-8")


def test_amounts_of_ten_billion_and_dates_of_2008_are_counted(builder: Builder, tmp_path: Path) -> None:
    company = simulated(tmp_path / "large", people=150, seed=9)
    assert enlarge(company.exports) > 100
    add_an_old_customer(company.exports)
    settle(company.exports)
    land(company)
    builder.build(company)
    with duckdb.connect(str(company.warehouse), read_only=True) as con:
        largest = con.execute("SELECT max(amount_base) FROM conformed.con_opportunities").fetchone()
        won = con.execute(
            "SELECT sum(amount_base) FROM conformed.con_opportunities WHERE is_won AND is_countable"
        ).fetchone()
        counted = con.execute(
            "SELECT sum(numerator) FROM marts.kpi_values"
            " WHERE kpi_code = 'won_amt' AND view = 'shared' AND segment = 'all' AND grain = 'month'"
        ).fetchone()
        totals = con.execute(
            "SELECT kpi_code, min(period_start), sum(numerator) FROM marts.kpi_values WHERE kpi_code IN ('lead_new', 'won_cnt')"
            " AND view = 'shared' AND segment = 'all' AND grain = 'month' GROUP BY kpi_code ORDER BY kpi_code"
        ).fetchall()
        rows = con.execute(
            "SELECT (SELECT count(*) FROM marts.people WHERE is_countable AND first_seen_on IS NOT NULL),"
            " (SELECT count(*) FROM marts.opportunities WHERE is_countable AND won_at IS NOT NULL)"
        ).fetchone()
        failed = con.execute(
            "SELECT table_name, column_name, value FROM staging.cast_failures WHERE value LIKE '26/%'"
        ).fetchall()
    assert rows is not None and largest is not None and largest[0] > 10_000_000_000
    assert counted == won
    assert totals == [("lead_new", date(2008, 11, 1), rows[0]), ("won_cnt", date(2009, 2, 1), rows[1])]
    assert failed == [("leads", "created_date", "26/3/2 9:05")]
