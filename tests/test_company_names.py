"""The company name key on real names: the EDINET list and its pairs of registered and listed names.

The data is not part of the repository (licence); the tests skip where it is absent.
"""

import csv
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ROOT / "dbt_project"
EDINET = ROOT.parent / "shared" / "data" / "edinet"
WANTED_SHARE = 0.988

pytestmark = pytest.mark.skipif(not EDINET.is_dir(), reason=f"the EDINET data is absent: {EDINET}")


@pytest.fixture(scope="module")
def key_sql(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The SQL that the macro company_name_key gives for a column `name`."""
    scratch = tmp_path_factory.mktemp("company_names")
    command = [str(Path(sys.executable).parent / "dbt"), "--quiet", "--no-use-colors", "compile"]
    command += ["--inline", "select {{ company_name_key('name') }} as name_key"]
    command += ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    command += ["--target-path", str(scratch / "target"), "--log-path", str(scratch / "logs")]
    environment = {**os.environ, "TASUKI_WAREHOUSE": str(scratch / "warehouse.duckdb"), "TASUKI_LANDING": str(scratch)}
    compiled = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert compiled.returncode == 0, compiled.stdout + compiled.stderr
    sql = compiled.stdout[compiled.stdout.index("select ") :]
    return sql.strip().removeprefix("select ").removesuffix("as name_key").strip()


def name_keys(key_sql: str, names: list[str]) -> list[str | None]:
    """The keys of `names`, in their order."""
    with duckdb.connect() as connection:
        connection.execute("create table names (place bigint, name varchar)")
        connection.executemany("insert into names values (?, ?)", list(enumerate(names)))
        return [row[0] for row in connection.execute(f"select {key_sql} from names order by place").fetchall()]


def registry() -> list[tuple[str, str]]:
    """(name, corporate number or '') of every organisation of the registry file."""
    with (EDINET / "edinet_organisations_cp932.csv").open(encoding="cp932", newline="") as file:
        rows = list(csv.reader(file))[2:]
    return [(row[6], row[12]) for row in rows]


def test_registered_and_listed_names_meet(key_sql: str) -> None:
    with (EDINET / "company_name_pairs.csv").open(encoding="utf-8", newline="") as file:
        pairs = list(csv.DictReader(file))
    registered = name_keys(key_sql, [pair["registered_name"] for pair in pairs])
    listed = name_keys(key_sql, [pair["listed_name"] for pair in pairs])
    apart = [
        (pair["registered_name"], pair["listed_name"])
        for pair, left, right in zip(pairs, registered, listed, strict=True)
        if left is None or left != right
    ]
    assert len(pairs) == 1919
    assert 1 - len(apart) / len(pairs) >= WANTED_SHARE, apart


def test_registry_names_stay_apart(key_sql: str) -> None:
    """Names that differ keep their keys, but for spellings of punctuation and legal form; no key is empty."""
    names = sorted({name for name, _ in registry()})
    spellings = defaultdict(list)
    for name, key in zip(names, name_keys(key_sql, names), strict=True):
        assert key, f"{name} has no key"
        spellings[key].append(name)
    assert len(spellings) >= 7955, [group for group in spellings.values() if len(group) > 1]


@pytest.mark.parametrize(
    ("spellings", "key"),
    [
        (["株式会社アクメ", "ｱｸﾒ㈱", "（株）アクメ", "アクメ　株式会社", "㍿アクメ"], "アクメ"),
        (["髙島屋", "株式会社高島屋", "高島屋(株)"], "高島屋"),
        (["サービス・ﾃﾞｻﾞｲﾝ", "サ－ビスデザイン", "サｰビス デザイン株式會社"], "サービスデザイン"),
        (["Beta Co., Ltd.", "ＢＥＴＡ　ＣＯ．，ＬＴＤ", "beta inc.", "BETA K.K."], "beta"),
        (["Incorporated Systems KK"], "incorporatedsystems"),
        (["T&K TOKA", "Ｔ＆Ｋ　ＴＯＫＡ株式会社"], "t＆ktoka"),
        (["株式会社KK"], "kk"),
        (["Zinc"], "zinc"),
        (["茅ヶ崎商事", "茅ケ崎商事"], "茅ケ崎商事"),
        (["アクセスⅡ", "アクセスII"], "アクセスii"),
        (["株式会社", "㈱", "Inc.", "", "　"], None),
    ],
)
def test_spellings(key_sql: str, spellings: list[str], key: str | None) -> None:
    assert name_keys(key_sql, spellings) == [key] * len(spellings)
