{# Every rule of the catalogue as its YAML says, and whether it is evaluated in this run. #}
{% for group in mismatch_list() if group != 'h' -%}
-- depends_on: {{ ref('mismatch_group_' ~ group) }}
{% endfor %}
-- depends_on: {{ ref('mismatch_tolerances_in_force') }}
-- depends_on: {{ ref('bi_measures') }}

with described as (
    {{ mismatch_definition_rows() }}
),

pairs as (
    select described.rule_code, bool_or(cutoffs.is_stale) as is_stale
    from described
    inner join {{ ref('mismatch_cutoffs') }} as cutoffs
        on {{ contains('described.systems', 'cutoffs.one') }} and {{ contains('described.systems', 'cutoffs.other') }}
    group by described.rule_code
),

asked as (
    select
        described.*,
        coalesce(pairs.is_stale, false) as is_suppressed,
        case
            when described.availability = 'available' and {{ contains('described.systems', "','") }} and pairs.rule_code is null
                then 'not applicable: needs records of both systems (' || described.systems || ')'
            else described.availability
        end as rule_availability
    from described
    left join pairs on described.rule_code = pairs.rule_code
),

final as (
    select
        asked.rule_code,
        asked.name_ja,
        asked.name_en,
        asked.level,
        asked.severity,
        asked.team,
        asked.rule_ja,
        asked.rule_en,
        asked.action_ja,
        asked.action_en,
        asked.blocks,
        asked.systems,
        asked.transit,
        asked.tolerance,
        asked.sql_path,
        asked.rule_availability as availability,
        asked.is_suppressed,
        asked.rule_availability = 'available' and not asked.is_suppressed as is_evaluated
    from asked
)

select * from final
