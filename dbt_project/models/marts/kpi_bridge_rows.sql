{# The bridge row by row: every record or subject that a team counts otherwise than the shared view, why, and what is known of it in both tools. #}
with differences as (
    select * from {{ ref('bridge_differences') }}
),

subject_records as (
    select * from {{ ref('bridge_subject_records') }}
),

segments as (
    select * from {{ ref('subject_segments') }}
),

final as (
    select
        differences.kpi_code,
        differences.component,
        differences.side,
        differences.reason,
        differences.subject_type,
        differences.subject_id,
        differences.source_system,
        differences.source_record_type,
        differences.source_record_id,
        case when differences.source_record_type = 'ma_person' then differences.source_record_id else subject_records.ma_record_id end as ma_record_id,
        case
            when differences.source_record_type in ('crm_lead', 'crm_opportunity') then differences.source_record_id
            else subject_records.crm_record_id
        end as crm_record_id,
        differences.counted_on,
        differences.amount,
        differences.row_cnt as count,
        {%- for segment in known_segments() %}
        coalesce(segments.{{ segment }}, '(none)') as {{ segment }}{{ ',' if not loop.last }}
        {%- endfor %}
    from differences
    left join subject_records
        on differences.subject_type = subject_records.subject_type and differences.subject_id = subject_records.subject_id
    left join segments on differences.subject_type = segments.subject_type and differences.subject_id = segments.subject_id
)

select * from final
