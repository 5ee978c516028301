{# One row per opportunity. Its name stays behind: it may hold a person's. #}
with opportunities as (
    select * from {{ ref('con_opportunities') }}
),

final as (
    select
        opportunities.opportunity_id,
        opportunities.source_system,
        opportunities.crm_opportunity_id,
        opportunities.account_key,
        opportunities.person_key,
        opportunities.lead_id,
        opportunities.stage,
        opportunities.stage_code,
        opportunities.opportunity_type,
        opportunities.lead_source,
        opportunities.campaign_id,
        opportunities.owner_id,
        opportunities.amount,
        opportunities.currency,
        opportunities.amount_base,
        opportunities.close_on,
        opportunities.created_at,
        opportunities.created_on,
        opportunities.fs_accepted_at,
        opportunities.fs_accepted_on,
        opportunities.is_valid_opportunity,
        opportunities.closed_at,
        opportunities.closed_on,
        opportunities.won_at,
        opportunities.won_on,
        opportunities.is_closed,
        opportunities.is_won,
        opportunities.loss_reason,
        opportunities.competitor,
        opportunities.is_countable,
        opportunities.exclusion_reason
    from opportunities
)

select * from final
