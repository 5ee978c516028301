{# Where the shared number is another under today's definition or thresholds: as it was and as it is now. Of a KPI with variants the one that is
   bridged, else the first; the median's subjects are those of the other statistics too. Of a share of subjects those above the line are the count. #}
with final as (
    {%- for component in ['numerator', 'denominator'] %}
    select
        changed.kpi_code, changed.grain, changed.period_start, changed.segment, changed.segment_value, '{{ component }}' as component,
        {%- for column, side in {'shared': 'as_was_', 'now': ''}.items() %}
        {%- if component == 'numerator' %}
        cast(round(coalesce(case
            when definitions.unit = '%' and (changed.basis = 'cohort' or changed.{{ side }}denominator = changed.{{ side }}n) then changed.{{ side }}numerator
            else changed.{{ side }}n
        end, 0)) as bigint) as {{ column }}_count,
        {%- else %}
        coalesce(changed.{{ side }}n, 0) as {{ column }}_count,
        {%- endif %}
        coalesce(changed.{{ side }}{{ component }}, 0) as {{ column }}_amount{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('kpi_values_redefined') }} as changed
    join {{ ref('kpi_definitions') }} as definitions
        on changed.kpi_code = definitions.kpi_code
            and changed.basis = definitions.kind
            and changed.member = case changed.kpi_code {% for code in bridged_kpis() %}when '{{ code }}' then '{{ bridge_member(code) }}' {% endfor %}else definitions.first_member end
    where changed.definition_basis = 'as_now'
        and changed.view = 'shared'
        and changed.statistic <> 'p90'
        and changed.{{ component }}_difference <> 0
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor %}
)

select * from final
