{# Records with an open mismatch of severity S1 or S2, as the warehouse stands: every record counts on the day of as_of. #}
with run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

people as (
    select person_key from {{ ref('countable_people') }} where is_countable
),

opportunities as (
    select opportunity_id from {{ ref('con_opportunities') }} where is_countable
),

contracts as (
    select contract_id from {{ ref('con_contracts') }} where not is_deleted
),

records as (
    select 'person' as subject_type, person_key as subject_id from people
    union all
    select 'opportunity', opportunity_id from opportunities
    union all
    select 'contract', contract_id from contracts
),

mismatches as (
    select subject_type, subject_id
    from {{ ref('mismatches_in_records') }}
    where severity in ('S1', 'S2') and accepted_until is null and subject_id is not null
),

mismatched as (
    select subject_type, subject_id from mismatches where subject_type <> 'lead_cycle'
    union
    select 'person', cycles.person_key
    from mismatches
    inner join {{ ref('lead_cycles') }} as cycles on mismatches.subject_id = cycles.lead_id
    where mismatches.subject_type = 'lead_cycle'
),

final as (
    select
        records.subject_type,
        records.subject_id,
        'shared' as view,
        '' as member,
        run_parameters.as_of_on as counted_on,
        {{ counts_when('mismatched.subject_id is not null') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator
    from records
    cross join run_parameters
    left join mismatched on records.subject_type = mismatched.subject_type and records.subject_id = mismatched.subject_id
)

select * from final
