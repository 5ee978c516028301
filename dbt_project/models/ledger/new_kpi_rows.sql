{{ config(alias='kpi_rows') }}
{# What this run adds to the ledger when it is published: the rows of closed months that KPIs count and did not (above 0), or did and do not (below),
   each with why. The first cause that applies, in the order of restatement_causes.csv, by what is known of the subject and its person. #}
with steps as (
    select * from {{ ref('kpi_row_steps') }}
),

subjects_then as (
    select subject_type, subject_id, max(person_key) as person_key
    from (
        select subject_type, subject_id, person_key from {{ ref('recorded_subjects') }}
        group by subject_type, subject_id, person_key
        having sum(row_cnt) > 0
    ) as known
    group by subject_type, subject_id
),

persons_then as (
    select * from {{ ref('persons_before') }}
),

subjects_now as (
    select * from {{ ref('subject_people') }}
),

persons_now as (
    select * from {{ ref('person_states') }}
),

-- a person is itself a subject, under the key that it had and under that which it has
renamed as (
    select 'person' as subject_type, person_key as subject_id from persons_then where present_key <> person_key and not is_merged
    union
    select 'person', present_key from persons_then where present_key <> person_key and not is_merged
),

subjects as (
    select
        changed.subject_type,
        changed.subject_id,
        subjects_then.subject_id is not null or renamed.subject_id is not null as was_there,
        subjects_now.subject_id is not null or renamed.subject_id is not null as is_there,
        renamed.subject_id is not null as is_renamed,
        -- a deal that is won no more had touches and was handed on all the same: whether one is there follows from what else changed
        changed.subject_type in ('handoff', 'touch') and coalesce(subjects_now.person_key, subjects_then.person_key) is not null as is_derived,
        coalesce(subjects_now.person_key, persons_then.present_key, subjects_then.person_key) as person_key,
        coalesce(subjects_now.person_key <> coalesce(persons_then.present_key, subjects_then.person_key), false) as is_anothers
    from (select distinct subject_type, subject_id from steps where step = 'data') as changed
    left join subjects_then on changed.subject_type = subjects_then.subject_type and changed.subject_id = subjects_then.subject_id
    left join subjects_now on changed.subject_type = subjects_now.subject_type and changed.subject_id = subjects_now.subject_id
    left join persons_then on subjects_then.person_key = persons_then.person_key
    left join renamed on changed.subject_type = renamed.subject_type and changed.subject_id = renamed.subject_id
),

rekeyed_accounts as (
    select 'account' as subject_type, account_key from {{ ref('rekeyed_accounts') }}
),

facts as (
    select
        subjects.*,
        subjects.is_anothers or regrouped.person_key is not null or rekeyed_accounts.account_key is not null as is_merged,
        persons_now.deleted_cnt > persons_then.deleted_cnt or persons_now.activity_cnt_then < persons_then.activity_cnt as is_deleted,
        persons_now.record_cnt_then > coalesce(persons_then.record_cnt, 0) or persons_now.activity_cnt_then > persons_then.activity_cnt as is_late,
        persons_now.activity_sum_then <> persons_then.activity_sum
            or persons_now.stage_cnt_then <> persons_then.stage_cnt
            or persons_now.stage_sum_then <> persons_then.stage_sum as is_backdated,
        persons_now.person_key is null
            or persons_now.record_cnt > persons_now.record_cnt_then
            or persons_now.activity_cnt > persons_now.activity_cnt_then
            or persons_now.stage_cnt > persons_now.stage_cnt_then as has_more
    from subjects
    left join {{ ref('regrouped_people') }} as regrouped on subjects.person_key = regrouped.person_key
    left join rekeyed_accounts on subjects.subject_type = rekeyed_accounts.subject_type and subjects.subject_id = rekeyed_accounts.account_key
    left join persons_then on subjects.person_key = persons_then.present_key and not persons_then.is_merged
    left join persons_now on subjects.person_key = persons_now.person_key
),

-- flows whose rows were not final before so many days
unsettled as (
    select definitions.kpi_code, 'shared' as view, windows.days, windows.valid_from, windows.valid_to, publishes.previous_as_of_on
    from {{ ref('kpi_definitions') }} as definitions
    join {{ ref('windows') }} as windows on definitions.window_name = windows.name
    join {{ ref('publishes') }} as publishes on publishes.is_present
    where definitions.kind = 'flow' and definitions.has_maturity
),

final as (
    select
        {%- for column in counted_columns() %}
        steps.{{ column }},
        {%- endfor %}
        steps.row_cnt,
        case
            when steps.step <> 'data' then steps.step
            when facts.is_merged then 'merge'
            when facts.was_there and not facts.is_there and not facts.is_derived or facts.is_deleted then 'delete'
            when not facts.was_there and not facts.is_derived or facts.is_late then 'late_row'
            when facts.is_backdated then 'backdated_change'
            when definitions.is_estimated then 'follows'
            when steps.kind in ('cohort', 'duration') and facts.has_more then 'elapsed'
            when unsettled.kpi_code is not null then 'elapsed'
            when facts.is_renamed then 'merge'
            else 'backdated_change'
        end as cause
    from steps
    left join facts on steps.subject_type = facts.subject_type and steps.subject_id = facts.subject_id
    left join {{ ref('kpi_definitions') }} as definitions on steps.kpi_code = definitions.kpi_code
    left join unsettled
        on steps.kpi_code = unsettled.kpi_code and steps.view = unsettled.view and {{ in_force('unsettled', 'steps.counted_on') }}
            and {{ add_days('steps.counted_on', 'unsettled.days') }} >= unsettled.previous_as_of_on
    where {{ goes_on() }}
)

select * from final
