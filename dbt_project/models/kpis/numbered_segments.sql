{# Every segment and value that is counted or has a target, with a number; the total has 0. #}
with found as (
    {% for segment in kpi_segments() -%}
    select '{{ segment }}' as segment, {{ segment }} as segment_value from {{ ref('kpi_rows') }}
    union
    select '{{ segment }}', '(none)'
    union
    {% endfor -%}
    select segment, segment_value from {{ ref('kpi_targets') }}
    union
    select 'all', 'all'
),

final as (
    select
        segment,
        segment_value,
        case
            when segment = 'all' and segment_value = 'all' then 0
            else cast(row_number() over (order by segment nulls last, segment_value nulls last) as integer)
        end as segment_no
    from found
)

select * from final
