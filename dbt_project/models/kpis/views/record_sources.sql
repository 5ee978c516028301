{# The channel that each tool knows of a person: of its MA record, and of its CRM lead, of several the one created first. #}
with records as (
    select person_key, record_type, original_source, birth_rank
    from {{ ref('person_attributes') }}
    where record_type in ('ma_person', 'crm_lead')
),

first_records as (
    select person_key, record_type, original_source
    from records
    qualify row_number() over (partition by person_key, record_type order by birth_rank nulls last) = 1
),

final as (
    select
        first_records.person_key,
        first_records.record_type,
        coalesce(channels.channel, lower({{ trimmed('first_records.original_source') }})) as channel
    from first_records
    left join {{ ref('channels') }} as channels on lower({{ trimmed('first_records.original_source') }}) = channels.source_value
)

select * from final
