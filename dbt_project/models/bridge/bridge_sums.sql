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
        lines.line_no,
        days.day_no,
        entries.amount,
        entries.row_cnt
        {%- for segment in kpi_segments() %},
        coalesce(segments.{{ segment }}, '(none)') as {{ segment }}
        {%- endfor %}
    from entries
    join {{ ref('bridge_lines') }} as lines
        on entries.kpi_code = lines.kpi_code
            and entries.component = lines.component
            and entries.side = lines.side
            and entries.reason = lines.reason
    join {{ ref('kpi_days') }} as days on entries.counted_on = days.date_on
    left join {{ ref('subject_segments') }} as segments
        on entries.subject_type = segments.subject_type and entries.subject_id = segments.subject_id
),

numbered as (
    select {{ (['line_no', 'day_no', 'amount', 'row_cnt'] + joined_segment_numbers()) | join(', ') }}
    from segmented
    {{- join_segment_numbers('segmented') }}
),

final as (
    select
        line_no,
        day_no as period_no,
        {{ segment_number() }} as segment_no,
        cast(sum(row_cnt) as bigint) as row_cnt,
        cast(sum(amount) as decimal(28, 2)) as amount
    from numbered
    {{ by_segment(['line_no', 'day_no']) }}
)

select * from final
