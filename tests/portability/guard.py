"""The portability guard: does every model mean the same on DuckDB and on Spark?

A copy of the dbt project is compiled in which each macro that has an implementation per engine (`default__x` or
`duckdb__x` beside `spark__x`) yields `engine__x(its arguments)`. What such a macro writes is thereby out of sight, and
what a model hands to it is not. Where Spark takes `default__x`, that one is compiled on DuckDB too. Everything else is judged by its syntax tree against `known.yml`: a function, construct,
type or join that is not listed there is a finding, and so is one of the forms that both engines run with different results.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlglot import exp, parse
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError
from sqlglot.tokens import TokenType

HERE = Path(__file__).parent
PROJECT = HERE.parents[1] / "dbt_project"
SEEDS = HERE.parents[1] / "seeds"

ENGINE, REVIEWED = "engine__", "reviewed__"
MACRO = re.compile(
    r"(?P<head>\{%-?\s*macro\s+(?P<name>\w+)\s*\((?P<parameters>.*?)\)\s*-?%\})(?P<body>.*?)(?P<tail>\{%-?\s*endmacro\s*-?%\})",
    re.S,
)
IMPLEMENTATION = re.compile(r"(default|duckdb|spark)__(\w+)")
JINJA_COMMENT = re.compile(r"\{#.*?#\}", re.S)

TWIN = "__incremental"  # the copy of an incremental model that is compiled as if its table were there
INCREMENTAL = re.compile(r"materialized\s*[=:]\s*['\"]?incremental")

OVERRIDES = """
{% macro duckdb__type_string() %}engine_string{% endmacro %}
{% macro is_incremental() %}{{ return(model.name.endswith('__incremental')) }}{% endmacro %}
{# There is no database to ask while compiling. One raw table per system is said to have a new batch, so that SQL is written. #}
{% macro run_query(sql) %}
    {%- set rows = {} -%}
    {%- for node in graph.sources.values() if node.config.meta.get('key') -%}
        {%- do rows.update({node.source_name: [node.source_name, node.name, 'batch']}) -%}
    {%- endfor -%}
    {{ return({'rows': rows.values() | list}) }}
{% endmacro %}
{# A name the engine quotes in its own way; no longer than a plain name, whatever signs the source's column has. #}
{% macro quoted_by_engine(name) %}q_{{ local_md5(name) }}{% endmacro %}
"""


@dataclass(frozen=True, order=True)
class Finding:
    """One place that does not mean the same: where it stands (model or file), the broken rule, the SQL, the portable form."""

    where: str
    rule: str
    fragment: str
    portable_form: str

    def __str__(self) -> str:
        return f"{self.where}: {self.rule}: {self.fragment} -> {self.portable_form}"


@cache
def known() -> dict[str, Any]:
    """`known.yml` as written."""
    document: dict[str, Any] = yaml.safe_load((HERE / "known.yml").read_text(encoding="utf-8"))
    return document


@cache
def words_known() -> set[str]:
    """The words that may stand before a parenthesis."""
    return {*known()["words_before_parenthesis"], *known()["functions"]}


# --- the copy of the project, and its SQL -------------------------------------------------------------------------


def opaque(text: str, dispatched: dict[str, set[str]]) -> str:
    """A macro file with each per-engine implementation replaced by a call of `engine__<name>` and reviewed macros marked.

    `dispatched`: name of a macro -> the engines it is written for.
    """

    def placeholder(parameter: str) -> str:
        if parameter in known()["plain_arguments"]:
            return "'{{ " + parameter + """ | string | replace("'", "''") }}'"""
        is_list = f"{parameter} is sequence and {parameter} is not string and {parameter} is not mapping"
        return f"{{{{ {parameter} | join(', ') if {is_list} else {parameter} }}}}"

    def rewrite(macro: re.Match[str]) -> str:
        name, body = macro["name"], macro["body"]
        implementation = IMPLEMENTATION.fullmatch(name)
        engines = dispatched.get(implementation[2], set()) if implementation else set()
        parameters = [part.split("=")[0].strip() for part in macro["parameters"].split(",") if part.strip()]
        if implementation and engines > {"spark"}:
            body = f"{ENGINE}{implementation[2]}({', '.join(map(placeholder, parameters))})"
        elif implementation and implementation[1] == "duckdb" and "default" in engines:
            body = f"{{{{ default__{implementation[2]}({', '.join(parameters)}) }}}}"
        elif name in known()["reviewed"]:
            body = f"{REVIEWED}{name}({body})"
        return macro["head"] + body + macro["tail"]

    return MACRO.sub(rewrite, text).replace("adapter.quote(", "quoted_by_engine(")


def copy_project(project: Path, folder: Path, planted: dict[str, str]) -> Path:
    """The project's copy in `folder`, engine macros opaque, with the `planted` models (name -> SQL) added."""
    copy = folder / "dbt_project"
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns("target", "logs", ".seeds"))
    (copy / "models" / "planted").mkdir()
    for name, sql in planted.items():
        (copy / "models" / "planted" / f"{name}.sql").write_text(sql, encoding="utf-8")
    dispatched = implementations(copy)
    for file in [*copy.glob("macros/**/*.sql"), *copy.glob("models/**/*.sql")]:
        file.write_text(opaque(file.read_text(encoding="utf-8"), dispatched), encoding="utf-8")
    for file in copy.glob("models/**/*.yml"):
        document = yaml.safe_load(file.read_text(encoding="utf-8").replace("external_location:", "out_of_sight:"))
        file.write_text(yaml.safe_dump(without_tests(document), allow_unicode=True), encoding="utf-8")
    for file in list(copy.glob("models/**/*.sql")):
        beside = file.with_suffix(".yml")
        if INCREMENTAL.search(
            file.read_text(encoding="utf-8") + (beside.read_text(encoding="utf-8") if beside.exists() else "")
        ):
            shutil.copy(file, file.with_name(file.stem + TWIN + ".sql"))
    settings = yaml.safe_load((copy / "dbt_project.yml").read_text(encoding="utf-8"))
    settings["quoting"] = {"database": False, "schema": False, "identifier": False}
    (copy / "dbt_project.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    (copy / "macros" / "guard_overrides.sql").write_text(OVERRIDES, encoding="utf-8")
    return copy


def without_tests(document: Any) -> Any:
    """A YAML document without its data and unit tests, which cost dbt most of its parsing."""
    if isinstance(document, dict):
        return {key: without_tests(value) for key, value in document.items() if key not in ("data_tests", "unit_tests")}
    return [without_tests(value) for value in document] if isinstance(document, list) else document


def implementations(project: Path) -> dict[str, set[str]]:
    """Names of the project's dispatched macros -> the engines (default, duckdb, spark) they are written for."""
    found: dict[str, set[str]] = {}
    for file in sorted(project.glob("macros/**/*.sql")):
        for macro in MACRO.finditer(file.read_text(encoding="utf-8")):
            if implementation := IMPLEMENTATION.fullmatch(macro["name"]):
                found.setdefault(implementation[2], set()).add(implementation[1])
    return found


@dataclass(frozen=True)
class Compiled:
    """Compiled SQL by model name; data types by column name, over all models and sources; columns tested not_null wherever they stand."""

    models: dict[str, str]
    column_types: dict[str, set[str]]
    never_null: set[str]


def compile_models(folder: Path, planted: dict[str, str], project: Path = PROJECT, seeds: Path = SEEDS) -> Compiled:
    """Every model of `project` and every `planted` one, compiled in a copy under `folder`; an incremental model twice.

    RuntimeError with dbt's words if it fails.
    """
    copy = copy_project(project, folder, planted)
    environment = {
        **os.environ,
        "TASUKI_SEEDS": os.path.relpath(seeds, copy),  # never absolute: dbt would write over the CSVs
        "TASUKI_LANDING": str(folder / "landing"),
        "TASUKI_WAREHOUSE": str(folder / "guard.duckdb"),
        "TASUKI_AS_OF": "2026-01-01 00:00:00",
    }
    command = [
        sys.executable,
        "-c",
        "from dbt.cli.main import cli; cli()",
        "--quiet",
        "compile",
        "--select",
        "resource_type:model",
    ]
    command += [
        "--project-dir",
        str(copy),
        "--profiles-dir",
        str(copy),
        "--target-path",
        str(folder / "target"),
        "--log-path",
        str(folder / "logs"),
    ]
    ran = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise RuntimeError(f"dbt compile failed:\n{ran.stdout}{ran.stderr}")
    manifest = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))
    compiled = folder / "target" / "compiled" / "tasuki"
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    models = {node["name"]: (compiled / node["original_file_path"]).read_text(encoding="utf-8") for node in nodes}
    types: dict[str, set[str]] = {}
    for node in [*nodes, *manifest["sources"].values()]:
        for name, column in node["columns"].items():
            types.setdefault(name, set()).update([column["data_type"].lower()] if column["data_type"] else [])
    return Compiled(models, types, columns_never_null(project))


def columns_never_null(project: Path) -> set[str]:
    """Names of the columns that every model which has them in its YAML tests not_null."""
    tested: dict[str, list[bool]] = {}
    for file in project.glob("models/**/*.yml"):
        for model in yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader).get("models") or []:
            for column in model.get("columns") or []:
                tested.setdefault(column["name"], []).append("not_null" in (column.get("data_tests") or []))
    return {name for name, answers in tested.items() if all(answers)}


# --- what an expression holds -------------------------------------------------------------------------------------

TIME, FRACTION, WHOLE, TEXT = "time", "fraction", "whole", "text"
TYPE_KINDS = {
    "date": TIME,
    "timestamp": TIME,
    "double": FRACTION,
    "float": FRACTION,
    "decimal": FRACTION,
    "varchar": TEXT,
    "bigint": WHOLE,
    "integer": WHOLE,
    "int": WHOLE,
}
PASSING = (
    exp.Paren,
    exp.Max,
    exp.Min,
    exp.Sum,
    exp.Nullif,
    exp.Neg,
    exp.Abs,
    exp.Lag,
    exp.Lead,
    exp.FirstValue,
    exp.LastValue,
    exp.Window,
    exp.Filter,
)
FRACTIONAL = (exp.Div, exp.Avg, exp.Median, exp.PercentileCont, exp.WithinGroup)
TEXTUAL = (
    exp.DPipe,
    exp.Substring,
    exp.Left,
    exp.Right,
    exp.Lower,
    exp.Upper,
    exp.Replace,
    exp.Trim,
    exp.RegexpExtract,
    exp.SplitPart,
)


def kind(node: exp.Expr | None, types: dict[str, set[str]]) -> str | None:
    """time, fraction, whole or text where names, casts and operators show it; else None."""
    if isinstance(node, exp.Column):
        return column_kind(node.name.lower(), types)
    if isinstance(node, exp.Cast):
        return cast_kind(node.to)
    if isinstance(node, exp.Literal):
        return TEXT if node.is_string else WHOLE if "." not in node.name else FRACTION
    if isinstance(node, exp.TimestampTrunc | exp.DateTrunc):
        return TIME
    if isinstance(node, FRACTIONAL):
        return FRACTION
    if isinstance(node, exp.Floor | exp.Ceil | exp.Count | exp.Length):
        return WHOLE
    if isinstance(node, TEXTUAL):
        return TEXT
    if isinstance(node, exp.Anonymous):
        written = node.name.lower()
        value = node.expressions[0] if node.expressions else None
        return (
            kind(value, types)
            if written.startswith(REVIEWED)
            else known()["engine_results"].get(written.removeprefix(ENGINE))
        )
    if isinstance(node, PASSING):
        return kind(node.this, types)
    if isinstance(node, exp.Case):
        return one_of(
            [kind(branch.args["true"], types) for branch in node.args["ifs"]] + [kind(node.args.get("default"), types)]
        )
    if isinstance(node, exp.Coalesce | exp.Greatest | exp.Least):
        return one_of([kind(value, types) for value in [node.this, *node.expressions]])
    if isinstance(node, exp.Add | exp.Sub | exp.Mul):
        sides = {kind(node.this, types), kind(node.expression, types)}
        return next((each for each in (TIME, FRACTION) if each in sides), WHOLE if sides == {WHOLE} else None)
    return None


def column_kind(name: str, types: dict[str, set[str]]) -> str | None:
    if name.endswith(("_at", "_on")):
        return TIME
    return one_of([TYPE_KINDS.get(each.split("(")[0]) for each in types.get(name, ())] or [None])


def cast_kind(to: exp.DataType) -> str | None:
    name = to.this.name.lower() if isinstance(to.this, exp.DType) else ""
    if name == "decimal":
        scale = to.expressions[1].name if len(to.expressions) > 1 else "0"
        return FRACTION if scale != "0" else WHOLE
    return TEXT if name in ("text", "varchar", "userdefined") else TYPE_KINDS.get(name)


def one_of(kinds: list[str | None]) -> str | None:
    """The kind that all known ones are: the stronger statement wins where a fraction meets a whole number."""
    distinct = set(kinds) - {None}
    return FRACTION if distinct == {FRACTION, WHOLE} else distinct.pop() if len(distinct) == 1 else None


# --- the rules ----------------------------------------------------------------------------------------------------

Seen = tuple[str, exp.Expr]  # the broken rule, and where


class NullsByDefault(DuckDB):
    """DuckDB's grammar, except that an ascending order without a word about nulls reads as the other engine reads it."""

    NULL_ORDERING = "nulls_are_small"


def listed(node: exp.Expr) -> bool:
    """Is this kind of node on the list? A function may stand there by its name in SQL or by its class."""
    if type(node).__name__ in known()["constructs"]:
        return True
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in known()["functions"] or node.name.lower().startswith((ENGINE, REVIEWED))
    return isinstance(node, exp.Func) and any(name.lower() in known()["functions"] for name in node.sql_names())


def look_at(node: exp.Expr, compiled: Compiled) -> Iterator[str]:
    """The rules that one node breaks."""
    if not listed(node):
        yield called(node)
    if isinstance(node, exp.Cast):
        yield from look_at_cast(node, compiled)
    if isinstance(node, exp.Join):
        words = {str(word).lower() for word in (node.kind, node.side, node.method) if word}
        yield from (f"{word} join" for word in sorted(words - set(known()["joins"])))
    if isinstance(node, exp.Extract | exp.TimestampTrunc | exp.DateTrunc):
        part = node.this if isinstance(node, exp.Extract) else node.args["unit"]
        if part.name.lower() not in known()["date_parts"]:
            yield "date part"
    for applies, rule in RULES:
        if applies(node, compiled):
            yield rule


def called(node: exp.Expr) -> str:
    """The name known.yml would list a node under."""
    if isinstance(node, exp.Anonymous):
        return node.name.lower()
    return node.sql_names()[0].lower() if isinstance(node, exp.Func) else type(node).__name__


def look_at_cast(node: exp.Cast, compiled: Compiled) -> Iterator[str]:
    to, held = node.to, kind(node.this, compiled.column_types)
    written = to.sql("duckdb").lower()
    name = written.split("(")[0]
    if name == "text" and to.expressions:
        name = "varchar(n)"
    if name not in known()["types"]:
        yield f"type {name}"
    if name in ("int", "bigint", "smallint") and held == FRACTION:
        yield "fraction cast to whole number"
    if name.startswith("timestamp"):
        literal = node.this.name if isinstance(node.this, exp.Literal) else ""
        has_offset = bool(re.search(r"(:\d\d(\.\d+)?\s*[+-]\d|[A-Za-z]+/)", literal))
        if has_offset or not (literal or held == TIME or isinstance(node.this, exp.Null)):
            yield "text cast to timestamp"


def written_by_dbt(name: exp.Identifier) -> bool:
    """A part of `database.schema.table`, which no model writes by hand."""
    return isinstance(name.parent, exp.Table) and bool(name.parent.catalog)


def date_difference(node: exp.Expr, compiled: Compiled) -> bool:
    types = compiled.column_types
    return isinstance(node, exp.Sub) and kind(node.this, types) == TIME and kind(node.expression, types) == TIME


def one_sided_outer_join(node: exp.Expr, compiled: Compiled) -> bool:
    """An outer join with a condition that names only what it joins to: DuckDB then compares every row with every row."""
    on = node.args.get("on") if isinstance(node, exp.Join) and node.side else None
    if on is None:
        return False
    conditions = on.unnest().flatten() if isinstance(on.unnest(), exp.And) else [on]
    tables = [{column.table for column in condition.find_all(exp.Column)} for condition in conditions]
    return any("" not in named and node.this.alias_or_name not in named for named in tables)


def unguarded_division(node: exp.Expr, compiled: Compiled) -> bool:
    below = node.expression.unnest() if isinstance(node, exp.Div) else None
    below = below.this.unnest() if isinstance(below, exp.Cast) else below
    return (
        below is not None
        and not isinstance(below, exp.Nullif)
        and not (isinstance(below, exp.Literal) and float(below.name) != 0)
    )


def computed_interval(node: exp.Expr, compiled: Compiled) -> bool:
    return isinstance(node, exp.Interval) and (
        isinstance(node.parent, exp.Mul | exp.Div) or not isinstance(node.this, exp.Literal)
    )


def sum_of_float(node: exp.Expr, compiled: Compiled) -> bool:
    return isinstance(node, exp.Sum) and any(
        cast.to.sql("duckdb").lower() in ("double", "float", "real") for cast in node.find_all(exp.Cast)
    )


RULES: list[tuple[Callable[[exp.Expr, Compiled], bool], str]] = [
    (lambda node, _: isinstance(node, exp.Literal) and node.is_string and "\\" in node.name, "backslash in literal"),
    (lambda node, _: isinstance(node, exp.Literal) and node.is_string and "[[:" in node.name, "posix class in pattern"),
    (
        lambda node, _: isinstance(node, exp.Identifier) and bool(node.args.get("quoted")) and not written_by_dbt(node),
        "double-quoted name",
    ),
    (lambda node, _: isinstance(node, exp.Distinct) and node.args.get("on") is not None, "distinct on"),
    (
        lambda node, _: (
            isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct) and len(node.this.expressions) > 1
        ),
        "count of several columns",
    ),
    (lambda node, _: isinstance(node, exp.SetOperation) and bool(node.args.get("by_name")), "union by name"),
    (
        lambda node, _: isinstance(node, exp.Star) and bool(node.args.get("replace") or node.args.get("rename")),
        "star with replace",
    ),
    (
        lambda node, _: (
            isinstance(node, exp.WindowSpec)
            and (str(node.args.get("kind")).upper() == "GROUPS" or bool(node.args.get("exclude")))
        ),
        "window frame",
    ),
    (
        lambda node, _: (
            isinstance(node, exp.Tuple)
            and not isinstance(node.parent, exp.Values | exp.GroupingSets | exp.Rollup | exp.Cube)
        ),
        "row value",
    ),
    (computed_interval, "computed interval"),
    (date_difference, "date minus date"),
    (unguarded_division, "division by what may be zero"),
    (sum_of_float, "sum of floating point"),
    (one_sided_outer_join, "outer join on one side alone"),
]


def silent_orders(tree: exp.Expr, text: str, compiled: Compiled) -> Iterator[Seen]:
    """Ascending orders by what may be null that do not say where nulls stand: the two readings of the same text differ."""
    ours = list(tree.find_all(exp.Ordered))
    theirs = parse_one_query(text, NullsByDefault).find_all(exp.Ordered) if ours else []
    for mine, other in zip(ours, theirs, strict=True):
        silent = mine.args.get("nulls_first") != other.args.get("nulls_first")
        if silent and not is_never_null(mine.this, compiled) and not mine.find_ancestor(exp.WithinGroup):
            yield "order without nulls first or last", mine


def is_never_null(node: exp.Expr | None, compiled: Compiled) -> bool:
    """Is a value there in every row: by tests, by the query's own `where ... is not null`, or by the way it is made?"""
    if isinstance(node, exp.Column):
        # a column `*_no` or `*_rank` counts rows
        return (
            node.name.lower() in compiled.never_null
            or node.name.lower().endswith(("_no", "_rank"))
            or is_filtered(node)
        )
    if isinstance(node, exp.Case):
        values = [*(branch.args["true"] for branch in node.args["ifs"]), node.args.get("default")]
        return all(is_never_null(value, compiled) for value in values)
    if isinstance(node, exp.Coalesce):
        return any(is_never_null(value, compiled) for value in [node.this, *node.expressions])
    if isinstance(node, exp.And | exp.Or):
        return is_never_null(node.left, compiled) and is_never_null(node.right, compiled)
    if isinstance(node, exp.Not | exp.Paren | exp.Length):
        return is_never_null(node.this, compiled)
    return isinstance(node, exp.Literal | exp.Boolean | exp.Count | exp.RowNumber | exp.Is)


def is_filtered(column: exp.Column) -> bool:
    """Does the column's own select keep only rows in which it is not null?"""
    select = column.find_ancestor(exp.Select)
    where = select.args.get("where") if select else None
    conditions = where.this.flatten() if where and isinstance(where.this, exp.And) else [where.this] if where else []
    kept = (
        each.this.this
        for each in conditions
        if isinstance(each, exp.Not) and isinstance(each.this, exp.Is) and isinstance(each.this.expression, exp.Null)
    )
    return any(isinstance(each, exp.Column) and each.name.lower() == column.name.lower() for each in kept)


def parse_one_query(text: str, dialect: type[DuckDB]) -> exp.Expr:
    statements = [statement for statement in parse(text, read=dialect) if statement is not None]
    if len(statements) != 1:
        raise SqlglotError(f"{len(statements)} statements where one query belongs")
    return statements[0]


def look_at_words(text: str) -> Iterator[tuple[str, str]]:
    """(rule, words) of what the tree no longer shows: a function's name and arguments as written, `exclude`, bare decimal, a last comma."""
    tokens = DuckDB().tokenize(text)
    open_calls: list[Call] = []
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        rule = None
        if token.token_type == TokenType.L_PAREN:
            open_calls.append(Call(before.text.lower() if before else ""))
        elif token.token_type == TokenType.R_PAREN:
            call = open_calls.pop()
            rule = "regexp_extract without group" if call.name == "regexp_extract" and call.commas < 2 else None
        elif token.token_type == TokenType.COMMA:
            if open_calls:
                open_calls[-1].commas += 1
            rule = (
                "last comma" if after is not None and after.token_type in (TokenType.FROM, TokenType.R_PAREN) else None
            )
        elif token.token_type not in (TokenType.STRING, TokenType.IDENTIFIER, TokenType.NUMBER):
            word, opens = token.text.lower().split()[-1], after is not None and after.token_type == TokenType.L_PAREN
            if opens and word[0].isalpha() and word not in words_known() and not word.startswith((ENGINE, REVIEWED)):
                rule = (
                    word
                    if before is None or not names_columns(before.text.lower(), text[token.end + 1 : token.end + 500])
                    else None
                )
            elif word == "exclude":
                rule = word
            elif word in ("decimal", "numeric") and not opens:
                rule = "decimal without precision"
        if rule and not any(rule in call.excused for call in open_calls):
            yield rule, text[max(0, token.start - 20) : token.end + 30]


@dataclass
class Call:
    """An open parenthesis: the word before it, and the commas seen in it."""

    name: str
    commas: int = 0

    @property
    def excused(self) -> list[str]:
        """The rules that do not apply inside."""
        rules: list[str] = known()["reviewed"].get(self.name.removeprefix(REVIEWED), {}).get("rules", [])
        return rules if self.name.startswith(REVIEWED) else []


def names_columns(before: str, after: str) -> bool:
    """Is what follows a name a list of columns (`as t(a, b)`, `with t (a, b) as (`), not arguments?"""
    columns = r"\s*\(\s*\w+(\s*,\s*\w+)*\s*\)"
    return (
        before == "as"
        and bool(re.match(columns, after))
        or before in ("with", "recursive", ",")
        and bool(re.match(columns + r"\s*as\s*\(", after, re.I))
    )


def waived(node: exp.Expr, rule: str) -> bool:
    """Does the node stand inside a macro that was reviewed for this rule?"""
    above: exp.Expr | None = node
    while above is not None:
        if isinstance(above, exp.Anonymous) and above.name.lower().startswith(REVIEWED):
            macro = above.name.lower().removeprefix(REVIEWED)
            if rule in known()["reviewed"].get(macro, {}).get("rules", ()):
                return True
        above = above.parent
    return False


def findings_of_sql(where: str, text: str, compiled: Compiled) -> set[Finding]:
    """All findings of one compiled text."""
    try:
        tree = parse_one_query(text, DuckDB)
    except SqlglotError as error:
        return {finding(where, "not readable", str(error).splitlines()[0])}
    found: list[Seen] = [(rule, node) for node in tree.walk() for rule in look_at(node, compiled)]
    found += silent_orders(tree, text, compiled)
    kept = {finding(where, rule, node.sql("duckdb")) for rule, node in found if not waived(node, rule)}
    named = {each.rule for each in kept}
    return kept | {finding(where, rule, words) for rule, words in look_at_words(text) if rule not in named}


def finding(where: str, rule: str, fragment: str) -> Finding:
    short = " ".join(fragment.split())
    forms = known()["portable_forms"]
    return Finding(
        where, rule, short if len(short) <= 120 else short[:117] + "...", forms.get(rule.lower(), forms["otherwise"])
    )


def findings(compiled: Compiled) -> list[Finding]:
    """All findings of all compiled models, in order of model and rule."""
    return sorted(set().union(*(findings_of_sql(name, text, compiled) for name, text in compiled.models.items())))


# --- the project's files ------------------------------------------------------------------------------------------


def file_findings(project: Path = PROJECT) -> list[Finding]:
    """What compiling does not show: dispatch without its other half, an engine named in a model, dbt's macros that differ."""
    found = [
        finding(name, "dispatch without the other engine", ", ".join(sorted(engines)))
        for name, engines in implementations(project).items()
        if engines == {"spark"} or engines == {"duckdb"}
    ]
    for file in sorted([*project.glob("models/**/*.sql"), *project.glob("macros/**/*.sql")]):
        text = JINJA_COMMENT.sub("", file.read_text(encoding="utf-8"))
        where = str(file.relative_to(project))
        found += [
            finding(where, "dbt macro", call)
            for call in re.findall(r"\bdbt\.(?!type_|string_literal\b|escape_single_quotes\b)\w+\(|\bsafe_cast\(", text)
        ]
        if "engine" not in file.relative_to(project).parts:
            found += [finding(where, "engine named", named) for named in re.findall(r"target\.(?:type|name)\b", text)]
    return sorted(set(found))
