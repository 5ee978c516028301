-- Marts that have more, fewer or other rows than what they are made of.
with compared as (
    select 'leads' as mart, 'rows' as measure,
        (select cast(count(*) as decimal(28, 2)) from {{ ref('leads') }}) as in_mart,
        (select cast(count(*) as decimal(28, 2)) from {{ ref('lead_cycles') }}) as in_source
    union all
    select 'opportunities', 'amount_base',
        (select cast(coalesce(sum(amount_base), 0) as decimal(28, 2)) from {{ ref('opportunities') }}),
        (select cast(coalesce(sum(amount_base), 0) as decimal(28, 2)) from {{ ref('con_opportunities') }})
    union all
    select 'people', 'rows',
        (select cast(count(*) as decimal(28, 2)) from {{ ref('people') }}),
        (select cast(count(*) as decimal(28, 2)) from {{ ref('seen_people') }})
    union all
    select 'accounts', 'rows',
        (select cast(count(*) as decimal(28, 2)) from {{ ref('accounts') }}),
        (select cast(count(*) as decimal(28, 2)) from {{ ref('con_accounts') }})
    union all
    select 'stage_events', 'rows',
        (select cast(count(*) as decimal(28, 2)) from {{ ref('stage_events') }}),
        (select cast(count(*) as decimal(28, 2)) from {{ ref('con_stage_events') }})
    union all
    select 'handoffs', 'rows',
        (select cast(count(*) as decimal(28, 2)) from {{ ref('handoffs') }}),
        (select cast(count(*) as decimal(28, 2)) from {{ ref('relay_classified') }})
    union all
    select 'won_amt', 'amount',
        (
            select cast(coalesce(sum(numerator), 0) as decimal(28, 2))
            from {{ ref('kpi_values') }}
            where kpi_code = 'won_amt' and view = 'shared' and grain = 'month' and segment = 'all'
        ),
        (
            select cast(coalesce(sum(opportunities.amount_base), 0) as decimal(28, 2))
            from {{ ref('con_opportunities') }} as opportunities
            join {{ ref('con_calendar') }} as calendar on opportunities.won_on = calendar.date_on
            where opportunities.is_countable
        )
),

final as (
    select
        'mart' as subject_type,
        mart as subject_id,
        null as ma_record_id,
        null as crm_record_id,
        null as ma_value,
        cast(in_mart as {{ dbt.type_string() }}) || ' for ' || cast(in_source as {{ dbt.type_string() }}) as crm_value,
        mart || ' ' || measure as detail,
        null as amount_at_stake,
        null as occurred_at
    from compared
    where in_mart <> in_source
)

select * from final
