{# A duration as the teams time it, on the wall clock from the start that each goes by to `ended_at`, a column of lead_facts: marketing from the
   person's last response before the handover, sales from when the lead came in, and only what came in. The shared view goes by the handover. #}
{% macro timed_views(code, ended_at) -%}
with shared as (
    select * from {{ ref(code) }} where member = 'wall_clock'
),

leads as (
    select lead_id, handed_over_at, {{ ended_at }} as ended_at from {{ ref('lead_facts') }} where handed_over_at is not null
),

responses as (
    select leads.lead_id, max(timeline.occurred_at) as responded_at
    from leads
    join {{ ref('timeline') }} as timeline
        on leads.lead_id = timeline.lead_id and timeline.kind = 'response' and timeline.occurred_at <= leads.handed_over_at
    group by leads.lead_id
),

entries as (
    select lead_id, entered_at
    from {{ ref('relay_handoffs') }}
    where boundary = 'B1' and out_at is not null and entered_at is not null
),

sides as (
    select 'marketing' as side, leads.*, coalesce(responses.responded_at, leads.handed_over_at) as started_at, 'timed_from_response' as timed_as
    from leads
    left join responses on leads.lead_id = responses.lead_id
    union all
    select 'sales', leads.*, entries.entered_at, 'timed_from_receipt'
    from leads
    join entries on leads.lead_id = entries.lead_id
),

-- an attempt before the lead came in was made at once
timed as (
    select *, {{ seconds_between('started_at', 'greatest(started_at, ended_at)') }} as seconds from sides where ended_at is not null
    union all
    select *, null from sides where ended_at is null
),

final as (
    select
        shared.subject_type,
        shared.subject_id,
        timed.side as view,
        shared.member,
        shared.counted_on,
        cast(floor(timed.seconds / 60) as bigint) as measure,
        timed.seconds is null as is_censored,
        shared.subject_id as row_id,
        {{ bridge_no_record() }},
        case when timed.started_at <> timed.handed_over_at then timed.timed_as else '' end as timed_as
    from timed
    join shared on timed.lead_id = shared.subject_id
)

select * from final
{%- endmacro %}
