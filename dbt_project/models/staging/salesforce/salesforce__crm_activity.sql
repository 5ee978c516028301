with tasks as (
    {{ newest_rows('salesforce', 'tasks') }}
),

events as (
    {{ newest_rows('salesforce', 'events') }}
),

-- a task that is not completed is a plan, not an activity
completed_tasks as (
    select
        id as activity_id,
        {{ salesforce_related_id('lead_id', 'who_id', '00Q') }} as crm_lead_id,
        {{ salesforce_related_id('contact_id', 'who_id', '003') }} as crm_contact_id,
        {{ salesforce_related_id('opportunity_id', 'what_id', '006') }} as crm_opportunity_id,
        coalesce(account_id, {{ salesforce_related_id('null', 'what_id', '001') }}) as crm_account_id,
        lower(coalesce(case when lower(task_subtype) <> 'task' then task_subtype end, type, 'task')) as activity_type,
        lower(direction) as direction,
        status,
        outcome,
        coalesce(
            completed_date_time,
            case when activity_date is null or activity_date = {{ business_date('created_date') }} then created_date end,
            {{ business_day_start('activity_date') }}
        ) as occurred_at,
        cast(null as timestamp) as booked_at,
        call_duration_in_seconds as duration_seconds,
        coalesce(is_automated, false) or coalesce(lower(task_subtype) = 'listemail', false) as is_automated,
        owner_id,
        created_date as created_at,
        {{ is_gone(['is_deleted', '_fivetran_deleted']) }} as is_deleted
    from tasks
    where coalesce(is_closed, lower(status) in ('completed', '完了'), completed_date_time is not null)
),

-- a meeting stands in the calendar of each invited user as an event of its own, and so does the series of one that repeats
meetings as (
    select
        id as activity_id,
        {{ salesforce_related_id('lead_id', 'who_id', '00Q') }} as crm_lead_id,
        {{ salesforce_related_id('contact_id', 'who_id', '003') }} as crm_contact_id,
        {{ salesforce_related_id('opportunity_id', 'what_id', '006') }} as crm_opportunity_id,
        coalesce(account_id, {{ salesforce_related_id('null', 'what_id', '001') }}) as crm_account_id,
        'meeting' as activity_type,
        lower(direction) as direction,
        status,
        outcome,
        coalesce(start_date_time, {{ business_day_start('activity_date') }}) as occurred_at,
        created_date as booked_at,
        duration_in_minutes * 60 as duration_seconds,
        coalesce(is_automated, false) as is_automated,
        owner_id,
        created_date as created_at,
        {{ is_gone(['is_deleted', '_fivetran_deleted']) }} as is_deleted
    from events
    where not coalesce(is_child, false) and not coalesce(is_recurrence, false) and coalesce(group_event_type, '0') <> '3'
),

final as (
    select * from completed_tasks
    union all
    select * from meetings
)

select * from final
