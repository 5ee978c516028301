-- Opportunities in the hands of field sales, or won, that name nobody at the customer.
with roles as (
    select source_system, crm_opportunity_id, bool_or(not coalesce(is_deleted, false)) as has_live_role
    from {{ ref('crm_contact_role') }}
    group by source_system, crm_opportunity_id
),

systems_with_roles as (
    select source_system from roles group by source_system
),

late as (
    select
        opportunity_id, source_system, crm_opportunity_id, stage,
        coalesce(least(fs_accepted_at, won_at), created_at) as late_since
    from {{ ref('con_opportunities') }}
    where is_countable and stage_code in ('valid', 'won')
),

final as (
    select
        'opportunity' as subject_type,
        late.opportunity_id as subject_id,
        null as ma_record_id,
        late.crm_opportunity_id as crm_record_id,
        null as ma_value,
        late.stage || ', 0 roles' as crm_value,
        '' as detail,
        null as amount_at_stake,
        late.late_since as occurred_at
    from late
    inner join systems_with_roles on late.source_system = systems_with_roles.source_system
    cross join {{ ref('run_parameters') }} as run_parameters
    left join roles
        on late.source_system = roles.source_system and late.crm_opportunity_id = roles.crm_opportunity_id
    where not coalesce(roles.has_live_role, false)
        and {{ add_seconds('late.late_since', '3600 * ' ~ mismatch_tolerance('d01_hours')) }} < run_parameters.as_of
)

select * from final
