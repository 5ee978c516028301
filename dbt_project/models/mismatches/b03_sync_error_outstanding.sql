-- MA records that the connector could not bring to the CRM, or did not bring since they changed.
with ma_people as (
    select * from {{ ref('live_ma_people') }}
),

-- sync times are judged only where the MA tells any
told as (
    select source_system from {{ ref('ma_person') }} where crm_synced_at is not null group by source_system
),

final as (
    select
        'person' as subject_type,
        ma_people.person_key as subject_id,
        ma_people.ma_id as ma_record_id,
        coalesce(ma_people.crm_contact_id, ma_people.crm_lead_id) as crm_record_id,
        case when ma_people.crm_contact_id is not null then 'crm_contact' else 'crm_lead' end as crm_table,
        case when ma_people.sync_error is not null then 'sync error' else 'changed since' end as ma_value,
        'synced ' || cast(ma_people.crm_synced_at as {{ dbt.type_string() }}) as crm_value,
        '' as detail,
        null as amount_at_stake,
        ma_people.updated_at as occurred_at,
        case when ma_people.sync_error is null then ma_people.updated_at end as changed_at
    from ma_people
    left join told on ma_people.source_system = told.source_system
    where ma_people.sync_error is not null
        or (
            told.source_system is not null
            and (ma_people.crm_lead_id is not null or ma_people.crm_contact_id is not null)
            and (
                ma_people.crm_synced_at is null
                or {{ add_seconds('ma_people.crm_synced_at', '3600 * ' ~ mismatch_tolerance('b03_sync_hours')) }} < ma_people.updated_at
            )
        )
)

select * from final
