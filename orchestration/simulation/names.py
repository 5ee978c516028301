"""Japanese names of people and companies in their many spellings. Everything here can be written in CP932."""

import random
from dataclasses import dataclass, field

SURNAMES = [
    ("佐藤", "sato"), ("鈴木", "suzuki"), ("高橋", "takahashi"), ("田中", "tanaka"), ("伊藤", "ito"),
    ("渡辺", "watanabe"), ("山本", "yamamoto"), ("中村", "nakamura"), ("小林", "kobayashi"), ("加藤", "kato"),
    ("吉田", "yoshida"), ("山田", "yamada"), ("佐々木", "sasaki"), ("山口", "yamaguchi"), ("松本", "matsumoto"),
    ("井上", "inoue"), ("木村", "kimura"), ("林", "hayashi"), ("斎藤", "saito"), ("清水", "shimizu"),
    ("髙木", "takagi"), ("森", "mori"), ("池田", "ikeda"), ("橋本", "hashimoto"), ("阿部", "abe"),
    ("石川", "ishikawa"), ("前田", "maeda"), ("藤田", "fujita"), ("後藤", "goto"), ("岡田", "okada"),
]  # fmt: skip
GIVEN_NAMES = [
    ("太郎", "taro"), ("花子", "hanako"), ("翔太", "shota"), ("美咲", "misaki"), ("健一", "kenichi"),
    ("陽子", "yoko"), ("大輔", "daisuke"), ("恵", "megumi"), ("誠", "makoto"), ("由美", "yumi"),
    ("直樹", "naoki"), ("智子", "tomoko"), ("浩", "hiroshi"), ("真由美", "mayumi"), ("拓也", "takuya"),
    ("さくら", "sakura"), ("隆", "takashi"), ("裕子", "yuko"), ("亮", "ryo"), ("愛", "ai"),
    ("哲也", "tetsuya"), ("久美子", "kumiko"), ("学", "manabu"), ("千尋", "chihiro"), ("剛", "tsuyoshi"),
    ("純", "jun"), ("修", "osamu"), ("ゆかり", "yukari"), ("淳", "atsushi"), ("舞", "mai"),
]  # fmt: skip
_PLACES = [
    ("東都", "toto"), ("北斗", "hokuto"), ("サンライズ", "sunrise"), ("大和", "yamato"), ("アルファ", "alpha"),
    ("みらい", "mirai"), ("富士見", "fujimi"), ("グローバル", "global"), ("瀬戸内", "setouchi"), ("日之出", "hinode"),
    ("オリエント", "orient"), ("中央", "chuo"), ("ネクスト", "next"), ("白山", "hakusan"), ("青葉", "aoba"),
    ("エヌケー", "nk"), ("光洋", "koyo"), ("ライフ", "life"), ("港", "minato"), ("八千代", "yachiyo"),
    ("クラウド", "cloud"), ("三協", "sankyo"), ("ひかり", "hikari"), ("マルチ", "multi"), ("信越", "shinetsu"),
    ("デジタル", "digital"), ("山陽", "sanyo"), ("ブリッジ", "bridge"), ("東亜", "toa"), ("ヤマダ", "yamada"),
]  # fmt: skip
_TRADES = [
    ("精機", "seiki", "製造"), ("システムズ", "systems", "IT"), ("商事", "shoji", "卸売"), ("電機", "denki", "製造"),
    ("物流", "butsuryu", "運輸"), ("建設", "kensetsu", "建設"), ("ソフトウェア", "software", "IT"),
    ("フーズ", "foods", "食品"), ("化学工業", "kagaku", "製造"), ("不動産", "fudosan", "不動産"),
    ("コンサルティング", "consulting", "サービス"), ("メディカル", "medical", "医療"), ("印刷", "insatsu", "製造"),
    ("テクノロジー", "technology", "IT"), ("ホールディングス", "holdings", "サービス"), ("デザイン", "design", "サービス"),
]  # fmt: skip
REGIONS = ["東京都", "大阪府", "愛知県", "福岡県", "北海道", "神奈川県", "宮城県", "広島県", "京都府", "埼玉県"]
DEPARTMENTS = [
    "情報システム部", "マーケティング部", "営業部", "営業企画部", "総務部", "経営企画室", "人事部", "製造部",
]  # fmt: skip
TITLES = ["部長", "課長", "主任", "担当", "代表取締役", "取締役", "マネージャー", ""]
FREE_MAIL = ["gmail.com", "yahoo.co.jp", "outlook.jp", "icloud.com"]


def _half_width_table() -> dict[int, str]:
    full = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
    table = {ord(char): chr(0xFF66 + position) for position, char in enumerate(full)}
    voiced = {chr(ord(char) + 1): table[ord(char)] + "ﾞ" for char in "カキクケコサシスセソタチツテトハヒフヘホ"}
    semi_voiced = {chr(ord(char) + 2): table[ord(char)] + "ﾟ" for char in "ハヒフヘホ"}
    table.update({ord(char): half for char, half in (voiced | semi_voiced | {"ヴ": "ｳﾞ"}).items()})
    return table


_HALF_KANA = _half_width_table()
_FULL_WIDTH = {code: chr(code + 0xFEE0) for code in range(0x21, 0x7F)}


def half_width_kana(text: str) -> str:
    """Katakana as half-width characters."""
    return text.translate(_HALF_KANA)


def full_width(text: str) -> str:
    """ASCII as full-width characters."""
    return text.translate(_FULL_WIDTH)


def corporate_number(base: int) -> str:
    """A valid 法人番号 of 13 digits from up to 12."""
    digits = f"{base:012d}"
    weighted = sum(int(digit) * (1 if place % 2 else 2) for place, digit in enumerate(reversed(digits), start=1))
    return f"{9 - weighted % 9}{digits}"


@dataclass(slots=True)
class Company:
    """A true company. `account_ids` are its CRM accounts; `account_since` the first instant it had one."""

    number: int
    stem: str
    form: str
    is_form_first: bool
    domain: str
    corporate_number: str
    industry: str
    employees: int
    region: str
    account_since: int | None = None
    duplicate_since: int | None = None
    mailbox_names: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The registered name."""
        return f"{self.form}{self.stem}" if self.is_form_first else f"{self.stem}{self.form}"

    def spelling(self, rng: random.Random) -> str:
        """One of the ways in which people write the company's name."""
        stem = self.stem
        chance = rng.random()
        if chance < 0.5:
            return self.name
        if chance < 0.6:
            stem = half_width_kana(stem)
        short = {"株式会社": ("㈱", "（株）", "(株)"), "有限会社": ("㈲", "（有）", "(有)"), "合同会社": ("合同会社",)}
        form = self.form if chance >= 0.9 else short[self.form][int(rng.random() * len(short[self.form]))]
        space = ("", " ", "　")[int(rng.random() * 3)]
        return f"{form}{space}{stem}" if self.is_form_first else f"{stem}{space}{form}"


def make_companies(rng: random.Random, count: int) -> list[Company]:
    """Companies with distinct domains. Some share a name, some have no or an invalid corporate number."""
    companies = []
    for number in range(count):
        place, place_roman = _PLACES[int(rng.random() * len(_PLACES))]
        trade, trade_roman, industry = _TRADES[int(rng.random() * len(_TRADES))]
        chance = rng.random()
        has_number = rng.random()
        valid = corporate_number(10_000_000_000 + number * 7919)
        companies.append(
            Company(
                number=number,
                stem=place + trade,
                form="株式会社" if chance < 0.85 else "有限会社" if chance < 0.95 else "合同会社",
                is_form_first=rng.random() < 0.55,
                domain=f"{place_roman}-{trade_roman}{number}.{'co.jp' if rng.random() < 0.7 else 'jp'}",
                corporate_number=valid if has_number < 0.6 else "1234567890123" if has_number < 0.63 else "",
                industry=industry,
                employees=int(10 ** (1 + rng.random() * 3)),
                region=REGIONS[int(rng.random() * len(REGIONS))],
            )
        )
    return companies


def one_company(rng: random.Random, number: int) -> Company:
    """A company that shares neither name nor domain nor corporate number with another."""
    place, place_roman = rng.choice(_PLACES)
    trade, trade_roman, _ = rng.choice(_TRADES)
    return Company(
        number=number,
        stem=f"{place}{trade}{number}",
        form="株式会社",
        is_form_first=True,
        domain=f"{place_roman}-{trade_roman}{number}.co.jp",
        corporate_number=corporate_number(10_000_000_000 + number * 7919),
        industry="IT",
        employees=rng.randrange(100, 5_000),
        region=rng.choice(REGIONS),
    )
