-- Times of what has happened that lie after the export that tells of it, or before there were such systems.
{%- set times = [
    ['ma_person', 'created_at', 'ma_id', 'ma_person', none],
    ['crm_lead', 'created_at', 'crm_lead_id', 'crm_lead', none],
    ['crm_lead', 'converted_at', 'crm_lead_id', 'crm_lead', none],
    ['crm_lead', 'assigned_at', 'crm_lead_id', 'crm_lead', none],
    ['crm_lead', 'accepted_at', 'crm_lead_id', 'crm_lead', none],
    ['crm_contact', 'created_at', 'crm_contact_id', 'crm_contact', none],
    ['crm_account', 'created_at', 'crm_account_id', 'crm_account', none],
    ['crm_opportunity', 'created_at', 'crm_opportunity_id', 'crm_opportunity', none],
    ['crm_opportunity', 'fs_accepted_at', 'crm_opportunity_id', 'crm_opportunity', none],
    ['crm_opportunity', 'closed_at', 'crm_opportunity_id', 'crm_opportunity', none],
    ['ma_stage_history', 'changed_at', 'ma_id', 'ma_person', 'history_id'],
    ['crm_lead_history', 'changed_at', 'crm_lead_id', 'crm_lead', 'history_id'],
    ['crm_opportunity_history', 'changed_at', 'crm_opportunity_id', 'crm_opportunity', 'history_id'],
    ['activities_ma', 'occurred_at', 'ma_id', 'ma_person', 'activity_id'],
    ['crm_activity', 'occurred_at', 'activity_id', 'crm_activity', none],
    ['ma_merge', 'merged_at', 'winner_id', 'ma_person', 'loser_id'],
    ['cs_contract', 'accepted_at', 'contract_id', 'cs_contract', none],
    ['cs_contract', 'live_at', 'contract_id', 'cs_contract', none],
    ['cs_csat', 'answered_at', 'contract_id', 'cs_contract', 'response_id'],
] %}

with bounds as (
    select
        system,
        {{ add_seconds('extracted_at', mismatch_tolerance('c12_future_hours') ~ ' * 3600') }} as latest_at,
        make_date(cast({{ mismatch_tolerance('c12_oldest_year') }} as integer), 1, 1) as earliest_on
    from {{ ref('system_extractions') }}
),

found as (
    {%- for table, column, record_id, record_type, event_id in times %}
    select
        facts.source_system, '{{ record_type }}' as record_type, cast(facts.{{ record_id }} as {{ dbt.type_string() }}) as record_id,
        '{{ 'ma_activity' if table == 'activities_ma' else table }}.{{ column }}'{% if event_id %} || ' ' || facts.{{ event_id }}{% endif %} as detail, facts.{{ column }} as told_at
    from {{ ref(table) }} as facts
    inner join bounds on facts.source_system = bounds.system
    where (facts.{{ column }} > bounds.latest_at{% if table == 'crm_activity' %} and (facts.booked_at is null or facts.held_at is not null or facts.outcome is not null){% endif %} or facts.{{ column }} < bounds.earliest_on)
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

final as (
    select
        case
            when found.record_type in ('ma_person', 'crm_lead', 'crm_contact') then 'person'
            when found.record_type = 'crm_account' then 'account'
            when found.record_type = 'crm_opportunity' then 'opportunity'
            when found.record_type = 'cs_contract' then 'contract'
            else 'activity'
        end as subject_type,
        case found.record_type
            when 'crm_opportunity' then {{ string_hash(['found.source_system', 'found.record_id']) }}
            when 'cs_contract' then {{ string_hash(['found.source_system', 'found.record_id']) }}
            else coalesce(persons.person_key, accounts.account_key)
        end as subject_id,
        case when found.record_type = 'ma_person' then found.record_id end as ma_record_id,
        case when found.record_type <> 'ma_person' then found.record_id end as crm_record_id,
        found.record_type as crm_table,
        case when found.record_type = 'ma_person' then {{ instant_text('found.told_at') }} end as ma_value,
        case when found.record_type <> 'ma_person' then {{ instant_text('found.told_at') }} end as crm_value,
        found.detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        least(found.told_at, run_parameters.as_of) as occurred_at
    from found
    cross join {{ ref('run_parameters') }} as run_parameters
    left join {{ ref('person_records') }} as persons
        on found.source_system = persons.source_system
        and found.record_type = persons.record_type
        and found.record_id = persons.record_id
    left join {{ ref('account_records') }} as accounts
        on found.source_system = accounts.source_system
        and found.record_type = accounts.record_type
        and found.record_id = accounts.record_id
)

select * from final
