{# Keys under which records of one person or company meet. Each is null rather than empty: an empty key joins nobody.
   The arguments are repeated in the SQL: pass columns. #}

{# e-mail address -> norm_ja's form without +tag; null unless it has the shape local@domain #}
{% macro normalised_email(expr) -%}
    {%- set untagged = replace_matches(norm_ja(expr), '[+][^@]*@', '@') -%}
    nullif(regexp_extract({{ untagged }}, '^([^@ ]+@[^@ ]+)$', 1), '')
{%- endmacro %}

{# normalised e-mail address -> its domain; null where more than a domain follows: it may be another person's address or number #}
{% macro mail_domain(expr) -%}
    nullif(regexp_extract({{ expr }}, '^[^@]+@([^@ ,;:<>()、]+)$', 1), '')
{%- endmacro %}

{# web address -> its host in lower case, without www. and whose mailbox it is, where somebody wrote an e-mail address #}
{% macro web_domain(expr) -%}
    nullif(
        regexp_extract(
            lower({{ expr }}), '^[ ]*(?:[a-z]+://)?(?:[^@/?#:,、 ]*@)?(?:www[.])?([^@/?#:,;<>()、 ]+[.][^@/?#:,;<>()、 ]+)', 1
        ),
        ''
    )
{%- endmacro %}

{# corporate number (法人番号) in any width, with or without hyphens -> 13 digits whose check digit holds, else null.
   check = 9 - (sum of digit * (1 if odd place else 2), places from the right over the 12 digits after it) mod 9 #}
{% macro valid_corporate_number(expr) -%}
    {%- set digits = "translate(" ~ expr ~ ", '０１２３４５６７８９-－‐− 　', '0123456789')" -%}
    {%- set places = [] -%}
    {%- for n in range(2, 14) -%}
        {%- do places.append("cast(substr(" ~ digits ~ ", " ~ n ~ ", 1) as integer) * " ~ (1 if n % 2 == 1 else 2)) -%}
    {%- endfor -%}
    case
        when {{ matches_fully(digits, '[0-9]{13}') }}
            then case
                when cast(substr({{ digits }}, 1, 1) as integer) = 9 - ({{ places | join(' + ') }}) % 9
                    then {{ digits }}
            end
    end
{%- endmacro %}

{# what reviewers may see of a normalised e-mail address: t***@acme.example #}
{% macro masked_email(expr) -%}
    substr({{ expr }}, 1, 1) || '***@' || coalesce({{ mail_domain(expr) }}, '***')
{%- endmacro %}

{# One round of label propagation over a graph whose nodes are labels (hashes: in their order a chain of merges is no
   chain). Each label hooks onto its least neighbour, then jumps to its parent's parent until trees of depth 8 are flat.
   Grain: one row per edge between two labels; *_parent is the label's new label, and the next round's edges.
   A label is gone once nothing joins it to another: rounds shrink fast. #}
{% macro label_round(relation, left, right, condition=none) -%}
with edges as (
    select
        least({{ left }}, {{ right }}) as left_key,
        greatest({{ left }}, {{ right }}) as right_key
    from {{ relation }}
    where {{ left }} <> {{ right }}{% if condition %} and {{ condition }}{% endif %}
    group by 1, 2
),

neighbours as (
    select left_key as label, right_key as neighbour from edges
    union all
    select right_key as label, left_key as neighbour from edges
),

jumps_1 as (
    select label, least(label, min(neighbour)) as parent
    from neighbours
    group by label
),
{% for depth in [2, 4, 8] %}
jumps_{{ depth }} as (
    select jumps.label, parents.parent
    from jumps_{{ depth // 2 }} as jumps
    inner join jumps_{{ depth // 2 }} as parents on jumps.parent = parents.label
),
{% endfor %}
final as (
    select
        edges.left_key,
        edges.right_key,
        lefts.parent as left_parent,
        rights.parent as right_parent
    from edges
    inner join jumps_8 as lefts on edges.left_key = lefts.label
    inner join jumps_8 as rights on edges.right_key = rights.label
)

select * from final
{%- endmacro %}

{# from-clause item: (label, parent) of a round #}
{% macro round_labels(round) -%}
(
    select left_key as label, left_parent as parent from {{ round }}
    union
    select right_key as label, right_parent as parent from {{ round }}
)
{%- endmacro %}

{# Joins that follow a label through the rounds; `final_label` reads where it ends. #}
{% macro follow_rounds(node_key, rounds) -%}
    {%- for round in rounds %}
    left join {{ round_labels(round) }} as round_{{ loop.index }}
        on {% if loop.first %}{{ node_key }}{% else %}round_{{ loop.index0 }}.parent{% endif %} = round_{{ loop.index }}.label
    {%- endfor %}
{%- endmacro %}

{% macro final_label(node_key, rounds) -%}
    coalesce({% for n in range(rounds | length, 0, -1) %}round_{{ n }}.parent, {% endfor %}{{ node_key }})
{%- endmacro %}
