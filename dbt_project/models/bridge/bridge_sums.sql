{# What stands in the bridge, per day and segment: the two teams' numbers, the shared one, and the differences by reason. #}
with entries as (
    select kpi_code, component, side, side as reason, subject_type, subject_id, counted_on, amount, cast(1 as bigint) as row_cnt
    from {{ ref('bridge_team_rows') }}
    union all
    select kpi_code, component, 'shared', 'shared', subject_type, subject_id, counted_on, amount, 1
    from {{ ref('bridge_shared_rows') }}
    union all
    select kpi_code, component, side, reason, subject_type, subject_id, counted_on, amount, row_cnt
    from {{ ref('bridge_differences') }}
),

segmented as (
    select
        entries.*,
        {%- for segment in kpi_segments() %}
        coalesce(segments.{{ segment }}, '(none)') as {{ segment }}{{ ',' if not loop.last }}
        {%- endfor %}
    from entries
    left join {{ ref('subject_segments') }} as segments
        on entries.subject_type = segments.subject_type and entries.subject_id = segments.subject_id
),

{% set keys = ['kpi_code', 'component', 'side', 'reason', 'counted_on'] -%}
final as (
    select
        {{ keys | join(', ') }},
        {{ segment_columns() }},
        cast(sum(row_cnt) as bigint) as row_cnt,
        cast(sum(amount) as decimal(28, 2)) as amount
    from segmented
    {{ by_segment(keys) }}
)

select * from final
