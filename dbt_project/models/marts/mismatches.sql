{# The work queue: one row per mismatch that is open, or was resolved not long ago. #}
with states as (
    select states.*, {{ business_date('as_of') }} as as_of_on, {{ business_date('opened_at') }} as opened_on, {{ business_date('resolved_at') }} as resolved_on
    from {{ ref('mismatch_states') }} as states
    where states.resolved_at is null
        or {{ add_seconds('states.resolved_at', "86400 * " ~ mismatch_tolerance('resolved_days')) }} >= states.as_of
),

rules as (
    select * from {{ ref('mismatch_definitions') }}
),

lags as (
    select rules.rule_code, min(cutoffs.pair) as pair
    from rules
    inner join {{ ref('mismatch_cutoffs') }} as cutoffs
        on cutoffs.is_stale and {{ contains('rules.systems', 'cutoffs.one') }} and {{ contains('rules.systems', 'cutoffs.other') }}
    group by rules.rule_code
),

incidents as (
    select rule_code, {{ business_date('occurred_at') }} as occurred_on
    from states
    where status in ('new', 'persisting', 'reopened')
    group by rule_code, {{ business_date('occurred_at') }}
    having count(*) >= {{ mismatch_tolerance('incident_rows') }} and {{ business_date('occurred_at') }} is not null
),

subjects as (
    select subject_type, subject_id
    from states
    where status in ('new', 'persisting', 'reopened') and subject_id is not null
    group by subject_type, subject_id
    having count(distinct rule_code) > 1
),

records as (
    select * from {{ ref('mismatch_records') }}
),

-- of a rule that is not evaluated what was accepted stays so
accepted as (
    {{ accepted_mismatches("(select * from states where status = 'accepted')", ref('mismatch_exceptions')) }}
),

calendar as (
    select date_on, business_day_no from {{ ref('con_calendar') }}
),

final as (
    select
        states.mismatch_id,
        states.rule_code,
        coalesce(states.severity, rules.severity) as severity,
        rules.team,
        coalesce(crm_records.owner_id, ma_records.owner_id) as owner_id,
        states.status,
        states.subject_type,
        states.subject_id,
        states.ma_table,
        states.ma_record_id,
        states.crm_table,
        states.crm_record_id,
        states.ma_value,
        states.crm_value,
        states.detail,
        {{ record_url('ma_records.source_system', 'states.ma_record_id') }} as ma_url,
        {{ record_url('crm_records.source_system', 'states.crm_record_id') }} as crm_url,
        cast(states.amount_at_stake as decimal(18, 2)) as amount_at_stake,
        states.occurred_at,
        states.first_seen_at,
        states.opened_at,
        states.last_seen_at,
        states.resolved_at,
        cast(last_days.business_day_no - first_days.business_day_no as bigint) as age_business_days,
        case
            when states.status = 'not_evaluated' and lags.pair is not null then 'I01 ' || lags.pair
            when incidents.rule_code is not null then states.rule_code || ' ' || cast(incidents.occurred_on as {{ dbt.type_string() }})
            when subjects.subject_id is not null then states.subject_type || ' ' || states.subject_id
            else states.mismatch_id
        end as root_cause_group,
        accepted.accepted_until,
        accepted.accepted_by,
        accepted.accepted_reason,
        rules.name_ja as rule_name_ja,
        rules.name_en as rule_name_en,
        rules.action_ja,
        rules.action_en,
        states.as_of
    from states
    inner join rules on states.rule_code = rules.rule_code
    left join lags on states.rule_code = lags.rule_code
    left join incidents
        on states.rule_code = incidents.rule_code and {{ business_date('states.occurred_at') }} = incidents.occurred_on
    left join subjects on states.subject_type = subjects.subject_type and states.subject_id = subjects.subject_id
    left join records as ma_records on states.ma_table = ma_records.table_name and states.ma_record_id = ma_records.record_id
    left join records as crm_records on states.crm_table = crm_records.table_name and states.crm_record_id = crm_records.record_id
    left join accepted on states.mismatch_id = accepted.mismatch_id
    left join calendar as first_days on states.opened_on = first_days.date_on
    left join calendar as last_days on coalesce(states.resolved_on, states.as_of_on) = last_days.date_on
)

select * from final
