{# What is known of a person up to the publish before this run (`*_then`, as it is known now) and up to now: how many records (deals and contracts are
   some), activities and changes of stage, and where in time they lie. A number that differs from the one recorded then says that the past was changed. #}
{%- set events = {'activity': "kind in ('response', 'activity')", 'stage': "kind in ('stage', 'opportunity')"} -%}
{%- set epoch = "timestamp '1970-01-01 00:00:00'" %}
with present as (
    select as_of, previous_as_of from {{ ref('publishes') }} where is_present
),

events as (
    select timeline.person_key, timeline.kind, timeline.occurred_at, coalesce(timeline.occurred_at <= present.previous_as_of, false) as is_then
    from {{ ref('timeline') }} as timeline
    cross join present
    where timeline.kind in ('response', 'activity', 'stage', 'opportunity')
),

counted as (
    select
        person_key,
        {%- for event, is_one in events.items() %}
        count_if({{ is_one }} and is_then) as {{ event }}_cnt_then,
        cast(coalesce(sum(case when {{ is_one }} and is_then then {{ seconds_between(epoch, 'occurred_at') }} end), 0) as bigint) as {{ event }}_sum_then,
        count_if({{ is_one }}) as {{ event }}_cnt,
        cast(coalesce(sum(case when {{ is_one }} then {{ seconds_between(epoch, 'occurred_at') }} end), 0) as bigint) as {{ event }}_sum
        {{- ',' if not loop.last }}
        {%- endfor %}
    from events
    group by person_key
),

records as (
    select person_key, created_at, is_deleted from {{ ref('person_records') }}
    union all
    select person_key, created_at, removed_at is not null from {{ ref('con_opportunities') }}
    union all
    select opportunities.person_key, contracts.accepted_at, contracts.is_deleted
    from {{ ref('relay_b3_links') }} as links
    join {{ ref('con_contracts') }} as contracts on links.contract_id = contracts.contract_id
    join {{ ref('con_opportunities') }} as opportunities on links.opportunity_id = opportunities.opportunity_id
),

known as (
    select
        records.person_key,
        count_if(coalesce(records.created_at <= present.previous_as_of, false)) as record_cnt_then,
        count_if(coalesce(records.created_at <= present.as_of, false)) as record_cnt,
        count_if(records.is_deleted) as deleted_cnt
    from records
    cross join present
    where records.person_key is not null
    group by records.person_key
),

final as (
    select
        known.person_key,
        known.record_cnt_then,
        known.record_cnt,
        known.deleted_cnt
        {%- for event in events %}
            {%- for measure in ['cnt', 'sum'] %},
        coalesce(counted.{{ event }}_{{ measure }}_then, 0) as {{ event }}_{{ measure }}_then,
        coalesce(counted.{{ event }}_{{ measure }}, 0) as {{ event }}_{{ measure }}
            {%- endfor %}
        {%- endfor %}
    from known
    left join counted on known.person_key = counted.person_key
)

select * from final
