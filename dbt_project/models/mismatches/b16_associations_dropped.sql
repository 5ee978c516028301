-- Open opportunities whose every contact role is gone.
with roles as (
    select source_system, crm_opportunity_id, count(*) as role_cnt
    from {{ ref('crm_contact_role') }}
    group by source_system, crm_opportunity_id
    having bool_and(coalesce(is_deleted, false))
),

final as (
    select
        'opportunity' as subject_type,
        opportunities.opportunity_id as subject_id,
        null as ma_record_id,
        opportunities.crm_opportunity_id as crm_record_id,
        null as ma_value,
        'roles gone: ' || cast(roles.role_cnt as {{ dbt.type_string() }}) as crm_value,
        '' as detail,
        null as amount_at_stake,
        opportunities.created_at as occurred_at
    from {{ ref('con_opportunities') }} as opportunities
    inner join roles
        on opportunities.source_system = roles.source_system and opportunities.crm_opportunity_id = roles.crm_opportunity_id
    where not opportunities.is_closed and opportunities.is_countable
)

select * from final
