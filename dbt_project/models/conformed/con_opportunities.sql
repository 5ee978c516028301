-- One row per opportunity: whose it is, where it stands, when and for how much it was won.
with facts as (
    select * from {{ ref('opportunity_facts') }}
),

primary_cycles as (
    select opportunity_id, lead_id, person_key from {{ ref('cycle_opportunities') }} where is_primary
),

dated as (
    select
        facts.*,
        primary_cycles.lead_id,
        primary_cycles.person_key,
        {{ business_date('facts.fs_accepted_at') }} as fs_accepted_on,
        {{ business_date('facts.closed_at') }} as closed_on,
        case when facts.stage_code = 'won' then facts.closed_at end as won_at,
        case when facts.stage_code = 'won' then {{ business_date('facts.closed_at') }} end as won_on
    from facts
    left join primary_cycles on facts.opportunity_id = primary_cycles.opportunity_id
),

final as (
    select
        dated.opportunity_id,
        dated.source_system,
        dated.crm_opportunity_id,
        accounts.account_key,
        dated.person_key,
        dated.lead_id,
        dated.stage,
        dated.stage_code,
        dated.opportunity_type,
        dated.lead_source,
        dated.campaign_id,
        dated.owner_id,
        dated.amount,
        dated.currency,
        cast(dated.amount * {{ base_rate('dated.currency', 'rates.rate_to_base') }} as decimal(18, 2)) as amount_base,
        dated.close_on,
        dated.created_at,
        dated.created_on,
        dated.fs_accepted_at,
        dated.fs_accepted_on,
        valid.is_valid_opportunity,
        dated.closed_at,
        dated.closed_on,
        dated.won_at,
        dated.won_on,
        dated.stage_code in ('won', 'lost') as is_closed,
        dated.stage_code = 'won' as is_won,
        dated.loss_reason,
        dated.competitor,
        dated.removed_as is null and coalesce(countable.is_countable, true) as is_countable,
        coalesce(dated.removed_as, countable.exclusion_reason) as exclusion_reason,
        dated.removed_at
    from dated
    inner join {{ ref('valid_opportunities') }} as valid on dated.opportunity_id = valid.opportunity_id
    left join {{ ref('account_records') }} as accounts
        on dated.source_system = accounts.source_system
        and accounts.record_type = 'crm_account'
        and dated.crm_account_id = accounts.record_id
    left join {{ ref('countable_people') }} as countable on dated.person_key = countable.person_key
    left join {{ ref('fx_rates') }} as rates
        on lower(dated.currency) = lower(rates.currency)
        and {{ in_force('rates', 'coalesce(dated.won_on, dated.created_on, dated.as_of_on)') }}
)

select * from final
