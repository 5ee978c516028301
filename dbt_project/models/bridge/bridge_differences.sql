{# Every difference between a team's rows and the shared ones, with its reason: the one comparison, whatever the KPI. A team's first row of a
   subject stands against the shared row; what is further, uncounted, missing, of another day or amount is a difference. #}
{%- set subject = 'kpi_code, component, side, subject_type, subject_id' %}
{%- set record = 'source_system, source_record_type, source_record_id' %}
with team as (
    select
        *,
        row_number() over (
            partition by kpi_code, component, side, subject_id order by counted_on nulls last, source_record_id nulls last, row_id nulls last
        ) as row_no,
        row_number() over (
            partition by kpi_code, component, side, subject_id, {{ record }} order by counted_on nulls last, row_id nulls last
        ) as record_row_no
    from {{ ref('bridge_team_rows') }}
),

shared as (
    select * from {{ ref('bridge_shared_rows') }}
),

placed as (
    select team.*, shared.subject_id is not null as is_shared, shared.counted_on as shared_on, shared.amount as shared_amount
    from team
    left join shared
        on team.kpi_code = shared.kpi_code and team.component = shared.component and team.subject_id = shared.subject_id
),

missing as (
    select shared.*, sides.side
    from shared
    cross join (select 'marketing' as side union all select 'sales') as sides
    left join team
        on shared.kpi_code = team.kpi_code
            and shared.component = team.component
            and sides.side = team.side
            and shared.subject_id = team.subject_id
            and team.row_no = 1
    where team.subject_id is null
),

-- from the team's number to the shared one
differences as (
    select
        {{ subject }}, {{ record }}, counted_on, -amount as amount, -1 as row_cnt,
        case
            when not is_shared then coalesce(uncounted_reasons, '')
            else {{ bridge_reasons({
                "uncounted_reasons": "uncounted_reasons <> ''",
                "'merged_record'": 'is_merged_record',
                "'repeat_in_cycle'": 'record_row_no > 1',
                "'duplicate_record'": 'record_row_no = 1',
            }) }}
        end as reasons
    from placed
    where not is_shared or row_no > 1
    union all
    select {{ subject }}, {{ record }}, counted_on, -amount, -1, 'dated_differently'
    from placed
    where is_shared and row_no = 1 and counted_on <> shared_on
    union all
    select {{ subject }}, {{ record }}, shared_on, amount, 1, 'dated_differently'
    from placed
    where is_shared and row_no = 1 and counted_on <> shared_on
    union all
    select {{ subject }}, {{ record }}, shared_on, shared_amount - amount, 0, coalesce(amount_reason, '')
    from placed
    where is_shared and row_no = 1 and amount <> shared_amount
    union all
    select
        missing.kpi_code, missing.component, missing.side, missing.subject_type, missing.subject_id, null, null, null, missing.counted_on,
        missing.amount, 1, coalesce(absences.reasons, '')
    from missing
    left join {{ ref('bridge_absences') }} as absences
        on missing.kpi_code = absences.kpi_code
            and missing.side = absences.side
            and missing.component = absences.component
            and missing.subject_id = absences.subject_id
),

-- the reason that comes first of those that apply; an exclusion of the company's own has no place of its own in the order
first_reasons as (
    select
        applied.reasons,
        coalesce(
            min_by(known.reason, known.precedence),
            case when applied.reasons like 'excluded_%' then 'excluded_other' else 'unexplained' end
        ) as reason
    from (select distinct reasons from differences) as applied
    left join {{ ref('bridge_reasons') }} as known on contains(',' || applied.reasons || ',', ',' || known.reason || ',')
    group by applied.reasons
),

-- of sales's side the other way round: from the shared number to the team's
final as (
    select
        {{ subject }},
        first_reasons.reason,
        {{ record }},
        differences.counted_on,
        cast(case when side = 'sales' then -amount else amount end as decimal(18, 2)) as amount,
        cast(case when side = 'sales' then -row_cnt else row_cnt end as bigint) as row_cnt
    from differences
    join first_reasons on differences.reasons = first_reasons.reasons
)

select * from final
