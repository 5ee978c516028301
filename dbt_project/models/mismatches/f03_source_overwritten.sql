-- Records whose source is of another channel than the first one that was known.
with told as (
    select source_system, 'ma_person' as record_type, ma_id as record_id, new_value as value, changed_at, history_id
    from {{ ref('ma_stage_history') }}
    where property = 'original_source' and new_value is not null
    union all
    -- a CRM's history begins with the first change: what it changed came first
    select source_system, 'crm_lead', crm_lead_id, old_value, {{ add_seconds('changed_at', '-1') }}, history_id
    from {{ ref('crm_lead_history') }}
    where field = 'lead_source' and old_value is not null
    union all
    select source_system, 'crm_lead', crm_lead_id, new_value, changed_at, history_id
    from {{ ref('crm_lead_history') }}
    where field = 'lead_source' and new_value is not null
),

known as (
    select told.*, coalesce(channels.channel, lower(told.value)) as channel
    from told
    cross join {{ ref('run_parameters') }} as run_parameters
    left join {{ ref('channels') }} as channels on lower(told.value) = channels.source_value
    -- a direct visit tells no source: F01 asks to fill it in
    where coalesce(channels.channel, '') not in ('direct_traffic', 'unknown') and told.changed_at <= run_parameters.as_of
),

firsts as (
    select
        *,
        max(changed_at) over (partition by source_system, record_type, record_id) as last_changed_at
    from known
    qualify row_number() over (partition by source_system, record_type, record_id order by changed_at nulls last, history_id nulls last) = 1
),

current_sources as (
    select source_system, 'ma_person' as record_type, ma_id as record_id, original_source as value from {{ ref('ma_person') }}
    union all
    select source_system, 'crm_lead', crm_lead_id, lead_source from {{ ref('crm_lead') }}
),

origins as (
    select source_value, origin from {{ ref('origins') }} where object = 'lead_source'
),

people_in_ma as (
    select person_key from {{ ref('person_records') }} where record_type = 'ma_person' and is_delivered group by person_key
),

final as (
    select
        'person' as subject_type,
        records.person_key as subject_id,
        case when firsts.record_type = 'ma_person' then firsts.record_id end as ma_record_id,
        case when firsts.record_type = 'crm_lead' then firsts.record_id end as crm_record_id,
        case when firsts.record_type = 'ma_person' then firsts.value || ' → ' || current_sources.value end as ma_value,
        case when firsts.record_type = 'crm_lead' then firsts.value || ' → ' || current_sources.value end as crm_value,
        '' as detail,
        null as amount_at_stake,
        firsts.last_changed_at as occurred_at
    from firsts
    inner join current_sources
        on firsts.source_system = current_sources.source_system
        and firsts.record_type = current_sources.record_type
        and firsts.record_id = current_sources.record_id
    inner join {{ ref('live_person_records') }} as records
        on firsts.source_system = records.source_system
        and firsts.record_type = records.record_type
        and firsts.record_id = records.record_id
    left join {{ ref('channels') }} as channels on lower(current_sources.value) = channels.source_value
    left join origins as first_origins on lower({{ trimmed('firsts.value') }}) = first_origins.source_value
    left join origins as current_origins on lower({{ trimmed('current_sources.value') }}) = current_origins.source_value
    left join people_in_ma on records.person_key = people_in_ma.person_key
    where records.is_countable
        -- B02 asks to correct a source of marketing's of whom the MA does not know
        and not (
            firsts.record_type = 'crm_lead' and people_in_ma.person_key is null
            and first_origins.origin = 'relay' and coalesce(current_origins.origin, '') <> 'relay'
        )
        and coalesce(channels.channel, lower(current_sources.value)) <> firsts.channel
)

select * from final
