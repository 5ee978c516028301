-- One row per record of a person in any system, with the keys under which records meet. A merge may name records that
-- no system delivers any more: they are nodes without data, so that what happened under their ids finds its person.
with records as (
    select
        source_system, 'ma_person' as record_type, ma_id as record_id, email,
        coalesce(last_name || coalesce(first_name, ''), full_name, first_name) as written_name,
        created_at, updated_at, is_deleted
    from {{ ref('ma_person') }}
    union all
    select
        source_system, 'crm_lead' as record_type, crm_lead_id as record_id, email,
        coalesce(last_name || coalesce(first_name, ''), full_name, first_name) as written_name,
        created_at, updated_at, is_deleted
    from {{ ref('crm_lead') }}
    union all
    select
        source_system, 'crm_contact' as record_type, crm_contact_id as record_id, email,
        coalesce(last_name || coalesce(first_name, ''), full_name, first_name) as written_name,
        created_at, updated_at, is_deleted
    from {{ ref('crm_contact') }}
),

named_by_merges as (
    select source_system, 'ma_person' as record_type, winner_id as record_id from {{ ref('ma_merge') }}
    union
    select source_system, 'ma_person' as record_type, loser_id as record_id from {{ ref('ma_merge') }}
    union
    select source_system, 'crm_lead' as record_type, master_record_id as record_id from {{ ref('crm_lead') }}
    union
    select source_system, 'crm_contact' as record_type, master_record_id as record_id from {{ ref('crm_contact') }}
),

merge_only as (
    select named_by_merges.*
    from named_by_merges
    left join records
        on named_by_merges.source_system = records.source_system
        and named_by_merges.record_type = records.record_type
        and named_by_merges.record_id = records.record_id
    where named_by_merges.record_id <> '' and records.record_id is null
),

all_records as (
    select records.*, true as is_delivered from records
    union all
    select
        source_system, record_type, record_id, cast(null as {{ dbt.type_string() }}) as email,
        cast(null as {{ dbt.type_string() }}) as written_name, cast(null as timestamp) as created_at,
        cast(null as timestamp) as updated_at, true as is_deleted, false as is_delivered
    from merge_only
),

normalised as (
    select
        *,
        source_system || '|' || record_type || '|' || record_id as node_id,
        {{ normalised_email('email') }} as email_normalised,
        nullif(replace({{ norm_ja('written_name') }}, ' ', ''), '') as full_name_normalised
    from all_records
),

final as (
    select
        node_id,
        {{ string_hash(['node_id']) }} as node_key,
        source_system,
        record_type,
        record_id,
        email_normalised,
        full_name_normalised,
        created_at,
        updated_at,
        coalesce(is_deleted, false) as is_deleted,
        is_delivered
    from normalised
)

select * from final
