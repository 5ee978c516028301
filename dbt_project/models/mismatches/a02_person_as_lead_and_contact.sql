-- Unconverted leads whose person is a contact already.
with records as (
    select * from {{ ref('live_person_records') }} where address_key is not null and is_countable
),

leads as (
    select * from records where record_type = 'crm_lead' and not is_converted
),

contacts as (
    select source_system, address_key, record_id, created_at
    from records
    where record_type = 'crm_contact'
    qualify row_number() over (partition by source_system, address_key order by created_at nulls last, record_id nulls last) = 1
),

pairs as (
    select
        leads.*,
        contacts.record_id as contact_id,
        greatest(leads.created_at, contacts.created_at) as both_since
    from leads
    inner join contacts on leads.source_system = contacts.source_system and leads.address_key = contacts.address_key
),

final as (
    select
        'person' as subject_type,
        pairs.person_key as subject_id,
        cast(null as {{ dbt.type_string() }}) as ma_record_id,
        pairs.record_id as crm_record_id,
        cast(null as {{ dbt.type_string() }}) as ma_value,
        {{ masked_email('pairs.email_normalised') }} || ', as contact ' || pairs.contact_id as crm_value,
        '' as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        pairs.both_since as occurred_at
    from pairs
    cross join {{ ref('run_parameters') }} as run_parameters
    where pairs.both_since is null
        or {{ add_seconds('pairs.both_since', mismatch_tolerance('a02_transit_hours') ~ ' * 3600') }} <= run_parameters.as_of
)

select * from final
