{# People, deals and contracts of which an open mismatch of severity S1 or S2 names a record, as they stand: all count on the day of as_of. An id
   that records of several kinds share names those of the kind that the mismatch is about. #}
with run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

people as (
    select person_key from {{ ref('countable_people') }} where is_countable
),

opportunities as (
    select opportunity_id, crm_opportunity_id from {{ ref('con_opportunities') }} where is_countable
),

contracts as (
    select contract_id, source_contract_id from {{ ref('con_contracts') }} where not is_deleted
),

subjects as (
    select 'person' as subject_type, person_key as subject_id from people
    union all
    select 'opportunity', opportunity_id from opportunities
    union all
    select 'contract', contract_id from contracts
),

records as (
    select
        'person' as subject_type, people.person_key as subject_id,
        case when records.record_type = 'ma_person' then 'ma' else 'crm' end as side, records.record_id
    from {{ ref('person_records') }} as records
    inner join people on records.person_key = people.person_key
    union all
    select 'opportunity', opportunity_id, 'crm', crm_opportunity_id from opportunities
    union all
    select 'contract', contract_id, 'crm', source_contract_id from contracts
),

mismatches as (
    select
        ma_record_id,
        crm_record_id,
        case when subject_type in ('opportunity', 'contract') then subject_type else 'person' end as kind
    from {{ ref('mismatches_in_records') }}
    where severity in ('S1', 'S2') and accepted_until is null
),

named as (
    select 'ma' as side, ma_record_id as record_id, kind from mismatches
    union
    select 'crm', crm_record_id, kind from mismatches
),

matched as (
    select records.subject_type, records.subject_id
    from records
    inner join named on records.side = named.side and records.record_id = named.record_id
    qualify records.subject_type = named.kind
        or max(case when records.subject_type = named.kind then 1 else 0 end) over (partition by named.side, named.record_id, named.kind) = 0
),

mismatched as (
    select distinct subject_type, subject_id from matched
),

final as (
    select
        subjects.subject_type,
        subjects.subject_id,
        'shared' as view,
        '' as member,
        run_parameters.as_of_on as counted_on,
        {{ counts_when('mismatched.subject_id is not null') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator
    from subjects
    cross join run_parameters
    left join mismatched on subjects.subject_type = mismatched.subject_type and subjects.subject_id = mismatched.subject_id
)

select * from final
