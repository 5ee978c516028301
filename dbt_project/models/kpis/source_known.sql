{# New leads of whom we know the channel they came by. #}
with leads as (
    select * from {{ ref('lead_new') }} where view = 'shared'
),

people as (
    select person_key, channel from {{ ref('con_people') }}
),

final as (
    select
        leads.subject_type,
        leads.subject_id,
        leads.view,
        leads.member,
        leads.counted_on,
        cast(null as date) as converted_on,
        {{ counts_when("people.channel <> 'unknown'") }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        true as is_mature
    from leads
    join people on leads.subject_id = people.person_key
)

select * from final
