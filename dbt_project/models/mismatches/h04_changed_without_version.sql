{# Definitions that are built otherwise than definitions.lock signed for their version: the run names them, comma-separated. #}
{%- set names = env_var('TASUKI_UNSIGNED_DEFINITIONS', '').split(',') | select | list %}
with unsigned as (
    {%- for name in names or [''] %}
    select '{{ name }}' as name {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        'kpi' as subject_type,
        unsigned.name as subject_id,
        null as ma_record_id,
        null as crm_record_id,
        null as ma_value,
        null as crm_value,
        unsigned.name as detail,
        null as amount_at_stake,
        run_parameters.as_of as occurred_at
    from unsigned
    cross join {{ ref('run_parameters') }} as run_parameters
    where unsigned.name <> ''
)

select * from final
