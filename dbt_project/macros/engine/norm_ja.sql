{# Japanese text in one spelling, without the engines' missing NFKC (a full table in SQL costs 75 s per million rows).
   A guard before each costly step lets most rows pass it by: translate() builds its map anew for every row.
   Every expression repeats its argument: pass a column. #}

{# true where some part of the text matches #}
{% macro has_match(expr, pattern) -%}
    {{ adapter.dispatch('has_match')(expr, pattern) }}
{%- endmacro %}

{% macro default__has_match(expr, pattern) -%}
    regexp_matches({{ expr }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__has_match(expr, pattern) -%}
    ({{ expr }} rlike '{{ pattern }}')
{%- endmacro %}

{# every match replaced #}
{% macro replace_matches(expr, pattern, replacement) -%}
    {{ adapter.dispatch('replace_matches')(expr, pattern, replacement) }}
{%- endmacro %}

{% macro default__replace_matches(expr, pattern, replacement) -%}
    regexp_replace({{ expr }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro spark__replace_matches(expr, pattern, replacement) -%}
    regexp_replace({{ expr }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}

{# the class of white space, for use inside [] #}
{% macro space_class() -%}
    {{ adapter.dispatch('space_class')() }}
{%- endmacro %}

{% macro default__space_class() -%}
    [:space:]
{%- endmacro %}

{% macro spark__space_class() -%}
    {{ '\\\\s' }}
{%- endmacro %}

{# pairs [from, to] replaced one after the other #}
{% macro replace_each(expr, pairs) -%}
    {%- for _ in pairs -%} replace( {%- endfor -%}
    {{ expr }}
    {%- for from, to in pairs -%} , '{{ from }}', '{{ to }}') {%- endfor -%}
{%- endmacro %}

{# ㈱ -> (株), ⅲ -> iii, ㍿ -> 株式会社: what one character cannot stand for #}
{% macro open_enclosed(expr) -%}
    {{ replace_each(expr, [
        ['㈱', '(株)'], ['㈲', '(有)'], ['㈳', '(社)'], ['㈶', '(財)'], ['㈻', '(学)'], ['㈵', '(特)'], ['㈴', '(名)'], ['㈾', '(資)'],
        ['㍿', '株式会社'], ['№', 'no'], ['℡', 'tel'],
        ['ⅰ', 'i'], ['ⅱ', 'ii'], ['ⅲ', 'iii'], ['ⅳ', 'iv'], ['ⅴ', 'v'], ['ⅵ', 'vi'], ['ⅶ', 'vii'], ['ⅷ', 'viii'], ['ⅸ', 'ix'], ['ⅹ', 'x'],
        ['𠮷', '吉']
    ]) }}
{%- endmacro %}

{# half-width kana -> full-width, sound marks joined to their kana first #}
{% macro widen_kana(expr) -%}
    {%- set joined = replace_each(expr, [
        ['ｶﾞ', 'ガ'], ['ｷﾞ', 'ギ'], ['ｸﾞ', 'グ'], ['ｹﾞ', 'ゲ'], ['ｺﾞ', 'ゴ'], ['ｻﾞ', 'ザ'], ['ｼﾞ', 'ジ'], ['ｽﾞ', 'ズ'], ['ｾﾞ', 'ゼ'], ['ｿﾞ', 'ゾ'],
        ['ﾀﾞ', 'ダ'], ['ﾁﾞ', 'ヂ'], ['ﾂﾞ', 'ヅ'], ['ﾃﾞ', 'デ'], ['ﾄﾞ', 'ド'], ['ﾊﾞ', 'バ'], ['ﾋﾞ', 'ビ'], ['ﾌﾞ', 'ブ'], ['ﾍﾞ', 'ベ'], ['ﾎﾞ', 'ボ'],
        ['ﾊﾟ', 'パ'], ['ﾋﾟ', 'ピ'], ['ﾌﾟ', 'プ'], ['ﾍﾟ', 'ペ'], ['ﾎﾟ', 'ポ'], ['ｳﾞ', 'ヴ']
    ]) -%}
    translate({{ joined }},
        '｡｢｣､･ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ',
        '。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン')
{%- endmacro %}

{# Full-width ASCII in lower case and the dashes -> ASCII; zero-width characters go.
   The apostrophe and the backslash keep their width: the engines do not write them alike in a literal. #}
{% macro narrow_ascii(expr) -%}
    translate({{ expr }},
        '！＂＃＄％＆（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠［］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～‐‑‒–—―−﹣〜{{ "\u200b\ufeff" }}',
        '!"#$%&()*+,-./0123456789:;<=>?@[]^_`abcdefghijklmnopqrstuvwxyz{|}~--------~')
{%- endmacro %}

{# old and variant kanji and kana of names -> the usual ones; only pairs that are the same character, never 斎 and 斉 #}
{% macro usual_kanji(expr) -%}
    translate({{ expr }},
        '{{ variant_kanji() }}',
        '高崎崎斎斉辺辺徳恵浜浜沢広国桜真滝島島富喜気舎円鉄渋蔵栄礼寿学会実宝将条伝豊与来亀万弥応楽歴浅静総聡台号県発駅黒増横緑郷瀬頼峰ケカイエ塚晴凞猪益礼神祥福靖精羽蘒諸逸都飯飼館鶴朗隆')
{%- endmacro %}

{# The escaped ones are the compatibility ideographs of CP932, which look like their usual form. #}
{% macro variant_kanji() -%}
    髙﨑嵜齋齊邊邉德惠濵濱澤廣國櫻眞瀧嶋嶌冨㐂氣舍圓鐵澁藏榮禮壽學會實寶將條傳豐與來龜萬彌應樂歷淺靜總聰臺號縣發驛黑增橫綠鄕瀨賴峯ヶヵヰヱ{{ "\ufa10\ufa12\ufa15\ufa16\ufa17\ufa18\ufa19\ufa1a\ufa1b\ufa1c\ufa1d\ufa1e\ufa20\ufa22\ufa25\ufa26\ufa2a\ufa2b\ufa2c\ufa2d\uf929\uf9dc" }}
{%- endmacro %}

{# Text -> the same text in one width, case, dash, space and kanji form, trimmed, runs of space as one; null stays null. #}
{% macro norm_ja(expr) -%}
    {%- set odd = 'A-ZÀ-ÞΑ-ΩА-Я㈱㈲㈳㈶㈻㈵㈴㈾㍿№℡Ⅰ-Ⅻⅰ-ⅻ𠮷｡-ﾟ！-～‐-―−﹣〜' ~ "\u0009-\u000d\u3000\u00a0\u200b\ufeff" ~ variant_kanji() -%}
    {%- set lowered = 'lower(' ~ expr ~ ')' -%}
    {%- set opened -%}
        case when {{ has_match(expr, '[㈱㈲㈳㈶㈻㈵㈴㈾㍿№℡Ⅰ-Ⅻⅰ-ⅻ𠮷]') }} then {{ open_enclosed(lowered) }} else {{ lowered }} end
    {%- endset -%}
    {%- set widened -%}
        case when {{ has_match(expr, '[｡-ﾟ]') }} then {{ widen_kana(opened) }} else {{ opened }} end
    {%- endset -%}
    {%- set narrowed -%}
        case when {{ has_match(expr, '[！-～‐-―−﹣〜' ~ "\u200b\ufeff" ~ ']') }} then {{ narrow_ascii(widened) }} else {{ widened }} end
    {%- endset -%}
    {%- set usual -%}
        case when {{ has_match(expr, '[' ~ variant_kanji() ~ ']') }} then {{ usual_kanji(narrowed) }} else {{ narrowed }} end
    {%- endset -%}
    case
        when {{ has_match(expr, '[' ~ odd ~ ']|^ | $|  ') }}
            then trim({{ replace_matches(usual, '[' ~ space_class() ~ "\u3000\u00a0" ~ ']+', ' ') }})
        else {{ expr }}
    end
{%- endmacro %}
