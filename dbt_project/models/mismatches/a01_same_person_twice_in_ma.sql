-- MA records that share an address with an older one.
with records as (
    select * from {{ ref('live_person_records') }}
    where record_type = 'ma_person' and address_key is not null and is_countable
),

repeated as (
    select source_system, address_key
    from records
    group by source_system, address_key
    having count(*) > 1
),

ordered as (
    select
        records.*,
        first_value(records.record_id) over address as first_id,
        row_number() over address as place
    from records
    inner join repeated
        on records.source_system = repeated.source_system and records.address_key = repeated.address_key
    window address as (
        partition by records.source_system, records.address_key order by records.created_at nulls last, records.record_id nulls last
    )
),

final as (
    select
        'person' as subject_type,
        person_key as subject_id,
        record_id as ma_record_id,
        cast(null as {{ dbt.type_string() }}) as crm_record_id,
        {{ masked_email('email_normalised') }} || ', as ' || first_id as ma_value,
        cast(null as {{ dbt.type_string() }}) as crm_value,
        '' as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        created_at as occurred_at
    from ordered
    where place > 1
)

select * from final
