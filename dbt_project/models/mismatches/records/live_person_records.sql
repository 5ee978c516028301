-- MA persons, CRM leads and CRM contacts that are there at as_of: created, not deleted, not the loser of a merge.
with as_of as (
    select as_of from {{ ref('run_parameters') }}
),

records as (
    select
        source_system, 'ma_person' as record_type, ma_id as record_id,
        is_deleted, coalesce(deleted_at, updated_at) as gone_at, cast(null as {{ dbt.type_string() }}) as master_record_id
    from {{ ref('ma_person') }}
    union all
    select source_system, 'crm_lead', crm_lead_id, is_deleted, coalesce(deleted_at, updated_at), master_record_id
    from {{ ref('crm_lead') }}
    union all
    select source_system, 'crm_contact', crm_contact_id, is_deleted, coalesce(deleted_at, updated_at), master_record_id
    from {{ ref('crm_contact') }}
),

ma_losers as (
    select source_system, 'ma_person' as record_type, loser_id as record_id
    from {{ ref('ma_merge') }}
    cross join as_of
    where merged_at is null or merged_at <= as_of
    group by source_system, loser_id
),

converted as (
    select source_system, 'crm_lead' as record_type, crm_lead_id as record_id from {{ ref('cycle_leads') }} where converted_at is not null
),

shared_mailboxes as (
    select local_part from {{ ref('shared_mailboxes') }}
),

final as (
    select
        persons.source_system,
        persons.record_type,
        persons.record_id,
        persons.person_key,
        persons.email_normalised,
        shared_mailboxes.local_part is not null as is_shared_mailbox,
        {{ address_key('shared_mailboxes.local_part is not null', 'persons.email_normalised', 'persons.full_name_normalised') }} as address_key,
        persons.full_name_normalised,
        persons.created_at,
        converted.record_id is not null as is_converted,
        coalesce(countable.is_countable, true) as is_countable
    from {{ ref('person_records') }} as persons
    inner join records
        on persons.source_system = records.source_system
        and persons.record_type = records.record_type
        and persons.record_id = records.record_id
    cross join as_of
    left join ma_losers
        on persons.source_system = ma_losers.source_system
        and persons.record_type = ma_losers.record_type
        and persons.record_id = ma_losers.record_id
    left join converted
        on persons.source_system = converted.source_system
        and persons.record_type = converted.record_type
        and persons.record_id = converted.record_id
    left join {{ ref('countable_people') }} as countable on persons.person_key = countable.person_key
    left join shared_mailboxes on split_part(persons.email_normalised, '@', 1) = shared_mailboxes.local_part
    where (persons.created_at is null or persons.created_at <= as_of.as_of)
        and not (coalesce(records.is_deleted, false) and coalesce(records.gone_at, as_of.as_of) <= as_of.as_of)
        and ma_losers.record_id is null
        and coalesce(records.master_record_id, '') = ''
)

select * from final
