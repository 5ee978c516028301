"""A company that counts in a small currency: its amounts are ten thousand times as large, and every model bears them."""

import csv
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


def test_amounts_of_ten_billion_and_more_are_counted(builder: Builder, tmp_path: Path) -> None:
    company = simulated(tmp_path / "large", people=150, seed=9)
    assert enlarge(company.exports) > 100
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
    assert largest is not None and largest[0] > 10_000_000_000
    assert counted == won
