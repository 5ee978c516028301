{# Leads in inside sales's hands: handed-over lead cycles from the day they came in until the day they left. #}
with leads as (
    select lead_id from {{ ref('lead_facts') }} where is_countable and handed_over_on is not null
),

stays as (
    select lead_id, entered_on, left_on
    from {{ ref('relay_handoffs') }}
    where boundary = 'B1' and out_at is not null and in_at is not null
),

final as (
    select
        'lead_cycle' as subject_type,
        leads.lead_id as subject_id,
        'shared' as view,
        '' as member,
        stays.entered_on as in_from,
        stays.left_on as in_to,
        cast(1 as decimal(18, 2)) as amount
    from leads
    join stays on leads.lead_id = stays.lead_id
    where stays.left_on is null or stays.entered_on < stays.left_on
)

select * from final
