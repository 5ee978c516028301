{# Why a team does not count a person above the line of a rate that the shared view counts there. #}
with people as (
    select person_key from {{ ref('con_people') }}
),

first_mqls as (
    select person_key, bool_and(is_mql_inferred) as is_inferred
    from {{ ref('lead_facts') }}
    where is_countable and mql_on is not null
    group by person_key
),

sources as (
    select person_key, record_type, channel from {{ ref('record_sources') }}
),

final as (
    select 'mql_rate' as kpi_code, 'marketing' as side, 'numerator' as component, person_key as subject_id, 'inferred' as reasons
    from first_mqls
    where is_inferred
    {%- for side, record_type, absent, unknown in [
        ('marketing', 'ma_person', 'not_in_ma', 'unknown_in_ma'), ('sales', 'crm_lead', 'not_in_crm', 'unknown_in_crm')
    ] %}
    union all
    select
        'source_known', '{{ side }}', 'numerator', people.person_key,
        {{ bridge_reasons({
            "'" ~ absent ~ "'": 'sources.person_key is null',
            "'" ~ unknown ~ "'": "sources.person_key is not null and coalesce(sources.channel, 'unknown') = 'unknown'",
        }) }}
    from people
    left join sources on people.person_key = sources.person_key and sources.record_type = '{{ record_type }}'
    {%- endfor %}
)

select * from final where reasons <> ''
