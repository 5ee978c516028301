{# Qualified opportunities of held meetings as the teams count them: for sales a meeting whose opportunity was removed from the CRM never was;
   marketing counts what the shared view counts. #}
with shared as (
    select * from {{ ref('valid_opp_rate') }}
),

removed as (
    select meeting_id from {{ ref('meetings_of_removed') }}
),

sides as (
    select 'marketing' as side, shared.* from shared
    union all
    select 'sales', shared.* from shared where subject_id not in (select meeting_id from removed)
),

final as (
    select
        subject_type, subject_id, side as view, member, counted_on, converted_on, numerator, denominator, is_mature, subject_id as row_id,
        {{ bridge_no_record() }}
    from sides
)

select * from final
