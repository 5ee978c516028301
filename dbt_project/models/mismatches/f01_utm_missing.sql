-- MA records that came with a tag in the URL and yet are of no known source.
with unknown as (
    select
        records.person_key, records.record_id, records.created_at, persons.original_source, lower(persons.first_url) as url
    from {{ ref('live_person_records') }} as records
    inner join {{ ref('ma_person') }} as persons
        on records.source_system = persons.source_system and records.record_id = persons.ma_id
    left join {{ ref('channels') }} as channels on lower(persons.original_source) = channels.source_value
    where records.record_type = 'ma_person' and records.is_countable
        and persons.first_url is not null
        and (persons.original_source is null or channels.channel in ('direct_traffic', 'unknown'))
),

tagged as (
    select unknown.person_key, unknown.record_id, unknown.created_at, unknown.original_source, min(tags.tag) as tag
    from unknown
    inner join {{ ref('url_tags') }} as tags
        on contains(unknown.url, '?' || tags.tag || '=') or contains(unknown.url, '&' || tags.tag || '=')
    group by unknown.person_key, unknown.record_id, unknown.created_at, unknown.original_source
),

final as (
    select
        'person' as subject_type,
        person_key as subject_id,
        record_id as ma_record_id,
        null as crm_record_id,
        coalesce(original_source, 'no source') || ', URL with ' || tag as ma_value,
        null as crm_value,
        '' as detail,
        null as amount_at_stake,
        created_at as occurred_at
    from tagged
)

select * from final
