-- Closes whose date the CRM took from the clock in London: the UTC date of the instant, not the business date.
with closes as (
    select
        opportunities.opportunity_id,
        opportunities.crm_opportunity_id,
        opportunities.close_on,
        opportunities.closed_at,
        opportunities.closed_on
    from {{ ref('con_opportunities') }} as opportunities
    inner join {{ ref('opportunity_facts') }} as facts
        on opportunities.opportunity_id = facts.opportunity_id and not coalesce(facts.is_closed_by_record, false)
    where opportunities.is_closed and opportunities.is_countable
),

recorded as (
    select opportunities.opportunity_id, opportunities.crm_opportunity_id, opportunities.close_on, records.closed_at,
        {{ business_date('records.closed_at') }} as closed_on
    from {{ ref('con_opportunities') }} as opportunities
    inner join {{ ref('opportunity_facts') }} as facts
        on opportunities.opportunity_id = facts.opportunity_id and facts.is_closed_by_record
    inner join {{ ref('crm_opportunity') }} as records
        on opportunities.source_system = records.source_system and opportunities.crm_opportunity_id = records.crm_opportunity_id
    where opportunities.is_closed and opportunities.is_countable and records.closed_at is not null
),

told as (
    select * from closes
    union all
    select * from recorded
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        null as ma_record_id,
        crm_opportunity_id as crm_record_id,
        null as ma_value,
        cast(close_on as {{ dbt.type_string() }}) || ' for ' || cast(closed_on as {{ dbt.type_string() }}) as crm_value,
        '' as detail,
        null as amount_at_stake,
        closed_at as occurred_at
    from told
    where close_on = cast(closed_at as date) and close_on <> closed_on
)

select * from final
