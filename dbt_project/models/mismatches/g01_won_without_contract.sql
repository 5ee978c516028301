-- Won opportunities that customer success has no contract for, once the tolerance of the handover has run out.
with contracts as (
    select contract_id from {{ ref('con_contracts') }} where not is_deleted
),

covered as (
    select links.opportunity_id
    from {{ ref('relay_b3_links') }} as links
    inner join contracts on links.contract_id = contracts.contract_id
    group by links.opportunity_id
),

final as (
    select
        'opportunity' as subject_type,
        opportunities.opportunity_id as subject_id,
        null as ma_record_id,
        opportunities.crm_opportunity_id as crm_record_id,
        null as ma_value,
        'won ' || cast(opportunities.won_on as {{ dbt.type_string() }}) || ', no contract' as crm_value,
        '' as detail,
        null as amount_at_stake,
        {{ add_seconds('opportunities.won_at', 'tolerances.hours * 3600') }} as occurred_at
    from {{ ref('con_opportunities') }} as opportunities
    inner join {{ ref('relay_tolerances') }} as tolerances
        on tolerances.boundary = 'B3' and {{ in_force('tolerances', 'opportunities.won_on') }}
    left join covered on opportunities.opportunity_id = covered.opportunity_id
    where opportunities.is_countable and opportunities.is_won
        and covered.opportunity_id is null
        and {{ add_seconds('opportunities.won_at', 'tolerances.hours * 3600') }} <= {{ cross_system_cutoff('crm', 'cs') }}
)

select * from final
