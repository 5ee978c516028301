{# Rejection as the teams count it: marketing what came back with a reason, sales also what it disqualified, called or not. #}
with shared as (
    select * from {{ ref('reject_rate') }}
),

rejected as (
    select lead_id, has_reason from {{ ref('rejected_leads') }}
),

disqualified as (
    select distinct lead_id from {{ ref('con_stage_events') }} where stage = 'disqualified' and subject_type = 'lead_cycle'
),

judged as (
    select
        shared.*,
        coalesce(rejected.has_reason, false) as is_given_back_with_reason,
        shared.numerator = 1 or disqualified.lead_id is not null as is_turned_down,
        disqualified.lead_id is not null as is_disqualified
    from shared
    left join rejected on shared.subject_id = rejected.lead_id
    left join disqualified on shared.subject_id = disqualified.lead_id
),

sides as (
    select 'marketing' as side, judged.*, is_given_back_with_reason as is_counted from judged
    union all
    select 'sales', judged.*, is_turned_down from judged
),

final as (
    select
        subject_type,
        subject_id,
        side as view,
        member,
        counted_on,
        converted_on,
        {{ counts_when('is_counted') }} as numerator,
        denominator,
        is_mature,
        subject_id as row_id,
        {{ bridge_no_record({"'disqualified'": 'is_disqualified'}) }}
    from sides
)

select * from final
