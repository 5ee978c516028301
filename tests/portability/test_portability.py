"""Models mean the same on DuckDB and on Spark; a model that does not is seen (`guard.py` says how)."""

from pathlib import Path

import pytest
from guard import (
    PROJECT,
    Compiled,
    Finding,
    compile_models,
    file_findings,
    findings,
    findings_of_sql,
    known,
    opaque,
)

PEOPLE = "from {{ ref('ma_person') }}"

# rule that must be found -> models that break it, each in a way that one engine or both take without a word
BROKEN = {
    "concat": f"select concat(last_name, first_name) as full_name {PEOPLE}",
    "order without nulls first or last": f"select ma_id {PEOPLE} qualify row_number() over (partition by email order by updated_at) = 1",
    "Bracket": f"select email[1] as initial {PEOPLE}",
    "split": f"select split(email, '@') as parts {PEOPLE}",
    "regexp_replace": f"select regexp_replace(phone, '[^0-9]', '') as phone {PEOPLE}",
    "backslash in literal": f"select regexp_extract(phone, '(\\d+)', 1) as digits {PEOPLE}",
    "posix class in pattern": f"select regexp_extract(phone, '([[:digit:]]+)', 1) as digits {PEOPLE}",
    "regexp_extract without group": f"select regexp_extract(email, '([a-z]+)@([a-z]+)') as local_part {PEOPLE}",
    "fraction cast to whole number": f"select cast(score as bigint) as score {PEOPLE}",
    "date part": f"select extract(dow from created_at) as day_no {PEOPLE}",  # noqa: S608
    "dayofweek": f"select dayofweek(created_at) as day_no {PEOPLE}",
    "text cast to timestamp": f"select cast(purpose as timestamp) as declared_at {PEOPLE}",
    "trim": f"select trim(email, '<>') as email {PEOPLE}",
    "rtrim": f"select rtrim(email) as email {PEOPLE}",
    "upper": f"select upper(last_name) as last_name {PEOPLE}",
    "date minus date": f"select cast(updated_at as date) - cast(created_at as date) as days {PEOPLE}",
    "hash": f"select hash(email) as email_key {PEOPLE}",
    "dbt macro": f"select {{{{ dbt.datediff('created_at', 'updated_at', 'week') }}}} as weeks {PEOPLE}",
    "engine named": f"select {{{{ 'email' if target.type == 'duckdb' else 'phone' }}}} as contact {PEOPLE}",
    "division by what may be zero": f"select score / employees as share {PEOPLE}",
    "decimal without precision": f"select cast(score as decimal) as score {PEOPLE}",
    "sum of floating point": f"select sum(cast(score as double)) as score {PEOPLE}",
    "any_value": f"select any_value(email) as email {PEOPLE}",
    # and what only one engine takes
    "type text": f"select cast(employees as varchar) as employees {PEOPLE}",
    "type timestamptz": f"select cast(created_at as timestamptz) as created_at {PEOPLE}",
    "distinct on": f"select distinct on (email) ma_id {PEOPLE}",
    "arg_max": f"select email, arg_max(ma_id, updated_at) as ma_id {PEOPLE} group by email",
    "asof join": f"select p.ma_id {PEOPLE} as p asof join {{{{ ref('ma_activity') }}}} as a on p.created_at >= a.occurred_at",
    "outer join on one side alone": f"select p.ma_id {PEOPLE} as p left join {{{{ ref('ma_activity') }}}} as a on p.ma_id = a.ma_id and p.is_deleted",
    "exclude": f"select * exclude (email) {PEOPLE}",
    "double-quoted name": f'select email as "E-mail" {PEOPLE}',
    "regexp_like": f"select email ~ '[0-9]' as has_digit {PEOPLE}",
    "list_transform": f"select list_transform(email, lambda sign: lower(sign)) as email {PEOPLE}",
    "json_extract": f"select email -> 1 as email {PEOPLE}",
    "current_date": f"select current_date as today {PEOPLE}",
    "now": f"select now() as today {PEOPLE}",
    "computed interval": f"select created_at + interval (employees) day as later_at {PEOPLE}",
    "last comma": f"select email, {PEOPLE}",
    "union by name": f"select email {PEOPLE} union all by name select email {PEOPLE}",
    "strptime": f"select strptime(purpose, 'x') as declared_at {PEOPLE}",
}

SOUND = """
with people as (
    select * from {{ ref('ma_person') }}
),

numbered as (
    select
        {{ string_hash(['source_system', 'ma_id']) }} as person_key,
        cast(employees as {{ dbt.type_string() }}) || ' 人' as employees_text,
        {{ matches_fully('email', '[a-z]+@[a-z]+') }} as is_plain,
        {{ days_between('cast(created_at as date)', 'cast(updated_at as date)') }} as days,
        cast(floor(score) as bigint) as score,
        cast(score / nullif(employees, 0) as decimal(18, 6)) as share,
        date_trunc('month', created_at) as month_at,
        count(*) filter (where is_deleted) over (
            partition by email order by created_at nulls last range between interval '30' day preceding and current row
        ) as deleted_cnt
    from people
    qualify row_number() over (partition by email order by updated_at desc, ma_id nulls last) = 1
)

select * from numbered
"""


INCREMENT = """
{{ config(materialized='incremental') }}
select ma_id, {{ 'increment' if is_incremental() else 'full' }} as way from {{ ref('ma_person') }}
"""


def planted_name(rule: str) -> str:
    return "planted_" + "".join(sign if sign.isalnum() else "_" for sign in rule).lower()


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """The project and the planted models, compiled once."""
    planted = {planted_name(rule): sql for rule, sql in BROKEN.items()} | {
        "planted_sound": SOUND,
        "planted_increment": INCREMENT,
    }
    return compile_models(tmp_path_factory.mktemp("portability"), planted)


@pytest.fixture(scope="session")
def found(compiled: Compiled) -> list[Finding]:
    return findings(compiled)


def test_every_model_means_the_same_on_both_engines(found: list[Finding]) -> None:
    ours = [each for each in found if not each.where.startswith("planted_")] + file_findings(PROJECT)
    places: dict[tuple[str, str], list[Finding]] = {}
    for each in ours:
        places.setdefault((each.rule, each.portable_form), []).append(each)
    lines = [
        f"{rule} ({len(rows)} places), write: {form}\n"
        + "\n".join(f"    {row.where}: {row.fragment}" for row in rows[:5])
        for (rule, form), rows in places.items()
    ]
    assert not ours, "not the same on DuckDB and Spark:\n" + "\n".join(lines)


@pytest.mark.parametrize("rule", sorted(set(BROKEN) - {"dbt macro", "engine named"}))
def test_a_planted_model_is_caught(rule: str, found: list[Finding]) -> None:
    caught = {each.rule for each in found if each.where == planted_name(rule)}
    assert rule in caught, f"caught only {caught}"


@pytest.mark.parametrize("rule", ["dbt macro", "engine named"])
def test_a_planted_file_is_caught(rule: str, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "planted.sql").write_text(BROKEN[rule], encoding="utf-8")
    assert {each.rule for each in file_findings(tmp_path)} == {rule}


def test_half_a_dispatch_is_caught(tmp_path: Path) -> None:
    (tmp_path / "macros").mkdir()
    (tmp_path / "macros" / "half.sql").write_text("{% macro spark__half(a) %}{{ a }}{% endmacro %}", encoding="utf-8")
    assert [each.rule for each in file_findings(tmp_path)] == ["dispatch without the other engine"]


def test_a_sound_model_passes(found: list[Finding]) -> None:
    assert [str(each) for each in found if each.where == "planted_sound"] == []


def test_what_a_model_hands_to_an_engine_macro_is_judged(compiled: Compiled) -> None:
    caught = findings_of_sql("model", "select engine__days_between(concat(a, b), c_on) as days from t", compiled)
    assert {each.rule for each in caught} == {"concat"}


def test_a_reviewed_macro_is_excused_from_its_rules_only(compiled: Compiled) -> None:
    inside = findings_of_sql("model", "select reviewed__norm_ja(trim(name)) as name from t", compiled)
    other = findings_of_sql("model", "select reviewed__norm_ja(concat(name, 'x')) as name from t", compiled)
    outside = findings_of_sql(
        "model", "select reviewed__norm_ja(name) as name, trim(name) as raw_name from t", compiled
    )
    assert [{each.rule for each in caught} for caught in (inside, other, outside)] == [set(), {"concat"}, {"trim"}]


def test_only_macros_written_for_both_engines_are_opaque() -> None:
    text = "{% macro default__cut(text, pattern) -%} f({{ text }}) {%- endmacro %}"
    assert opaque(text, {"cut": {"default"}}) == text
    assert "engine__cut({{ text" in opaque(text, {"cut": {"default", "spark"}})
    fast = text.replace("default__", "duckdb__")
    assert "{{ default__cut(text, pattern) }}" in opaque(fast, {"cut": {"default", "duckdb"}})


def test_every_reviewed_macro_exists() -> None:
    macros = "".join(file.read_text(encoding="utf-8") for file in PROJECT.glob("macros/**/*.sql"))
    assert [name for name in known()["reviewed"] if f"macro {name}(" not in macros] == []


def test_both_sides_of_an_incremental_model_are_compiled(compiled: Compiled) -> None:
    assert "full as way" in compiled.models["planted_increment"]
    assert "increment as way" in compiled.models["planted_increment__incremental"]
