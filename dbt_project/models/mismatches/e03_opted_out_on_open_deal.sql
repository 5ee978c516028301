-- Open opportunities whose primary contact refuses marketing mail.
with primary_roles as (
    select *
    from {{ ref('crm_contact_role') }}
    where not coalesce(is_deleted, false)
    qualify row_number() over (
        partition by source_system, crm_opportunity_id
        order by coalesce(is_primary, false) desc, created_at nulls last, role_id nulls last
    ) = 1
),

opt_outs as (
    select
        person_key,
        min(opted_out_at) over (partition by person_key) as opted_out_at,
        'opted out' || coalesce(' ' || cast(min(opted_out_at) over (partition by person_key) as {{ dbt.type_string() }}), '') as refusal,
        case when record_type = 'ma_person' then record_id end as ma_id
    from {{ ref('opted_out_records') }}
    qualify row_number() over (
        partition by person_key order by case when record_type = 'ma_person' then 0 else 1 end, created_at nulls last, record_id nulls last
    ) = 1
),

final as (
    select
        'opportunity' as subject_type,
        opportunities.opportunity_id as subject_id,
        opt_outs.ma_id as ma_record_id,
        opportunities.crm_opportunity_id as crm_record_id,
        case when opt_outs.ma_id is not null then opt_outs.refusal end as ma_value,
        case when opt_outs.ma_id is not null then opportunities.stage else opportunities.stage || '; ' || opt_outs.refusal end as crm_value,
        '' as detail,
        null as amount_at_stake,
        greatest(opportunities.created_at, opt_outs.opted_out_at) as occurred_at
    from {{ ref('con_opportunities') }} as opportunities
    inner join primary_roles
        on opportunities.source_system = primary_roles.source_system
        and opportunities.crm_opportunity_id = primary_roles.crm_opportunity_id
    inner join {{ ref('person_records') }} as persons
        on primary_roles.source_system = persons.source_system
        and persons.record_type = 'crm_contact'
        and primary_roles.crm_contact_id = persons.record_id
    inner join opt_outs on persons.person_key = opt_outs.person_key
    where opportunities.is_countable and opportunities.stage_code in ('open', 'valid')
)

select * from final
