-- Contact roles beyond the first of a contact, and primary ones beyond the first: whatever joins on them counts the amount again.
with roles as (
    select *
    from {{ ref('crm_contact_role') }}
    where not coalesce(is_deleted, false)
),

numbered as (
    select
        *,
        first_value(role_id) over (
            partition by source_system, crm_opportunity_id, crm_contact_id order by created_at nulls last, role_id nulls last
        ) as first_of_contact,
        first_value(role_id) over (
            partition by source_system, crm_opportunity_id, coalesce(is_primary, false) order by created_at nulls last, role_id nulls last
        ) as first_of_rank
    from roles
),

final as (
    select
        'opportunity' as subject_type,
        opportunities.opportunity_id as subject_id,
        null as ma_record_id,
        opportunities.crm_opportunity_id as crm_record_id,
        null as ma_value,
        case
            when numbered.role_id <> numbered.first_of_contact then 'same contact as role ' || numbered.first_of_contact
            else 'primary beside role ' || numbered.first_of_rank
        end as crm_value,
        numbered.role_id as detail,
        null as amount_at_stake,
        numbered.created_at as occurred_at
    from numbered
    inner join {{ ref('con_opportunities') }} as opportunities
        on numbered.source_system = opportunities.source_system
        and numbered.crm_opportunity_id = opportunities.crm_opportunity_id
        and opportunities.is_countable
    where numbered.role_id <> numbered.first_of_contact
        or (numbered.is_primary and numbered.role_id <> numbered.first_of_rank)
)

select * from final
