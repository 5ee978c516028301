-- Open opportunities of which nothing has been heard for long: neither a change of stage nor an activity that names them or their contacts.
with opened as (
    select *
    from {{ ref('con_opportunities') }}
    where is_countable and stage_code in ('open', 'valid')
),

contacts as (
    select opened.opportunity_id, opened.created_at, roles.source_system, roles.crm_contact_id
    from {{ ref('crm_contact_role') }} as roles
    inner join opened
        on roles.source_system = opened.source_system and roles.crm_opportunity_id = opened.crm_opportunity_id
    where not coalesce(roles.is_deleted, false)
    group by 1, 2, 3, 4
),

signs as (
    select opportunity_id, created_at as occurred_at from opened
    union all
    select opened.opportunity_id, changes.changed_at
    from {{ ref('opportunity_changes') }} as changes
    inner join opened
        on changes.source_system = opened.source_system and changes.crm_opportunity_id = opened.crm_opportunity_id
    cross join {{ ref('run_parameters') }} as run_parameters
    where changes.changed_at <= run_parameters.as_of
    union all
    select opened.opportunity_id, activities.occurred_at
    from {{ ref('activities_crm') }} as activities
    inner join opened
        on activities.source_system = opened.source_system and activities.crm_opportunity_id = opened.crm_opportunity_id
    union all
    select contacts.opportunity_id, activities.occurred_at
    from {{ ref('activities_crm') }} as activities
    inner join contacts
        on activities.source_system = contacts.source_system
        and activities.record_type = 'crm_contact'
        and activities.record_id = contacts.crm_contact_id
    where activities.occurred_at >= contacts.created_at
),

latest as (
    select opportunity_id, {{ business_date('max(occurred_at)') }} as last_on
    from signs
    group by opportunity_id
),

final as (
    select
        'opportunity' as subject_type,
        opened.opportunity_id as subject_id,
        null as ma_record_id,
        opened.crm_opportunity_id as crm_record_id,
        null as ma_value,
        opened.stage || ', ' || cast(latest.last_on as {{ dbt.type_string() }}) as crm_value,
        '' as detail,
        null as amount_at_stake,
        {{ business_day_start(add_days('latest.last_on', '1 + ' ~ mismatch_tolerance('d14_days'))) }} as occurred_at
    from opened
    inner join latest on opened.opportunity_id = latest.opportunity_id
    cross join {{ ref('run_parameters') }} as run_parameters
    where {{ days_between('latest.last_on', 'run_parameters.as_of_on') }} > {{ mismatch_tolerance('d14_days') }}
)

select * from final
