{# Why a team does not count a lead cycle that became an MQL, was handed over or accepted, or does not time it: what the relay knows of the cycle. #}
with leads as (
    select lead_id, mql_on, is_mql_inferred, handed_over_on, accepted_on from {{ ref('lead_facts') }}
),

handoffs as (
    select lead_id, classification, in_on
    from {{ ref('relay_handoffs') }}
    where boundary = 'B1' and out_at is not null
),

-- how often each CRM lead of a cycle has come in, in this cycle or one before
entries as (
    select
        received.lead_id,
        coalesce(crm_leads.ma_id, '') = '' as has_no_ma_id,
        row_number() over (
            partition by received.source_system, received.crm_lead_id order by received.received_at nulls last, received.lead_id nulls last, received.in_rank nulls last
        ) as entry_no
    from {{ ref('stage_received') }} as received
    join {{ ref('crm_lead') }} as crm_leads
        on received.source_system = crm_leads.source_system and received.crm_lead_id = crm_leads.crm_lead_id
),

cycle_entries as (
    select lead_id, bool_or(has_no_ma_id) as has_unlinked_lead, bool_or(entry_no > 1) as has_returned_lead
    from entries
    group by lead_id
),

joined as (
    select
        leads.*,
        case
            when handoffs.classification in ('in_transit', 'lost_in_transit') then handoffs.classification
            -- without any lead in a CRM the relay does not judge the boundary
            when leads.handed_over_on is not null and handoffs.lead_id is null and cycle_entries.lead_id is null then 'not_in_crm'
        end as missing_as,
        handoffs.in_on,
        cycle_entries.lead_id is not null as has_entry,
        coalesce(cycle_entries.has_unlinked_lead, false) as has_unlinked_lead,
        coalesce(cycle_entries.has_returned_lead, false) as has_returned_lead
    from leads
    left join handoffs on leads.lead_id = handoffs.lead_id
    left join cycle_entries on leads.lead_id = cycle_entries.lead_id
),

final as (
    select 'mql_cnt' as kpi_code, 'marketing' as side, 'numerator' as component, lead_id as subject_id, 'inferred' as reasons
    from joined
    where is_mql_inferred
    union all
    select
        'mql_cnt', 'sales', 'numerator', lead_id,
        {{ bridge_reasons({
            "'not_handed_over'": 'handed_over_on is null and not has_entry',
            'missing_as': 'missing_as is not null',
            "'no_ma_id'": 'has_unlinked_lead',
            "'received_before'": 'has_returned_lead or (in_on is not null and not has_entry)',
        }) }}
    from joined
    where mql_on is not null
    union all
    select
        'handoff_b1_cnt', 'sales', 'numerator', lead_id,
        {{ bridge_reasons({
            'missing_as': 'missing_as is not null',
            "'received_before'": 'in_on is not null and not has_entry',
        }) }}
    from joined
    where handed_over_on is not null
    union all
    {%- for code in ['stl_attempt', 'stl_contact'] %}{%- for component in bridge_components(code) %}
    select '{{ code }}', 'sales', '{{ component }}', lead_id, missing_as
    from joined
    where missing_as is not null
    union all
    {%- endfor %}{%- endfor %}
    select
        'accept_rate', 'marketing', 'numerator', lead_id,
        {{ bridge_reasons({
            'missing_as': 'missing_as is not null',
            "'received_late'": 'in_on > accepted_on',
        }) }}
    from joined
    where accepted_on is not null
)

select * from final where reasons <> ''
