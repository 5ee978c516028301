{# Opportunities whose record in the CRM says won, whatever its history says, on the record's close date, with its amount at that day's rate. #}
with opportunities as (
    select opportunity_id, source_system, crm_opportunity_id, is_countable, exclusion_reason, removed_at, is_won, amount_base as shared_amount
    from {{ ref('con_opportunities') }}
),

mapping as (
    select * from {{ ref('opportunity_stages') }}
),

records as (
    select
        records.*,
        coalesce(records.close_on, {{ business_date('records.closed_at') }}) as closes_on,
        {{ opportunity_stage_code('mapping', 'records', 'true') }} as record_code
    from {{ ref('crm_opportunity') }} as records
    left join mapping on records.source_system = mapping.source_system and lower(records.stage) = mapping.source_value
),

final as (
    select
        opportunities.*,
        records.closes_on,
        cast(records.amount * {{ base_rate('records.currency', 'rates.rate_to_base') }} as decimal(18, 2)) as amount
    from opportunities
    join records
        on opportunities.source_system = records.source_system
            and opportunities.crm_opportunity_id = records.crm_opportunity_id
            and records.record_code = 'won'
    left join {{ ref('fx_rates') }} as rates
        on lower(records.currency) = lower(rates.currency)
            and {{ in_force('rates', 'records.closes_on') }}
)

select * from final
