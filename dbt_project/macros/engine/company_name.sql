{# Words that say which kind of body a company is, as norm_ja leaves them. #}
{% macro legal_form_pattern() -%}
    {%- set ja = [
        '株式会社', '有限会社', '合同会社', '合資会社', '合名会社', '相互会社', '有限責任監査法人', '監査法人', '税理士法人', '弁護士法人',
        '(一般|公益)?(社団|財団)法人', '(認定)?(特定非営利活動|npo)法人', '学校法人', '医療法人(社団|財団)?', '社会医療法人', '社会福祉法人',
        '宗教法人', '(地方)?独立行政法人', '国立大学法人', '国立研究開発法人', 'カブシキガイシャ',
        '[(](株|有|同|資|名|一社|一財|公社|公財|社|財|学|医|福|特|特非|独)[)]'
    ] | join('|') -%}
    {%- set en = [
        'co[.]?,? *ltd[.]?', 'company,? *(limited|ltd[.]?)', 'corporation', 'corp[.]?', 'incorporated', 'inc[.]?', 'limited', 'ltd[.]?',
        'l[.]?l[.]?c[.]?', 'k[.] ?k[.]?', 'kk', 'g[.]k[.]', 'plc', 'gmbh', 'kabushiki (kaisha|gaisha)'
    ] | join('|') -%}
    {#- at the start Japanese words only: "Incorporated Systems KK" keeps its name; in Latin script a word stands apart -#}
    ^({{ ja }}|[ ])+|([ ]|{{ ja }})+$|(^|[ ,.])+({{ en }})[ .]*$
{%- endmacro %}

{# Company name -> the key under which its spellings meet: norm_ja without legal form, spaces and punctuation; the dash and the
   long vowel are one sign; null where nothing but a legal form is left. Pass a column. #}
{% macro company_name_key(expr) -%}
    {%- set named = replace_matches(norm_ja(expr), legal_form_pattern(), '') -%}
    {#- ':-`' and its like are ranges of ASCII punctuation: neither quote nor bracket is written alike in both engines' patterns -#}
    nullif({{ replace_matches(replace_each(named, [['&', '＆'], ['-', 'ー']]), '[ -/:-`{-~・･·•‧、。「」『』【】〔〕《》〈〉“”‘’＇′＼]+', '') }}, '')
{%- endmacro %}
