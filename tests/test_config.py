"""tasuki.toml: what it gives, and every kind of mistake told at once with what to do."""

from pathlib import Path

import pytest

from orchestration.config import ConfigError, load_config

SOURCES = """
sources:
  - name: hubspot
    config: {meta: {delivery: upsert}}
    tables:
      - name: contacts
        config: {meta: {key: [id]}}
        columns: [{name: id, data_type: varchar}, {name: email}]
      - name: forms
        config: {meta: {delivery: append, sets_as_of: false}}
"""
COMPANY = '[company]\nname = "サンプル商事"\n'
HUBSPOT = '[systems.hubspot]\nfolder = "exports"\n'


@pytest.fixture
def load(tmp_path: Path):
    staging = tmp_path / "staging" / "hubspot"
    staging.mkdir(parents=True)
    (staging / "_hubspot__sources.yml").write_text(SOURCES, encoding="utf-8")
    (tmp_path / "exports").mkdir()

    def _load(text: str):
        path = tmp_path / "acme.toml"
        path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
        return load_config(path, staging_dir=tmp_path / "staging")

    return _load


def test_defaults(load, tmp_path):
    config = load(COMPANY + HUBSPOT)
    assert (config.company.timezone, config.company.fiscal_year_start_month, config.company.base_currency) == (
        "Asia/Tokyo",
        4,
        "JPY",
    )
    assert config.landing_dir == tmp_path / "var" / "acme" / "landing"
    assert config.restricted_dir == tmp_path / "var" / "acme" / "restricted"
    assert (config.retention.versions, config.notify.webhook_env, config.schedule.cron) == (10, None, "0 6 * * *")
    contacts, forms = config.feeds
    assert (contacts.delivery, contacts.key, contacts.declared, contacts.sets_as_of) == (
        "upsert",
        ("id",),
        ("id", "email"),
        True,
    )
    assert (forms.delivery, forms.sets_as_of, forms.timezone.key) == ("append", False, "Asia/Tokyo")
    with pytest.raises(Exception, match="frozen"):
        config.checksum = "x"


def test_overrides(load, tmp_path):
    (tmp_path / "seeds").mkdir()
    config = load(
        '[company]\nname = "x"\nseeds = "seeds"\ntimezone = "UTC"\n[paths]\nhome = "h"\nrestricted = "r"\n'
        + HUBSPOT
        + 'timezone = "America/New_York"\n[systems.hubspot.feeds.contacts]\ndelivery = "snapshot"\nencoding = "cp932"\n'
        'skip_lines = 2\ndelimiter = ";"\nsets_as_of = false\ncolumns = { "契約ID" = "id" }\n'
    )
    contacts = config.feed("hubspot", "contacts")
    assert (contacts.delivery, contacts.encoding, contacts.skip_lines, contacts.delimiter) == (
        "snapshot",
        "cp932",
        2,
        ";",
    )
    assert (contacts.columns, contacts.sets_as_of) == ((("契約ID", "id"),), False)
    assert contacts.timezone.key == "America/New_York"
    assert (config.warehouse_dir, config.restricted_dir) == (tmp_path / "h" / "warehouse", tmp_path / "r")
    assert config.seeds_dir == tmp_path / "seeds"


def test_checksum_is_of_the_settings_not_the_text(load):
    one = load(COMPANY + HUBSPOT).checksum
    assert load("# a comment\n" + COMPANY + "\n\n" + HUBSPOT).checksum == one
    assert load(COMPANY + HUBSPOT + "[retention]\nversions = 3\n").checksum != one


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (COMPANY + "timezon = 'UTC'\n", "company.timezon = 'UTC': unknown key; did you mean timezone?"),
        (COMPANY + "[retension]\nversions = 1\n", "retension = {'versions': 1}: unknown key; did you mean retention?"),
        (COMPANY + '[retention]\nversions = "10"\n', "retention.versions = '10': input should be a valid integer"),
        (COMPANY + "[retention]\nversions = 0\n", "retention.versions = 0: input should be greater than or equal to 1"),
        (
            COMPANY + "timezone = 'Asia/Tokio'\n",
            "company.timezone = 'Asia/Tokio': not a time zone; write an IANA name such as Asia/Tokyo",
        ),
        (
            COMPANY + "timezone = 'JST'\n",
            "company.timezone = 'JST': not a time zone; write an IANA name such as Asia/Tokyo",
        ),
        (COMPANY + "timezone = 'GMT+9'\n", "'GMT+9': not a time zone; write an IANA name such as Asia/Tokyo"),
        (COMPANY + "fiscal_year_start_month = 13\n", "company.fiscal_year_start_month = 13: input should be less than"),
        (COMPANY + "base_currency = '円'\n", "company.base_currency = '円': not a currency code"),
        (COMPANY + "seeds = 'nowhere'\n", "company.seeds = 'nowhere': there is no folder"),
        ("[company]\n", "company.name: missing; add it"),
        ("", "company: missing; add it"),
        (
            COMPANY + "[kpis]\nsegments = ['channel', 'channel']\n",
            "kpis.segments = ['channel', 'channel']: a name stands there twice",
        ),
        (COMPANY + "[kpis]\nsegments = ['chanel']\n", "kpis.segments.0 = 'chanel': "),
        (COMPANY + "[schedule]\ncron = '0 25 * * *'\n", "schedule.cron = '0 25 * * *': not a schedule"),
        (COMPANY + "[notify]\nwebhook_env = 'https://secret'\n", "notify.webhook_env = (not shown): not the name of"),
        (
            COMPANY + "[notify]\nwebhook_url = 'https://secret'\n",
            "notify.webhook_url = (not shown): unknown key; did you mean webhook_env?",
        ),
        (COMPANY + "webhook_env = 'https://secret'\n", "company.webhook_env = (not shown): unknown key"),
        (
            COMPANY + "[notfy]\nwebhook_env = 'https://secret'\n",
            "notfy = (not shown): unknown key; did you mean notify?",
        ),
        (COMPANY + '[paths]\nhome = "C:\\tasuki"\n', "paths.home = 'C:\\tasuki': a control character in a path"),
        (COMPANY + '[paths]\nhome = "a\\u0000b"\n', "paths.home = 'a\\x00b': a control character in a path"),
        (COMPANY + "[systems.hubspot]\n", "systems.hubspot.folder: missing; add it"),
        (COMPANY + "[systems.hubspot]\nfolder = 'nix'\n", "systems.hubspot.folder = 'nix': there is no folder"),
        (
            COMPANY + "[systems.hubspott]\nfolder = 'exports'\n",
            "systems.hubspott: unknown system; staging/ has: hubspot; any other tool is mapped as generic, or added (docs/adding-a-system.md)",
        ),
        (
            COMPANY + HUBSPOT + "[systems.hubspot.feeds.contact]\n",
            "systems.hubspot.feeds.contact: unknown feed; did you mean contacts? known: contacts, forms",
        ),
        (
            COMPANY + HUBSPOT + "[systems.hubspot.feeds.forms]\nencoding = 'sjis'\n",
            "feeds.forms.encoding = 'sjis': input should be 'auto', 'utf-8', 'cp932' or 'utf-16'",
        ),
        (
            COMPANY + HUBSPOT + "[systems.hubspot.feeds.forms]\nskip_line = 1\n",
            "feeds.forms.skip_line = 1: unknown key; did you mean skip_lines?",
        ),
        (
            COMPANY + HUBSPOT + "[systems.hubspot.feeds.forms]\ndelimiter = ';;'\n",
            "feeds.forms.delimiter = ';;': not a delimiter",
        ),
        (
            COMPANY + HUBSPOT + "[systems.hubspot.feeds.forms.columns]\nA = 'Bad Name'\n",
            "'A' maps to 'Bad Name'; write a snake_case",
        ),
        (
            COMPANY + HUBSPOT + "[systems.hubspot.feeds.forms.columns]\nA = '_batch_id'\n",
            "'A' maps to '_batch_id', which landing fills itself; write another column name",
        ),
        (
            COMPANY + HUBSPOT + "[systems.hubspot.feeds.contacts.columns]\n'メール' = 'emial'\n",
            "systems.hubspot.feeds.contacts.columns: 'メール' maps to 'emial', which hubspot.contacts does not have; did you mean email?",
        ),
        (
            COMPANY + HUBSPOT + "[systems.hubspot.feeds.contacts.columns]\n'番号' = 'id'\nメール = 'email'\n",
            '(at line 7, column 1): write a header in other than plain letters in quotes, "契約番号" = "contract_id"',
        ),
        ("[company\n", "acme.toml: not TOML: Expected ']' at the end of a table declaration (at line 1, column 9)"),
        (b"[company]\nname = '\x81'\n", "acme.toml: not UTF-8 (byte 18); save it as UTF-8"),
    ],
)
def test_each_mistake_says_key_value_and_what_to_do(load, text, message):
    with pytest.raises(ConfigError) as caught:
        load(text)
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("paths", "folders", "pairs"),
    [
        ("", {"hubspot": "."}, ["systems.hubspot.folder|paths." + n for n in ("landing", "warehouse", "published")]),
        ("", {"hubspot": "var/acme/landing/old"}, ["systems.hubspot.folder|paths.landing"]),
        ("", {"hubspot": "exports", "crm": "exports"}, []),
        ("published = 'out'\nrestricted = 'out'\n", {}, ["paths.published|paths.restricted"]),
        ("restricted = 'var/acme/published/secret'\n", {}, ["paths.published|paths.restricted"]),
        ("published = 'out'\nlanding = 'out/landing'\n", {}, ["paths.landing|paths.published"]),
        ("", {"hubspot": "var/acme/exports", "crm": "var/acme/exports2"}, []),
    ],
)
def test_folders_that_lie_in_each_other_are_refused(load, tmp_path, paths, folders, pairs):
    (tmp_path / "staging" / "crm").mkdir()
    (tmp_path / "staging" / "crm" / "_crm__sources.yml").write_text(SOURCES.replace("hubspot", "crm"))
    text = COMPANY + "[paths]\n" + paths
    for system, folder in folders.items():
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        text += f"[systems.{system}]\nfolder = '{folder}'\n"
    if not pairs:
        load(text)
        return
    with pytest.raises(ConfigError) as caught:
        load(text)
    header, line = str(caught.value).splitlines()
    for pair in pairs:
        one, other = pair.split("|")
        assert line.startswith(f"  {one} = ") and f"{other} = " in line
    assert "is, lies in or holds" in line and line.endswith(": give each a folder of its own")


@pytest.mark.parametrize("folder", ["O'Brien", "r9 [1]", "{x}", "a*b", "what?"])
def test_folders_that_queries_cannot_read_are_refused(load, folder):
    load(COMPANY + "[paths]\nhome = '会社 100%'\n")
    with pytest.raises(ConfigError) as caught:
        load(COMPANY + f'[paths]\nlanding = "{folder}/landing"\n')
    header, line = str(caught.value).splitlines()
    assert line.startswith("  paths.landing = ") and "choose a path without" in line


def test_readers_need_no_exports(load, tmp_path):
    text = COMPANY + "[systems.hubspot]\nfolder = 'share'\n"
    with pytest.raises(ConfigError, match="there is no folder"):
        load(text)
    load_config(tmp_path / "acme.toml", staging_dir=tmp_path / "staging", lands=False)


def test_all_problems_come_at_once(load):
    with pytest.raises(ConfigError) as caught:
        load(
            "[company]\nnam = 'x'\ntimezone = 'Mars'\n[systems.foo]\nfolder = 'nowhere'\n[retention]\nversions = true\n"
        )
    text = str(caught.value)
    for part in (
        "6 problem(s)",
        "company.name",
        "company.nam =",
        "Mars",
        "systems.foo:",
        "nowhere",
        "retention.versions",
    ):
        assert part in text


def test_missing_file_says_so(tmp_path):
    with pytest.raises(ConfigError, match="there is no such file"):
        load_config(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (
            "{name: t, config: {meta: {delivery: weekly}}}",
            "table t: delivery is 'weekly'; write one of snapshot, upsert",
        ),
        ("{name: t}", "table t: delivery is None; write one of snapshot, upsert, append under `config: meta:`"),
        ("{descripton: t}", "source acme: {'descripton': 't'} in `tables` has no name; write `name: …`"),
        (
            "{name: t, config: {meta: {delivery: append, key: id}}, columns: [{name: id}]}",
            "write a list of columns such as [id]",
        ),
        (
            "{name: t, config: {meta: {delivery: append, key: [idd]}}, columns: [{name: id}]}",
            "key names 'idd', which is not in",
        ),
        ("{name: t, config: {meta: {delivery: append}}, columns: [id]}", "table t: 'id' in `columns` has no name"),
        (
            "{name: t, config: {meta: {delivery: append}}, columns: [{nmae: id}]}",
            "{'nmae': 'id'} in `columns` has no name",
        ),
        ("{name: t, config: {meta: {delivery: append}}, columns: {id: text}}", "`columns` is no list"),
        ("{name: t, config: {meta: append}}", "table t: `meta` is 'append'; write"),
        ("{name: t, config: [append]}", "table t: `config` is ['append']; write"),
        ("{name: t, config: {meta: {delivery: append, sets_as_of: 'no'}}}", "sets_as_of is 'no'; write true or false"),
        (
            "{name: t, config: {meta: {delivery: append}}, columns: [{name: id, config: {meta: {alias_of: [key]}}}]}",
            "alias_of of column id names ['key'], which is not in `columns`",
        ),
        (
            "{name: t, config: {meta: {delivery: append}}, columns: [{name: id, config: {meta: {made_of: id}}}]}",
            "made_of of column id is 'id'; write a list",
        ),
        ("{name: 名}".encode("cp932"), "_hubspot__sources.yml: not UTF-8 (byte"),
    ],
)
def test_a_bad_source_yaml_is_a_configuration_error(load, tmp_path, tables, message):
    source = tmp_path / "staging" / "hubspot" / "_hubspot__sources.yml"
    head = b"sources:\n  - name: acme\n    tables:\n      - "
    source.write_bytes(head + (tables.encode() if isinstance(tables, str) else tables))
    with pytest.raises(ConfigError) as caught:
        load(COMPANY)
    assert str(caught.value).startswith(str(source)) and message in str(caught.value)


def test_sources_are_a_list(load, tmp_path):
    (tmp_path / "staging" / "hubspot" / "_hubspot__sources.yml").write_text("sources: {name: acme}\n")
    with pytest.raises(ConfigError, match="`sources` is no list"):
        load(COMPANY)
