{# Money that hangs on each subject of a mismatch, in base currency: what is open there, else what is expected of it. #}
with subjects as (
    select subject_type, subject_id from {{ ref('mismatches_found') }} where subject_id is not null group by subject_type, subject_id
),

opportunities as (
    select opportunity_id, lead_id, person_key, account_key, amount_base, not is_closed and is_countable as is_open
    from {{ ref('con_opportunities') }}
),

contracts as (
    select
        contracts.contract_id,
        contracts.account_key,
        cast(12 * contracts.mrr_base as decimal(18, 2)) as amount,
        not contracts.is_deleted
            and contracts.start_on <= run_parameters.as_of_on
            and coalesce({{ add_days('contracts.churned_on', '-1') }}, contracts.end_on, run_parameters.as_of_on) >= run_parameters.as_of_on as is_active
    from {{ ref('con_contracts') }} as contracts
    cross join {{ ref('run_parameters') }} as run_parameters
),

expected as (
    select values_of_leads.subject_id as lead_id, cycles.person_key, cycles.closed_at is null as is_open, values_of_leads.numerator as amount
    from {{ ref('lead_value') }} as values_of_leads
    inner join {{ ref('lead_cycles') }} as cycles on values_of_leads.subject_id = cycles.lead_id
),

parts as (
    select 'opportunity' as subject_type, opportunity_id as subject_id, amount_base as amount, cast(null as decimal(18, 2)) as expected
    from opportunities
    union all
    select 'contract', contract_id, amount, null from contracts
    union all
    select 'lead_cycle', lead_id, amount_base, null from opportunities where is_open
    union all
    select 'lead_cycle', lead_id, null, amount from expected
    union all
    select 'account', account_key, amount_base, null from opportunities where is_open
    union all
    select 'account', account_key, amount, null from contracts where is_active
    union all
    select 'person', person_key, amount_base, null from opportunities where is_open
    union all
    select 'person', person_key, null, amount from expected where is_open
),

final as (
    select
        parts.subject_type,
        parts.subject_id,
        cast(coalesce(sum(parts.amount), sum(parts.expected)) as decimal(18, 2)) as amount
    from parts
    inner join subjects on parts.subject_type = subjects.subject_type and parts.subject_id = subjects.subject_id
    group by parts.subject_type, parts.subject_id
)

select * from final
