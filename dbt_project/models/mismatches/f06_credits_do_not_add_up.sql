-- Won amounts that the credits of a model of attribution do not add up to, and credits below nothing.
with won as (
    select subject_id as opportunity_id, numerator as amount
    from {{ ref('won_amt') }}
    where view = 'shared'
),

members as (
    select member from {{ ref('attribution_touches') }} group by member
),

credits as (
    select
        split_part(subject_id, '|', 1) as opportunity_id,
        member,
        cast(sum(numerator) as decimal(18, 2)) as credit,
        min(numerator) as least_credit
    from {{ ref('attr_rev') }}
    group by 1, 2
),

final as (
    select
        'opportunity' as subject_type,
        won.opportunity_id as subject_id,
        null as ma_record_id,
        opportunities.crm_opportunity_id as crm_record_id,
        'credits ' || cast(coalesce(credits.credit, 0) as {{ dbt.type_string() }}) as ma_value,
        'won ' || cast(won.amount as {{ dbt.type_string() }}) as crm_value,
        members.member as detail,
        null as amount_at_stake,
        opportunities.won_at as occurred_at
    from won
    cross join members
    inner join {{ ref('con_opportunities') }} as opportunities on won.opportunity_id = opportunities.opportunity_id
    left join credits on won.opportunity_id = credits.opportunity_id and members.member = credits.member
    where coalesce(credits.credit, 0) <> won.amount or credits.least_credit < 0
)

select * from final
