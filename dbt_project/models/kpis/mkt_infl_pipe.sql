{# Pipeline that marketing touched: opening amounts of opportunities whose person responded within the window before. Never added to the
   sourced pipeline. #}
with opportunities as (
    select opportunities.*, openings.opening_amount_base
    from {{ ref('con_opportunities') }} as opportunities
    join {{ ref('opportunity_openings') }} as openings on opportunities.opportunity_id = openings.opportunity_id
    where opportunities.is_countable and opportunities.created_on is not null and openings.opening_amount_base is not null
),

responses as (
    select person_key, occurred_at, occurred_on from {{ ref('responses') }} where is_countable
),

influenced as (
    select distinct opportunities.opportunity_id
    from opportunities
    join responses on opportunities.person_key = responses.person_key and responses.occurred_at <= opportunities.created_at
    join {{ named_window('influence') }} as windows on {{ in_force('windows', 'opportunities.created_on') }}
    where opportunities.created_on <= {{ add_days('responses.occurred_on', 'windows.days') }}
),

final as (
    select
        'opportunity' as subject_type,
        opportunities.opportunity_id as subject_id,
        'shared' as view,
        '' as member,
        opportunities.created_on as counted_on,
        cast(opportunities.opening_amount_base as decimal(18, 2)) as numerator
    from opportunities
    join influenced on opportunities.opportunity_id = influenced.opportunity_id
)

select * from final
