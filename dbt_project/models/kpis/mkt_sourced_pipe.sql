{# Pipeline that marketing began, by three definitions side by side: the lead was handed over before the opportunity, the opportunity's lead
   source says so, marketing knew the person first. Opening amounts; the three are never added up. #}
with opportunities as (
    select opportunities.*, openings.opening_amount_base
    from {{ ref('con_opportunities') }} as opportunities
    join {{ ref('opportunity_openings') }} as openings on opportunities.opportunity_id = openings.opportunity_id
    where opportunities.is_countable and opportunities.created_on is not null and openings.opening_amount_base is not null
),

leads as (
    select lead_id, handed_over_at from {{ ref('lead_facts') }} where handed_over_at is not null
),

marketing_sources as (
    select source_value from {{ ref('origins') }} where object = 'lead_source' and origin = 'relay'
),

first_ma_records as (
    select person_key, min(created_at) as created_at from {{ ref('person_records') }} where record_type = 'ma_person' group by person_key
),

members as (
    select opportunities.*, 'handoff' as member
    from opportunities
    join leads on opportunities.lead_id = leads.lead_id and leads.handed_over_at <= opportunities.created_at

    union all

    select opportunities.*, 'lead_source'
    from opportunities
    join marketing_sources on lower({{ trimmed('opportunities.lead_source') }}) = marketing_sources.source_value

    union all

    select opportunities.*, 'first_touch'
    from opportunities
    join first_ma_records
        on opportunities.person_key = first_ma_records.person_key and first_ma_records.created_at <= opportunities.created_at
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        'shared' as view,
        member,
        created_on as counted_on,
        cast(opening_amount_base as decimal(18, 2)) as numerator
    from members
)

select * from final
