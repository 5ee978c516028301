-- What was written, after its month had been closed, as having happened in that month.
with closes as (
    select
        'opportunity' as subject_type, opportunities.opportunity_id as subject_id, opportunities.crm_opportunity_id as crm_record_id,
        history.close_on as happened_on, changes.changed_at as written_at, 'close' as detail
    from {{ ref('con_opportunities') }} as opportunities
    inner join {{ ref('opportunity_changes') }} as changes
        on opportunities.source_system = changes.source_system
        and opportunities.crm_opportunity_id = changes.crm_opportunity_id
        and opportunities.closed_at = changes.changed_at
        and changes.stage_code in ('won', 'lost')
    inner join {{ ref('crm_opportunity_history') }} as history
        on changes.source_system = history.source_system and changes.history_id = history.history_id
    where opportunities.is_countable
),

done as (
    select
        'person' as subject_type, persons.person_key as subject_id, activities.activity_id as crm_record_id,
        {{ business_date('activities.occurred_at') }} as happened_on, activities.created_at as written_at, 'activity' as detail
    from {{ ref('crm_activity') }} as activities
    cross join {{ ref('run_parameters') }} as run_parameters
    left join {{ ref('person_records') }} as persons
        on activities.source_system = persons.source_system
        and persons.record_type = case when activities.crm_lead_id is not null then 'crm_lead' else 'crm_contact' end
        and coalesce(activities.crm_lead_id, activities.crm_contact_id) = persons.record_id
    left join {{ ref('countable_people') }} as countable on persons.person_key = countable.person_key
    where coalesce(countable.is_countable, true) and not coalesce(activities.is_deleted, false) and activities.created_at <= run_parameters.as_of
),

acceptances as (
    select
        'contract' as subject_type, contracts.contract_id as subject_id, contracts.source_contract_id as crm_record_id,
        {{ business_date('records.accepted_at') }} as happened_on, records.created_at as written_at, 'acceptance' as detail
    from {{ ref('con_contracts') }} as contracts
    inner join {{ ref('cs_contract') }} as records
        on contracts.source_system = records.source_system and contracts.source_contract_id = records.contract_id
    cross join {{ ref('run_parameters') }} as run_parameters
    where not contracts.is_deleted and records.created_at <= run_parameters.as_of
),

events as (
    select *, {{ business_date('written_at') }} as written_on from closes
    union all
    select *, {{ business_date('written_at') }} from done
    union all
    select *, {{ business_date('written_at') }} from acceptances
),

final as (
    select
        subject_type,
        subject_id,
        cast(null as {{ dbt.type_string() }}) as ma_record_id,
        crm_record_id,
        case subject_type when 'opportunity' then 'crm_opportunity' when 'contract' then 'cs_contract' else 'crm_activity' end as crm_table,
        cast(null as {{ dbt.type_string() }}) as ma_value,
        'dated ' || cast(happened_on as {{ dbt.type_string() }}) || ', written ' || cast(written_on as {{ dbt.type_string() }}) as crm_value,
        detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        written_at as occurred_at
    from events
    where written_on > {{ add_days('last_day(happened_on)', mismatch_tolerance('c14_close_days')) }}
)

select * from final
