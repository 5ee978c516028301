"""Data Docs: what each audience was promised and whether it holds, as pages that need neither network nor script.

Great Expectations' own pages fetch their styles and tables from outside; these are written from the same results.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from expectations import AUDIENCES

Result = dict[str, Any]

STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #1a7f4b; --bad: #b3261e; --warn: #8a5a00; }
body { font: 16px/1.6 system-ui, "Hiragino Sans", "Noto Sans JP", Meiryo, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } small, .quiet { opacity: .75; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem; }
.card { border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; text-decoration: none; color: inherit; display: block; }
.card b { font-size: 1.6rem; } .card:hover, .card:focus { border-color: currentColor; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .5rem; border-top: 1px solid var(--line); }
td:first-child { white-space: nowrap; font-weight: 600; } .good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
@media (prefers-color-scheme: dark) { :root { --good: #6dd58c; --bad: #f2b8b5; --warn: #f5c26b; } }
code { font-size: .85em; overflow-wrap: anywhere; }
"""


@dataclass(frozen=True)
class Site:
    """Whose results these are."""

    company: str
    as_of: str  # by the company's clock, with its zone


def write_data_docs(folder: Path, site: Site, results: Sequence[Result]) -> None:
    """index.html and a page per audience below `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(_index(site, results), encoding="utf-8")
    for audience in AUDIENCES:
        of_audience = [result for result in results if result["audience"] == audience]
        (folder / f"{audience}.html").write_text(_page_of(audience, site, of_audience), encoding="utf-8")


def _index(site: Site, results: Sequence[Result]) -> str:
    cards = []
    for audience, (ja, en) in AUDIENCES.items():
        of_audience = [result for result in results if result["audience"] == audience]
        kept = sum(result["passed"] for result in of_audience)
        mark = "good" if kept == len(of_audience) else "warn"
        cards.append(
            f'<a class="card" href="{audience}.html">{escape(ja)}<br><small>{escape(en)}</small><br>'
            f'<b class="{mark}">{kept} / {len(of_audience)}</b> <small>守られた約束 · kept</small></a>'
        )
    return _page(site, "約束の確認", "Are the promises kept?", f'<div class="cards">{"".join(cards)}</div>')


def _page_of(audience: str, site: Site, results: Sequence[Result]) -> str:
    ja, en = AUDIENCES[audience]
    sections = []
    for table in dict.fromkeys(result["table"] for result in results):
        rows = "".join(_row(result) for result in results if result["table"] == table)
        sections.append(f"<h2><code>marts.{escape(table)}</code></h2><table><tbody>{rows}</tbody></table>")
    return _page(site, ja, en, '<p><a href="index.html">← 一覧 · all</a></p>' + "".join(sections))


def _row(result: Result) -> str:
    if result["passed"]:
        mark, word = "good", "✓ 守られている · kept"
    elif result["blocks"]:
        mark, word = "bad", "✗ 公開を停止 · blocks"
    else:
        mark, word = "warn", "! 要確認 · look"
    about = f"{result['check_ja']}<br><small>" + escape(result["check"].partition(": ")[2]) + "</small>"
    return f'<tr><td class="{mark}">{word}</td><td>{about}</td><td>{_found(result)}</td></tr>'


def _found(result: Result) -> str:
    parts = []
    if (judged := result.get("judged")) is not None:
        parts.append(f"対象 {judged:,} 件 · of {judged:,}")
    if not result["passed"]:
        parts.append(escape(result["message"]))
    for row in result.get("rows", []):
        parts.append("<code>" + escape(", ".join(f"{name} {value}" for name, value in row.items())) + "</code>")
    return "<br>".join(parts)


def _page(site: Site, ja: str, en: str, body: str) -> str:
    head: Iterable[str] = (
        '<!doctype html><html lang="ja"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        # nothing is fetched, whatever the page holds
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">",
        '<link rel="icon" href="data:,">',
        f"<title>{escape(ja)} · {escape(site.company)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{escape(ja)}<br><small>{escape(en)}</small></h1>",
        f'<p class="quiet">{escape(site.company)} · 基準時点 · as of {escape(site.as_of)}</p>',
    )
    return "".join((*head, body, "</body></html>\n"))
