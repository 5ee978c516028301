{# People, deals and contracts of which an open mismatch of severity S1 or S2 names a record, as they stand: all count on the day of as_of. #}
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
    select 'person' as subject_type, people.person_key as subject_id, records.record_type as table_name, records.record_id
    from {{ ref('person_records') }} as records
    inner join people on records.person_key = people.person_key
    union all
    select 'opportunity', opportunity_id, 'crm_opportunity', crm_opportunity_id from opportunities
    union all
    select 'contract', contract_id, 'cs_contract', source_contract_id from contracts
),

-- of rules that are not evaluated now what was open when they last were; group H compares figures
mismatches as (
    select ma_table, ma_record_id, crm_table, crm_record_id
    from {{ ref('mismatches_in_records') }}
    where severity in ('S1', 'S2') and accepted_until is null
    union all
    select before.ma_table, before.ma_record_id, before.crm_table, before.crm_record_id
    from {{ ref('mismatches_before') }} as before
    inner join {{ ref('mismatch_definitions') }} as rules
        on before.rule_code = rules.rule_code and not rules.is_evaluated
    where before.severity in ('S1', 'S2') and before.rule_code not like 'H%' and not before.is_accepted and not before.is_in_transit
),

named as (
    select ma_table as table_name, ma_record_id as record_id from mismatches
    union
    select crm_table, crm_record_id from mismatches
),

mismatched as (
    select distinct records.subject_type, records.subject_id
    from records
    inner join named on records.table_name = named.table_name and records.record_id = named.record_id
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
