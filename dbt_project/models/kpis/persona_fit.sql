{# Handed-over lead cycles whose person is of a persona that we want. #}
with leads as (
    select * from {{ ref('lead_facts') }} where is_countable and handed_over_on is not null
),

personas as (
    select person_key, is_target from {{ ref('personas') }}
),

final as (
    select
        'lead_cycle' as subject_type,
        leads.lead_id as subject_id,
        'shared' as view,
        '' as member,
        leads.handed_over_on as counted_on,
        cast(null as date) as converted_on,
        {{ counts_when('personas.is_target') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        true as is_mature
    from leads
    left join personas on leads.person_key = personas.person_key
)

select * from final
