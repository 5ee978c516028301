-- One row per opportunity that existed at as_of, with the state it was in then: by its history, and by its record where the
-- history does not tell of the close.
with as_of as (
    select as_of, as_of_on from {{ ref('run_parameters') }}
),

opportunities as (
    select * from {{ ref('crm_opportunity') }}
),

mapping as (
    select * from {{ ref('opportunity_stages') }}
),

histories as (
    select
        changes.source_system,
        changes.crm_opportunity_id,
        bool_or(changes.stage_code = 'won') as tells_won,
        bool_or(changes.stage_code = 'lost') as tells_lost,
        max_by(changes.stage, changes.change_no) filter (where changes.changed_at <= as_of.as_of) as stage,
        max_by(changes.stage_code, changes.change_no) filter (where changes.changed_at <= as_of.as_of) as stage_code,
        max(changes.changed_at) filter (
            where changes.changed_at <= as_of.as_of
                and changes.stage_code in ('won', 'lost') and changes.stage_code is distinct from changes.previous_code
        ) as closed_at,
        max(changes.changed_at) filter (where changes.changed_at <= as_of.as_of) as last_changed_at,
        min(changes.changed_at) filter (where changes.changed_at <= as_of.as_of and changes.is_valid) as valid_at
    from {{ ref('opportunity_changes') }} as changes
    cross join as_of
    group by changes.source_system, changes.crm_opportunity_id
),

recorded as (
    select
        opportunities.*,
        {{ opportunity_stage_code('mapping', 'opportunities', 'true') }} as record_code
    from opportunities
    left join mapping
        on opportunities.source_system = mapping.source_system
        and lower(opportunities.stage) = mapping.source_value
),

joined as (
    select
        recorded.*,
        histories.crm_opportunity_id is not null as has_history,
        histories.stage as history_stage,
        histories.stage_code as history_code,
        histories.closed_at as history_closed_at,
        histories.valid_at as history_valid_at,
        case
            when recorded.record_code = 'won' and not coalesce(histories.tells_won, false)
                or recorded.record_code = 'lost' and not coalesce(histories.tells_lost, false)
                -- a lost deal keeps the day for which it was planned: it did not close after its record said so
                then coalesce(recorded.closed_at, least({{ known_by_day('recorded.close_on', ['recorded.created_at', 'histories.last_changed_at']) }}, recorded.updated_at), recorded.updated_at, recorded.created_at)
        end as record_closed_at
    from recorded
    left join histories
        on recorded.source_system = histories.source_system
        and recorded.crm_opportunity_id = histories.crm_opportunity_id
),

as_they_stood as (
    select
        joined.*,
        as_of.as_of,
        as_of.as_of_on,
        case
            when joined.record_closed_at <= as_of.as_of then joined.record_code
            when joined.has_history then coalesce(joined.history_code, 'open')
            when joined.record_code in ('won', 'lost') then 'open'
            else joined.record_code
        end as stage_code
    from joined
    cross join as_of
    where coalesce(joined.created_at, joined.record_closed_at, joined.updated_at, as_of.as_of) <= as_of.as_of
),

final as (
    select
        {{ string_hash(['source_system', 'crm_opportunity_id']) }} as opportunity_id,
        source_system,
        crm_opportunity_id,
        crm_account_id,
        case
            when record_closed_at <= as_of or not has_history then stage
            else coalesce(history_stage, stage)
        end as stage,
        stage_code,
        opportunity_type, lead_source, campaign_id, owner_id,
        amount, currency, close_on,
        budget, authority, need, timeline,
        created_at,
        {{ business_date('created_at') }} as created_on,
        case
            when coalesce(fs_accepted_at, history_valid_at) <= as_of then coalesce(fs_accepted_at, history_valid_at)
        end as fs_accepted_at,
        case
            when stage_code not in ('won', 'lost') then null
            when record_closed_at <= as_of then record_closed_at
            else history_closed_at
        end as closed_at,
        record_closed_at <= as_of as is_closed_by_record,
        loss_reason,
        competitor,
        case
            when coalesce(deleted_at, updated_at) > as_of then null
            when merged_into_id is not null then 'merged_away'
            when coalesce(is_deleted, false) then 'deleted'
        end as removed_as,
        case
            when (merged_into_id is not null or coalesce(is_deleted, false)) and coalesce(deleted_at, updated_at) <= as_of
                then coalesce(deleted_at, updated_at)
        end as removed_at,
        as_of_on
    from as_they_stood
)

select * from final
