-- Deals that were entered after the fact: won on the day of their creation, or before field sales accepted them.
with won as (
    select
        opportunities.*,
        records.fs_accepted_at as recorded_accepted_at,
        -- of a close without time the day alone is known: who accepted on that day may have done so before
        records.closed_at is null and coalesce(facts.is_closed_by_record, false) as is_closed_by_date
    from {{ ref('con_opportunities') }} as opportunities
    inner join {{ ref('crm_opportunity') }} as records
        on opportunities.source_system = records.source_system
        and opportunities.crm_opportunity_id = records.crm_opportunity_id
    inner join {{ ref('opportunity_facts') }} as facts on opportunities.opportunity_id = facts.opportunity_id
    left join {{ ref('origins') }} as origins
        on origins.object = 'opportunity_type' and lower(opportunities.opportunity_type) = origins.source_value
    where opportunities.is_countable and opportunities.is_won and origins.origin is distinct from 'existing'
),

found as (
    select *, 'same_day' as detail from won where won_on = created_on
    union all
    select *, 'before_accepted' as detail
    from won
    where won_at < recorded_accepted_at
        and not (is_closed_by_date and won_on = {{ business_date('recorded_accepted_at') }})
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        null as ma_record_id,
        crm_opportunity_id as crm_record_id,
        null as ma_value,
        case
            when detail = 'same_day' then 'created and won ' || cast(won_on as {{ dbt.type_string() }})
            else 'won ' || cast(won_on as {{ dbt.type_string() }}) || ', accepted '
                || cast({{ business_date('recorded_accepted_at') }} as {{ dbt.type_string() }})
        end as crm_value,
        detail,
        null as amount_at_stake,
        won_at as occurred_at
    from found
)

select * from final
