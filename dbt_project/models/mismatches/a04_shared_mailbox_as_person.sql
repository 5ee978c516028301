-- MA records whose address is a mailbox that many read: by its local part, or because several names use it.
with records as (
    select * from {{ ref('live_person_records') }} where email_normalised is not null and is_countable
),

names as (
    select email_normalised, count(distinct full_name_normalised) as name_cnt
    from records
    group by email_normalised
),

final as (
    select
        'person' as subject_type,
        records.person_key as subject_id,
        records.record_id as ma_record_id,
        cast(null as {{ dbt.type_string() }}) as crm_record_id,
        -- a mailbox's address is nobody's own, but two names may share a person's
        {{ masked_email('records.email_normalised') }} as ma_value,
        cast(null as {{ dbt.type_string() }}) as crm_value,
        '' as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        records.created_at as occurred_at
    from records
    inner join names on records.email_normalised = names.email_normalised
    where records.record_type = 'ma_person'
        and (records.is_shared_mailbox or names.name_cnt > {{ mismatch_tolerance('a04_names') }})
)

select * from final
