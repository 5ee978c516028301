-- Whose opportunity it is: each lead that was converted into it, and the primary contact role (else the first). Of a conversion
-- the opportunity may be missing in the CRM. link_no 1 is the primary link.
with as_of as (
    select as_of from {{ ref('run_parameters') }}
),

conversions as (
    select
        source_system,
        converted_opportunity_id as crm_opportunity_id,
        person_key,
        crm_lead_id,
        converted_at,
        created_at as lead_created_at
    from {{ ref('cycle_leads') }}
    where converted_at is not null and converted_opportunity_id is not null
),

roles as (
    select role.source_system, role.crm_opportunity_id, role.crm_contact_id
    from {{ ref('crm_contact_role') }} as role
    cross join as_of
    where not coalesce(role.is_deleted, false)
        and (role.created_at is null or role.created_at <= as_of.as_of)
    qualify row_number() over (
        partition by role.source_system, role.crm_opportunity_id
        order by coalesce(role.is_primary, false) desc, role.created_at nulls last, role.role_id nulls last
    ) = 1
),

links as (
    select *, 1 as link_rank from conversions
    union all
    select
        roles.source_system,
        roles.crm_opportunity_id,
        persons.person_key,
        cast(null as {{ dbt.type_string() }}) as crm_lead_id,
        cast(null as timestamp) as converted_at,
        cast(null as timestamp) as lead_created_at,
        2 as link_rank
    from roles
    inner join {{ ref('person_records') }} as persons
        on roles.source_system = persons.source_system
        and persons.record_type = 'crm_contact'
        and roles.crm_contact_id = persons.record_id
),

final as (
    select
        {{ string_hash(['source_system', 'crm_opportunity_id']) }} as opportunity_id,
        source_system,
        crm_opportunity_id,
        person_key,
        crm_lead_id,
        converted_at,
        lead_created_at,
        row_number() over (
            partition by source_system, crm_opportunity_id
            order by link_rank, converted_at nulls last, crm_lead_id nulls last, person_key
        ) as link_no
    from links
    where person_key is not null
)

select * from final
