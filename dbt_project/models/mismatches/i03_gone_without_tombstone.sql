-- Records that are alive here although the source's full list of keys does not name them, and nothing said that they were deleted.
with keys as (
    select table_name, record_id, listed_at from {{ ref('record_key') }}
),

-- a record that a merge names as its loser is known to be gone
alive as (
    select 'ma_person' as table_name, persons.source_system, persons.ma_id as record_id, persons.created_at
    from {{ ref('ma_person') }} as persons
    left join (select distinct source_system, loser_id from {{ ref('ma_merge') }}) as merges
        on persons.source_system = merges.source_system and persons.ma_id = merges.loser_id
    where not coalesce(persons.is_deleted, false) and merges.loser_id is null
    union all
    select 'crm_lead', source_system, crm_lead_id, created_at from {{ ref('crm_lead') }} where not coalesce(is_deleted, false)
    union all
    select 'crm_contact', source_system, crm_contact_id, created_at from {{ ref('crm_contact') }} where not coalesce(is_deleted, false)
    union all
    select 'crm_account', source_system, crm_account_id, created_at from {{ ref('crm_account') }} where not coalesce(is_deleted, false)
    union all
    select 'crm_opportunity', source_system, crm_opportunity_id, created_at from {{ ref('crm_opportunity') }} where not coalesce(is_deleted, false)
),

matched as (
    select alive.*, keys.record_id is not null as is_listed
    from alive
    inner join (select table_name from keys group by table_name) as listed_tables on alive.table_name = listed_tables.table_name
    left join keys on alive.table_name = keys.table_name and alive.record_id = keys.record_id
),

-- a list does not say whose it is: it is of the system of which it names a record
listed_systems as (
    select table_name, source_system from matched where is_listed group by table_name, source_system
),

lists as (
    select table_name, max(listed_at) as listed_at from keys group by table_name
),

final as (
    select
        replace(replace(matched.table_name, 'crm_', ''), 'ma_', '') as subject_type,
        null as subject_id,
        case when matched.table_name = 'ma_person' then matched.record_id end as ma_record_id,
        case when matched.table_name <> 'ma_person' then matched.record_id end as crm_record_id,
        matched.table_name as crm_table,
        case when matched.table_name = 'ma_person' then 'not in the list of keys' end as ma_value,
        case when matched.table_name <> 'ma_person' then 'not in the list of keys' end as crm_value,
        '' as detail,
        null as amount_at_stake,
        least(lists.listed_at, run_parameters.as_of) as occurred_at
    from matched
    cross join {{ ref('run_parameters') }} as run_parameters
    inner join listed_systems
        on matched.table_name = listed_systems.table_name and matched.source_system = listed_systems.source_system
    inner join lists on matched.table_name = lists.table_name
    where not matched.is_listed
        and {{ add_seconds('matched.created_at', '3600 * ' ~ mismatch_tolerance('i03_hours')) }} < lists.listed_at
)

select * from final
