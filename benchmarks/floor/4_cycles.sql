-- CRM leads as they stood at as_of, with their person; a conversion without a time takes the best time the records have.
create temp table cycle_leads as
with last_statuses as (
    select crm_lead_id, max(changed_at) as changed_at from crm_lead_history where field = 'status' group by 1
),
dated as (
    select
        leads.* exclude (converted_at), persons.person_key, leads.converted_at as told_converted_at,
        case when is_converted then
            coalesce(
                leads.converted_at,
                case when converted_on is not null then greatest(
                    leads.created_at,
                    business_day_start(converted_on),
                    case when business_date(leads.assigned_at) = converted_on then leads.assigned_at end,
                    case when business_date(leads.accepted_at) = converted_on then leads.accepted_at end,
                    case when business_date(last_statuses.changed_at) = converted_on then last_statuses.changed_at end,
                    case when business_date(known_at) = converted_on then known_at end
                ) end,
                known_at, leads.updated_at, leads.created_at
            )
        end as converted_at,
        case when leads.master_record_id is not null then 'merged_away' when leads.is_deleted then 'deleted' end as removed_as,
        case when leads.master_record_id is not null or leads.is_deleted then coalesce(leads.deleted_at, leads.updated_at) end as removed_at,
        run_parameters.as_of
    from crm_lead as leads
    cross join run_parameters
    left join (from person_records where record_type = 'crm_lead') as persons on leads.crm_lead_id = persons.record_id
    left join last_statuses on leads.crm_lead_id = last_statuses.crm_lead_id
    left join (
        select crm_opportunity_id, coalesce(created_at, closed_at, business_day_start(close_on)) as known_at from crm_opportunity
    ) as opportunities on leads.converted_opportunity_id = opportunities.crm_opportunity_id
    where leads.created_at is null or leads.created_at <= as_of
)
select
    source_system, crm_lead_id, person_key, status, campaign_id, created_at, updated_at, assigned_at, accepted_at,
    case when converted_at <= as_of then converted_at end as converted_at,
    case when converted_at <= as_of then converted_opportunity_id end as converted_opportunity_id,
    case when removed_at <= as_of then removed_as end as removed_as,
    case when removed_at <= as_of then removed_at end as removed_at,
    least(coalesce(told_converted_at, as_of + interval 1 day), coalesce(removed_at, as_of + interval 1 day)) as ended_at
from dated;

-- Whose opportunity it is: each lead that was converted into it, and the primary contact role (else the first). link_no 1 is primary.
create temp table opportunity_people as
with links as (
    select converted_opportunity_id as crm_opportunity_id, person_key, crm_lead_id, converted_at, created_at as lead_created_at, 1 as link_rank
    from cycle_leads
    where converted_opportunity_id is not null
    union all
    select crm_opportunity_id, person_key, null, null, null, 2
    from (
        from crm_contact_role
        where not coalesce(is_deleted, false) and (created_at is null or created_at <= (select as_of from run_parameters))
        qualify row_number() over (
            partition by crm_opportunity_id order by coalesce(is_primary, false) desc, created_at nulls last, role_id
        ) = 1
    ) as roles
    join (from person_records where record_type = 'crm_contact') as persons on roles.crm_contact_id = persons.record_id
)
select
    md5('salesforce|' || crm_opportunity_id) as opportunity_id, 'salesforce' as source_system, * exclude (link_rank),
    row_number() over (partition by crm_opportunity_id order by link_rank, converted_at, crm_lead_id, person_key) as link_no
from links
where person_key is not null;

-- Changes of an MA person's lifecycle that map to a stage.
create temp table stage_events_ma as
select
    history.source_system, 'ma_person' as source_record_type, ma_id as source_record_id, history_id as source_event_id, person_key, stage,
    changed_at as occurred_at, new_value as source_value
from ma_stage_history as history
join (from lead_stage_mapping where object = 'person' and field = 'lifecycle_stage') as mapping
    on history.source_system = mapping.source_system and lower(trim(new_value)) = mapping.source_value
    and business_date(changed_at) between coalesce(valid_from, date '0001-01-01') and coalesce(valid_to, date '9999-12-31')
join (from person_records where record_type = 'ma_person') as persons on history.ma_id = persons.record_id
where property = 'lifecycle_stage' and changed_at <= (select as_of from run_parameters);

-- The statuses of a CRM lead in order, as stages: the one it was created with (state_no 0), then its history.
create temp view stage_events_lead_statuses as
with history as (
    select * from crm_lead_history where field = 'status'
),
statuses as (
    select
        leads.source_system, crm_lead_id, case when firsts.crm_lead_id is null then leads.status else firsts.old_value end as status, created_at as changed_at,
        updated_at, crm_lead_id as source_event_id, 0 as state_no, firsts.crm_lead_id is not null as has_history
    from cycle_leads as leads
    left join (
        from history qualify row_number() over (partition by crm_lead_id order by changed_at, history_id) = 1
    ) as firsts using (crm_lead_id)
    union all
    select source_system, crm_lead_id, new_value, changed_at, changed_at, history_id, 1, true
    from history
)
select
    statuses.source_system, crm_lead_id, source_event_id, status as source_value, stage, stage in ('received', 'accepted') as is_in_hands, state_no, has_history,
    case when not has_history and stage not in ('received', 'accepted') then updated_at else changed_at end as changed_at
from statuses
join (from lead_stage_mapping where object = 'lead' and field = 'status') as mapping
    on statuses.source_system = mapping.source_system and lower(trim(status)) = mapping.source_value
    and business_date(coalesce(changed_at, updated_at)) between coalesce(valid_from, date '0001-01-01') and coalesce(valid_to, date '9999-12-31');

-- What happened to a CRM lead: into inside sales's hands (is_entry), accepted, out of them again, converted, gone.
create temp table stage_events_lead as
with statuses as (
    select
        *,
        lag(stage) over (partition by source_system, crm_lead_id order by state_no, changed_at, source_event_id) as previous_stage
    from stage_events_lead_statuses
),
transitions as (
    select
        statuses.*,
        case
            when statuses.state_no = 0 and statuses.is_in_hands then coalesce(leads.assigned_at, statuses.changed_at)
            else statuses.changed_at
        end as occurred_at,
        statuses.is_in_hands
            and coalesce(statuses.previous_stage not in ('received', 'accepted'), true) as is_entry,
        statuses.stage = 'accepted' and not statuses.has_history and leads.accepted_at is not null as is_told_by_field
    from statuses
    inner join cycle_leads as leads on statuses.source_system = leads.source_system and statuses.crm_lead_id = leads.crm_lead_id
    where statuses.stage is distinct from statuses.previous_stage and statuses.changed_at < leads.ended_at
),
events as (
    select source_system, crm_lead_id, source_event_id, stage, occurred_at, source_value,
        is_entry and stage = 'received' as is_entry, false as is_inferred
    from transitions
    where not is_told_by_field
    union all
    select source_system, crm_lead_id, source_event_id, 'received' as stage, occurred_at, source_value,
        true as is_entry, true as is_inferred
    from transitions
    where is_entry and stage <> 'received'
    union all
    -- without history, what was assigned, accepted, converted or since its creation sent out had come into inside sales's hands, whatever its status says
    select source_system, crm_lead_id, crm_lead_id || '|received' as source_event_id, 'received' as stage,
        coalesce(assigned_at, created_at) as occurred_at, status as source_value, true as is_entry, true as is_inferred
    from cycle_leads
    left join (select source_system, crm_lead_id, changed_at from statuses where state_no = 0) as exits using (source_system, crm_lead_id)
    where (coalesce(assigned_at, accepted_at, converted_at) is not null or exits.changed_at > created_at)
        and coalesce(assigned_at, created_at) < ended_at
        and (source_system, crm_lead_id) not in (select (source_system, crm_lead_id) from statuses where is_in_hands or state_no > 0)
    union all
    select source_system, crm_lead_id, crm_lead_id || '|accepted_at' as source_event_id, 'accepted' as stage, accepted_at as occurred_at,
        'accepted_at' as source_value, false as is_entry, false as is_inferred
    from cycle_leads as leads
    where accepted_at is not null
    union all
    select source_system, crm_lead_id, crm_lead_id as source_event_id, 'converted' as stage, converted_at as occurred_at,
        converted_opportunity_id as source_value, false as is_entry, false as is_inferred
    from cycle_leads as leads
    where converted_at is not null
    union all
    select source_system, crm_lead_id, crm_lead_id as source_event_id, removed_as as stage, removed_at as occurred_at,
        cast(null as varchar) as source_value, false as is_entry, false as is_inferred
    from cycle_leads as leads
    where removed_as is not null
)
select
    events.source_system,
    'crm_lead' as source_record_type,
    events.crm_lead_id as source_record_id,
    events.source_event_id,
    leads.person_key,
    leads.campaign_id,
    events.stage,
    events.occurred_at,
    events.source_value,
    events.is_entry,
    events.is_inferred
from events
inner join cycle_leads as leads on events.source_system = leads.source_system and events.crm_lead_id = leads.crm_lead_id
cross join run_parameters as run_parameters
where events.occurred_at <= run_parameters.as_of;

-- The stages of an opportunity in order, one row where the stage is another one than before; a stage that maps to nothing
-- counts as what the record says of it, else as open.
create temp table opportunity_changes as
with history as (
    select * from crm_opportunity_history where stage is not null
),
coded as (
    select
        history.source_system,
        history.crm_opportunity_id,
        history.history_id,
        history.changed_at,
        history.stage,
        case
        when mapping.is_won then 'won'
        when mapping.is_closed then 'lost'
        when mapping.is_valid then 'valid'
        when mapping.source_value is not null then 'open'
        when lower(trim(history.stage)) = lower(trim(opportunities.stage)) and opportunities.is_won then 'won'
        when lower(trim(history.stage)) = lower(trim(opportunities.stage)) and opportunities.is_closed then 'lost'
        else 'open'
    end as stage_code,
        coalesce(mapping.is_valid, false) as is_valid
    from history
    inner join crm_opportunity as opportunities
        on history.source_system = opportunities.source_system
        and history.crm_opportunity_id = opportunities.crm_opportunity_id
    left join opportunity_stages as mapping
        on history.source_system = mapping.source_system and lower(trim(history.stage)) = mapping.source_value
),
ordered as (
    select
        *,
        row_number() over (partition by source_system, crm_opportunity_id order by changed_at, history_id) as change_no,
        lag(stage) over (partition by source_system, crm_opportunity_id order by changed_at, history_id) as previous_stage,
        lag(stage_code) over (partition by source_system, crm_opportunity_id order by changed_at, history_id) as previous_code
    from coded
)
select
    source_system,
    crm_opportunity_id,
    history_id,
    change_no,
    changed_at,
    stage,
    stage_code,
    previous_code,
    is_valid
from ordered
where stage is distinct from previous_stage;

-- One row per opportunity that existed at as_of, with the state it was in then: by its history, and by its record where the
-- history does not tell of the close.
create temp table opportunity_facts as
with as_of as (
    select as_of, as_of_on from run_parameters
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
    from opportunity_changes as changes
    cross join as_of
    group by changes.source_system, changes.crm_opportunity_id
),
recorded as (
    select
        opportunities.*,
        case
        when mapping.is_won then 'won'
        when mapping.is_closed then 'lost'
        when mapping.is_valid then 'valid'
        when mapping.source_value is not null then 'open'
        when true and opportunities.is_won then 'won'
        when true and opportunities.is_closed then 'lost'
        else 'open'
    end as record_code
    from crm_opportunity as opportunities
    left join opportunity_stages as mapping
        on opportunities.source_system = mapping.source_system
        and lower(trim(opportunities.stage)) = mapping.source_value
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
                then coalesce(
                    recorded.closed_at,
                    least(
                        greatest(
                            business_day_start(recorded.close_on),
                            case when business_date(recorded.created_at) = recorded.close_on then recorded.created_at end,
                            case when business_date(histories.last_changed_at) = recorded.close_on then histories.last_changed_at end
                        ),
                        recorded.updated_at
                    ),
                    recorded.updated_at, recorded.created_at
                )
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
)
select
    md5(coalesce(cast(source_system as varchar), '') || '|' || coalesce(cast(crm_opportunity_id as varchar), '')) as opportunity_id,
    source_system,
    crm_opportunity_id,
    crm_account_id,
    case
        when record_closed_at <= as_of or not has_history then stage
        else coalesce(history_stage, stage)
    end as stage,
    stage_code,
    opportunity_type,
    lead_source,
    campaign_id,
    owner_id,
    amount,
    currency,
    close_on,
    budget,
    authority,
    need,
    timeline,
    created_at,
    business_date(created_at) as created_on,
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
from as_they_stood;

-- What happened to an opportunity: its creation, each change of stage, the close its record alone tells of, its end as a record.
create temp table stage_events_opportunity as
with changes as (
    select changes.*, opportunities.opportunity_id, opportunities.created_at
    from opportunity_changes as changes
    inner join opportunity_facts as opportunities
        on changes.source_system = opportunities.source_system
        and changes.crm_opportunity_id = opportunities.crm_opportunity_id
    cross join run_parameters as run_parameters
    where changes.changed_at <= run_parameters.as_of
),
events as (
    select source_system, crm_opportunity_id, opportunity_id, crm_opportunity_id as source_event_id,
        'opportunity' as stage, created_at as occurred_at, cast(null as varchar) as source_value, true as is_creation
    from opportunity_facts as opportunities
    where created_at is not null
    union all
    select source_system, crm_opportunity_id, opportunity_id, history_id as source_event_id,
        case stage_code when 'open' then 'opportunity' when 'valid' then 'valid_opportunity' else stage_code end as stage,
        changed_at as occurred_at, stage as source_value, false as is_creation
    from changes
    where not (change_no = 1 and stage_code = 'open' and created_at is not null)
    union all
    select source_system, crm_opportunity_id, opportunity_id, crm_opportunity_id as source_event_id,
        stage_code as stage, closed_at as occurred_at, stage as source_value, false as is_creation
    from opportunity_facts as opportunities
    where is_closed_by_record and closed_at is not null
    union all
    select source_system, crm_opportunity_id, opportunity_id, crm_opportunity_id as source_event_id,
        removed_as as stage, removed_at as occurred_at, cast(null as varchar) as source_value, false as is_creation
    from opportunity_facts as opportunities
    where removed_at is not null
)
select
    source_system,
    'crm_opportunity' as source_record_type,
    crm_opportunity_id as source_record_id,
    source_event_id,
    opportunity_id,
    stage,
    occurred_at,
    source_value,
    is_creation
from events;

-- Opportunities on the timelines of their people; one that is nobody's has a timeline of its own. open_delta counts open
-- opportunities: from creation to the final close, or to the end of the record. came_after is the instant before which an event of an
-- opportunity that came from a lead does not count.
create temp view timeline_opportunities as
with links as (
    select
        opportunity_id,
        person_key,
        bool_or(crm_lead_id is not null) as came_from_lead,
        min(lead_created_at) as lead_created_at
    from opportunity_people
    group by opportunity_id, person_key
),
from_leads as (
    select opportunity_id from links where came_from_lead group by opportunity_id
),
events as (
    select opportunity_id, source_event_id, stage, occurred_at, is_creation
    from stage_events_opportunity
    union all
    select
        opportunities.opportunity_id,
        opportunities.crm_opportunity_id as source_event_id,
        cast(null as varchar) as stage,
        min(coalesce(later.occurred_at, people.first_seen_at)) as occurred_at,
        true as is_creation
    from opportunity_facts as opportunities
    left join stage_events_opportunity as later on opportunities.opportunity_id = later.opportunity_id
    left join links on opportunities.opportunity_id = links.opportunity_id
    left join con_people as people on links.person_key = people.person_key
    where opportunities.created_at is null
    group by opportunities.opportunity_id, opportunities.crm_opportunity_id
)
select
    coalesce(links.person_key, 'opportunity|' || events.opportunity_id) as subject_key,
    links.person_key,
    events.opportunity_id,
    opportunities.source_system,
    opportunities.crm_opportunity_id,
    opportunities.campaign_id,
    events.source_event_id,
    events.stage,
    events.occurred_at,
    greatest(
        case when links.came_from_lead then coalesce(links.lead_created_at, people.first_seen_at) end,
        case when not events.is_creation then opportunities.created_at end
    ) as came_after,
    events.is_creation,
    events.is_creation and from_leads.opportunity_id is null as is_opener,
    coalesce(events.stage = opportunities.stage_code and events.occurred_at = opportunities.closed_at, false) as is_final_close,
    case
        when events.is_creation then 1
        when events.stage = opportunities.stage_code and events.occurred_at = opportunities.closed_at then -1
        when events.stage in ('deleted', 'merged_away') and opportunities.closed_at is null then -1
        else 0
    end as open_delta
from events
inner join opportunity_facts as opportunities on events.opportunity_id = opportunities.opportunity_id
left join links on events.opportunity_id = links.opportunity_id
left join from_leads on events.opportunity_id = from_leads.opportunity_id
left join con_people as people on links.person_key = people.person_key;

-- Everything that stands on a person's timeline, with its rank among events of the same instant: openers 1, progress 2, closers 3.
create temp table timeline_events as
with appearances as (
    select distinct on (person_key) person_key, created_at, source_system, record_type, record_id
    from person_records
    where created_at <= (select as_of from run_parameters)
    order by person_key, created_at, source_system, record_type, record_id
),
active as (
    select * from activities where (is_response or is_human) and occurred_at <= (select as_of from run_parameters)
),
on_people as (
    select active.*, person_key from active join person_records using (source_system, record_type, record_id)
    union all
    select active.* replace ('crm_opportunity' as record_type, crm_opportunity_id as record_id), person_key
    from active
    join (select crm_opportunity_id, person_key from opportunity_people where link_no = 1) using (crm_opportunity_id)
    where record_id is null
),
events(
    subject_key, person_key, kind, stage, event_rank, is_opener, is_closer, occurred_at, order_at, source_system, source_record_type,
    source_record_id, source_event_id, source_value, opportunity_id, campaign_id, open_delta, is_attempt, is_two_way, is_inferred
) as (
    select
        person_key, person_key, 'first_appearance', null, 1, true, false, created_at, created_at, source_system, record_type,
        record_id, record_id, null, null, null, 0, false, false, false
    from appearances
    union all
    select
        person_key, person_key, case when is_response then 'response' else 'activity' end, null, case when is_response then 1 else 2 end,
        is_response, false, occurred_at, occurred_at, source_system, record_type,
        record_id, activity_origin || '|' || activity_id, null, null, campaign_id, 0, is_human and direction = 'outbound', is_human and is_two_way, false
    from on_people
    union all
    select
        person_key, person_key, 'stage', stage, case when stage in ('mql', 'handed_over') then 1 else 2 end,
        stage in ('mql', 'handed_over'), false, occurred_at, occurred_at, source_system, source_record_type,
        source_record_id, source_event_id, source_value, null, null, 0, false, false, false
    from stage_events_ma
    union all
    select
        person_key, person_key, 'stage', stage, case when is_entry then 1 when stage in ('rejected', 'disqualified', 'recycled') then 3 else 2 end,
        is_entry, stage in ('rejected', 'disqualified', 'recycled'), occurred_at, occurred_at, source_system, source_record_type,
        source_record_id, source_event_id, source_value, null, campaign_id, 0, false, false, is_inferred
    from stage_events_lead
    where person_key is not null
    union all
    select
        subject_key, person_key, 'opportunity', stage, case when is_opener then 1 when is_final_close then 3 else 2 end,
        is_opener, is_final_close, occurred_at, greatest(occurred_at, came_after), source_system, 'crm_opportunity',
        crm_opportunity_id, source_event_id, null, opportunity_id, campaign_id, open_delta, false, false, false
    from timeline_opportunities
)
from events
where occurred_at is not null;

-- The timelines in order, their breaks, and the cycle each event belongs to: it opens at the first opener after a break. Only what decides
-- is sorted (subjects by their hash); the events join at the end.
create temp table timeline as
with ordered as (
    select
        rowid as event_id, hash(subject_key) as subject, is_opener, is_closer, kind, stage, occurred_at, order_at,
        row_number() over timeline as event_no,
        lead(order_at) over timeline as next_order_at,
        sum(open_delta) over (
            partition by hash(subject_key) order by order_at, event_rank, source_record_id, source_event_id, kind, stage nulls first
            rows between unbounded preceding and current row
        ) as open_cnt
    from timeline_events
    window timeline as (partition by hash(subject_key) order by order_at, event_rank, source_record_id, source_event_id, kind, stage nulls first)
),
judged as (
    select
        event_id, subject, event_no, is_opener,
        case when ends_here then stage when idles_here then 'idle' end as break_reason,
        case when ends_here then occurred_at when idles_here then idle_at end as break_at
    from (
        select
            ordered.*, order_at + to_days(coalesce(days, 0)) as idle_at,
            is_closer and open_cnt <= 0 as ends_here,
            open_cnt <= 0 and coalesce(next_order_at, (select as_of from run_parameters)) > order_at + to_days(coalesce(days, 0)) as idles_here
        from ordered
        left join (from windows where name = 'idle') on business_date(order_at) >= coalesce(valid_from, date '0001-01-01')
            and business_date(order_at) <= coalesce(valid_to, date '9999-12-31')
    )
),
counted as (
    select
        *, count(break_reason) over (partition by subject order by event_no rows between unbounded preceding and 1 preceding) as breaks_before
    from judged
    where is_opener or break_reason is not null or event_no = 1
),
openings as (
    -- a timeline without opener opens with its first event
    select subject, coalesce(opened_no, 1) as opened_no, coalesce(opener_id, first_id) as opener_id
    from (
        select
            subject, breaks_before, min(event_no) filter (where is_opener) as opened_no,
            arg_min(event_id, event_no) filter (where is_opener) as opener_id, arg_min(event_id, event_no) as first_id
        from counted
        group by subject, breaks_before
    )
    qualify opened_no is not null or (breaks_before = 0 and max(opened_no) over (partition by subject) is null)
),
cycles as (
    select
        subject, opened_no,
        md5(concat_ws('|', case when kind = 'stage' then stage else kind end, source_system, source_event_id)) as lead_id,
        row_number() over (partition by subject order by opened_no) as cycle_no,
        lead(opened_no) over (partition by subject order by opened_no) as next_opened_no
    from openings
    join timeline_events on openings.opener_id = timeline_events.rowid
)
select
    lead_id, cycle_no, opened_no, event_no, event_no = opened_no as opens_cycle, break_reason, break_at,
    events.* exclude (event_rank, is_closer)
from judged
join cycles
    on judged.subject = cycles.subject
    and (event_no >= opened_no or cycle_no = 1)
    and (event_no < next_opened_no or next_opened_no is null)
join timeline_events as events on judged.event_id = events.rowid;

-- One row per lead cycle. It closes at its first break; an opportunity of the cycle that closes later still closes it.
create temp table lead_cycles as
with openings as (
    select * exclude (break_reason, break_at, campaign_id) from timeline where opens_cycle
),
breaks as (
    select lead_id, break_reason, break_at
    from timeline
    where break_reason is not null and event_no >= opened_no
    qualify row_number() over (partition by lead_id order by event_no) = 1
),
opportunity_closes as (
    select lead_id, closed_at, stage_code
    from timeline
    join opportunity_facts as facts using (opportunity_id)
    where open_delta = 1 and closed_at is not null
    qualify row_number() over (partition by lead_id order by facts.closed_at desc, stage_code desc, opportunity_id) = 1
),
campaigns as (
    select lead_id, source_system, campaign_id
    from timeline
    where campaign_id is not null
    qualify row_number() over (partition by lead_id order by event_no) = 1
)
select
    openings.lead_id, openings.subject_key, openings.person_key, coalesce(people.account_key, accounts.account_key) as account_key,
    openings.cycle_no, openings.order_at as opened_at, business_date(openings.order_at) as opened_on, openings.source_system as opened_by_system,
    case when break_reason is not null then greatest(break_at, opportunity_closes.closed_at) end as closed_at,
    business_date(case when break_reason is not null then greatest(break_at, opportunity_closes.closed_at) end) as closed_on,
    case when opportunity_closes.closed_at > break_at then opportunity_closes.stage_code else break_reason end as close_reason,
    case when break_reason = 'idle' then break_at end as idle_at,
    coalesce(ma_campaign.name, campaigns.campaign_id) as campaign
from openings
left join breaks using (lead_id)
left join opportunity_closes using (lead_id)
left join campaigns on openings.lead_id = campaigns.lead_id
left join ma_campaign on campaigns.source_system = ma_campaign.source_system and campaigns.campaign_id = ma_campaign.campaign_id
left join con_people as people on openings.person_key = people.person_key
left join opportunity_facts as facts on openings.opportunity_id = facts.opportunity_id
left join (from account_records where record_type = 'crm_account') as accounts on facts.crm_account_id = accounts.record_id;

-- The cycles an opportunity belongs to: of each of its people, the one it was created in. The primary link's cycle is the primary one.
create temp table cycle_opportunities as
with creations as (
    select lead_id, person_key, opportunity_id from timeline where kind = 'opportunity' and open_delta = 1
),
links as (
    select opportunity_id, person_key, min(link_no) as link_no
    from opportunity_people
    group by opportunity_id, person_key
)
select
    creations.lead_id,
    creations.person_key,
    creations.opportunity_id,
    coalesce(links.link_no, 1) = 1 as is_primary
from creations
left join links
    on creations.opportunity_id = links.opportunity_id and creations.person_key = links.person_key;

-- Which persona a person is: the first rule of seeds/persona_rules.csv, by priority, whose given conditions all hold.
create temp table personas as
with people as (
    select person_key, industry, employees, department, job_title from con_people
),
matches as (
    select people.person_key, rules.persona, rules.is_target, rules.priority
    from people
    inner join persona_rules as rules
        on (rules.industry is null or people.industry = rules.industry)
        and (rules.employees_min is null or people.employees >= rules.employees_min)
        and (rules.employees_max is null or people.employees <= rules.employees_max)
        and (rules.department_contains is null or contains(people.department, rules.department_contains))
        and (rules.title_contains is null or contains(people.job_title, rules.title_contains))
    qualify row_number() over (partition by people.person_key order by rules.priority, rules.persona) = 1
)
select
    people.person_key,
    coalesce(matches.persona, 'other') as persona,
    coalesce(matches.is_target, false) as is_target
from people
left join matches on people.person_key = matches.person_key;

-- Who counts. Edit seeds/exclusion_rules.csv to change whom the rules name; edit here to change what a rule looks at.
-- A rule is in force on the day the person was first seen. The first reason that applies is given.
create temp table countable_people as
with people as (
    select
        person_key,
        coalesce(first_seen_on, as_of_on) as ruled_on,
        lower(trim(purpose)) as purpose,
        is_deleted
    from con_people
    cross join run_parameters
),
records as (
    select
        person_key,
        split_part(email_normalised, '@', 1) as email_local_part,
        split_part(email_normalised, '@', 2) as email_domain,
        full_name_normalised
    from person_records
    where email_normalised is not null or full_name_normalised is not null
),
rules as (
    select *, lower(trim(pattern)) as wanted from exclusion_rules
),
by_record as (
    select records.person_key, rules.reason
    from records
    inner join people on records.person_key = people.person_key
    inner join rules
        on people.ruled_on >= coalesce(rules.valid_from, date '0001-01-01')
        and people.ruled_on <= coalesce(rules.valid_to, date '9999-12-31')
        and (
            rules.match_on = 'email_local_part' and records.email_local_part = rules.wanted
            or rules.match_on = 'full_name' and records.full_name_normalised = rules.wanted
            or rules.match_on = 'email_domain' and records.email_domain = rules.wanted
            or rules.match_on = 'email_domain_suffix'
                and right('.' || records.email_domain, length(rules.wanted) + 1) = '.' || rules.wanted
        )
),
by_purpose as (
    select people.person_key, rules.reason
    from people
    inner join rules
        on rules.match_on = 'purpose'
        and people.ruled_on >= coalesce(rules.valid_from, date '0001-01-01')
        and people.ruled_on <= coalesce(rules.valid_to, date '9999-12-31')
        and contains(people.purpose, rules.wanted)
),
reasons as (
    select person_key, reason from by_record
    union
    select person_key, reason from by_purpose
    union
    select person_key, 'deleted' as reason from people where is_deleted
),
first_reasons as (
    select person_key, reason
    from reasons
    qualify row_number() over (
        partition by person_key
        order by
            case reason
                when 'test' then 1 when 'internal' then 2 when 'competitor' then 3 when 'vendor' then 4
                when 'research' then 5 when 'deleted' then 7 else 6
            end,
            reason
    ) = 1
)
select
    people.person_key,
    first_reasons.reason is null as is_countable,
    first_reasons.reason as exclusion_reason
from people
left join first_reasons on people.person_key = first_reasons.person_key;

-- One row per contract that existed at as_of. It is accepted when customer success says so, else when it was created.
create temp table con_contracts as
with as_of as (
    select as_of, as_of_on from run_parameters
),
contracts as (
    select
        *,
        coalesce(accepted_at, created_at, business_day_start(start_on)) as best_accepted_at,
        coalesce(deleted_at, accepted_at, created_at) as best_deleted_at
    from cs_contract
),
opportunities as (
    select opportunity_id, crm_opportunity_id
    from opportunity_facts
    qualify row_number() over (partition by crm_opportunity_id order by source_system) = 1
)
select
    md5(coalesce(cast(contracts.source_system as varchar), '') || '|' || coalesce(cast(contracts.contract_id as varchar), '')) as contract_id,
    contracts.source_system,
    contracts.contract_id as source_contract_id,
    accounts.account_key,
    opportunities.opportunity_id,
    contracts.origin,
    contracts.best_accepted_at as accepted_at,
    business_date(contracts.best_accepted_at) as accepted_on,
    contracts.start_on,
    case
        when contracts.churned_on > as_of.as_of_on and contracts.end_on < contracts.churned_on then contracts.churned_on - cast(1 as integer)
        else contracts.end_on
    end as end_on,
    case when contracts.churned_on <= as_of.as_of_on then contracts.churned_on end as churned_on,
    case when contracts.live_at <= as_of.as_of then contracts.live_at end as live_at,
    cast(contracts.mrr * case
    when contracts.currency is null or upper(contracts.currency) = 'JPY' then cast(1 as decimal(18, 6))
    else cast(rates.rate_to_base as decimal(18, 6))
end as decimal(18, 2)) as mrr_base,
    contracts.status,
    coalesce(contracts.is_deleted, false) and (contracts.best_deleted_at is null or contracts.best_deleted_at <= as_of.as_of) as is_deleted,
    case
        when coalesce(contracts.is_deleted, false) and contracts.best_deleted_at <= as_of.as_of then contracts.best_deleted_at
    end as deleted_at
from contracts
cross join as_of
left join opportunities on contracts.crm_opportunity_id = opportunities.crm_opportunity_id
left join account_records as accounts
    on contracts.source_system = accounts.source_system
    and accounts.record_type = 'cs_contract'
    and contracts.contract_id = accounts.record_id
left join fx_rates as rates
    on contracts.currency = rates.currency
    and coalesce(contracts.start_on, as_of.as_of_on) >= coalesce(rates.valid_from, date '0001-01-01')
    and coalesce(contracts.start_on, as_of.as_of_on) <= coalesce(rates.valid_to, date '9999-12-31')
where contracts.best_accepted_at is null or contracts.best_accepted_at <= as_of.as_of;

-- What happened to a contract: accepted by customer success, ended (churned, or past its last agreed day), deleted.
create temp view stage_events_contract as
with contracts as (
    select
        *,
        business_day_start(coalesce(churned_on, (end_on + cast(1 as integer)))) as ended_at
    from con_contracts
),
events as (
    select contract_id, opportunity_id, source_system, source_contract_id, 'onboarded' as stage, accepted_at as occurred_at, status as source_value
    from contracts
    union all
    select contract_id, opportunity_id, source_system, source_contract_id, 'churned' as stage, ended_at as occurred_at, status as source_value
    from contracts
    union all
    select contract_id, opportunity_id, source_system, source_contract_id, 'deleted' as stage, deleted_at as occurred_at, status as source_value
    from contracts
)
select
    events.source_system,
    'cs_contract' as source_record_type,
    events.source_contract_id as source_record_id,
    events.source_contract_id as source_event_id,
    events.contract_id,
    events.opportunity_id,
    events.stage,
    events.occurred_at,
    events.source_value
from events
cross join run_parameters as run_parameters
where events.occurred_at <= run_parameters.as_of;

-- Every stage event that a system tells of, with the cycle it belongs to.
create temp table stage_events_observed as
with primary_cycles as (
    select opportunity_id, lead_id, person_key from cycle_opportunities where is_primary
)
select
    'lead_cycle' as subject_type, lead_id as subject_id, lead_id, person_key, cast(null as varchar) as opportunity_id,
    cast(null as varchar) as contract_id, stage, occurred_at, source_system, source_record_type, source_record_id, source_event_id, source_value,
    is_opener or source_record_type = 'ma_person' as is_entry, is_inferred
from timeline
where kind = 'stage'
union all
select
    'opportunity', opportunity_id, lead_id, person_key, opportunity_id, null, stage, occurred_at, source_system, source_record_type,
    source_record_id, source_event_id, source_value, is_creation, false
from stage_events_opportunity
left join primary_cycles using (opportunity_id)
union all
select
    'contract', contract_id, lead_id, person_key, opportunity_id, contract_id, stage, occurred_at, source_system, source_record_type,
    source_record_id, source_event_id, source_value, stage = 'onboarded', false
from stage_events_contract
left join primary_cycles using (opportunity_id)
union all
select
    'lead_cycle', lead_id, lead_id, person_key, null, null, 'idle', idle_at, opened_by_system, 'lead_cycle', lead_id, lead_id, null, false, true
from lead_cycles
where idle_at is not null;

-- Handed over: the first time in a cycle that marketing set the person's lifecycle to a stage that means it.
create temp table stage_handed_over as
with events as (
    select * from stage_events_observed where stage = 'handed_over' and subject_type = 'lead_cycle'
)
select
    lead_id,
    person_key,
    occurred_at as handed_over_at,
    business_date(occurred_at) as handed_over_on,
    source_system,
    source_record_id,
    source_event_id
from events
qualify row_number() over (partition by lead_id order by occurred_at, source_system, source_record_id, source_event_id) = 1;

-- MQL: the first in a cycle. A cycle that was handed over without one, or before it, became an MQL at the handover (inferred).
create temp table stage_mql as
with observed as (
    select lead_id, min(occurred_at) as observed_at from timeline where stage = 'mql' and kind = 'stage' group by lead_id
)
select
    lead_id, least(observed_at, handed_over_at) as mql_at, business_date(least(observed_at, handed_over_at)) as mql_on,
    coalesce(observed_at > handed_over_at, observed_at is null) as is_inferred
from observed
full join stage_handed_over using (lead_id);

-- Hot: at the handover (else at the MQL) the score was high enough, the persona is a target where the threshold asks for one, and the
-- person had responded recently.
create temp table hot_leads as
with cycles as (
    select lead_id, lead_cycles.person_key, coalesce(handed_over_at, mql_at) as evaluated_at
    from stage_mql
    join lead_cycles using (lead_id)
    left join stage_handed_over using (lead_id)
),
scores as (
    select person_key, history_id, changed_at, try_cast(new_value as decimal(18, 6)) as score
    from ma_stage_history
    join (from person_records where record_type = 'ma_person') as persons on ma_id = persons.record_id
    where property = 'score'
),
scores_then as (
    select lead_id, score
    from cycles
    join scores on cycles.person_key = scores.person_key and changed_at <= evaluated_at
    qualify row_number() over (partition by lead_id order by changed_at desc, history_id desc) = 1
),
responses_then as (
    select cycles.lead_id, max(occurred_at) as last_response_at
    from cycles
    join timeline on cycles.person_key = timeline.person_key and occurred_at <= evaluated_at
    where kind = 'response'
    group by cycles.lead_id
)
select
    lead_id,
    coalesce(
        case when cycles.person_key in (select person_key from scores) then scores_then.score else people.current_score end >= min_score
        and (coalesce(personas.is_target, false) or not requires_target_persona)
        and last_response_at + to_days(recency_days) >= evaluated_at,
        false
    ) as is_hot
from cycles
left join scores_then using (lead_id)
left join responses_then using (lead_id)
left join con_people as people on cycles.person_key = people.person_key
left join personas on cycles.person_key = personas.person_key
left join hot_lead_thresholds
    on business_date(evaluated_at) between coalesce(valid_from, date '0001-01-01') and coalesce(valid_to, date '9999-12-31');

-- Received: every time a CRM lead of the cycle came into inside sales's hands.
create temp table stage_received as
with events as (
    select * from stage_events_observed where stage = 'received' and is_entry
)
select
    lead_id,
    row_number() over (
        partition by lead_id order by occurred_at, source_system, source_record_id, source_event_id
    ) as in_rank,
    occurred_at as received_at,
    business_date(occurred_at) as received_on,
    source_system,
    source_record_id as crm_lead_id
from events;

-- Accepted: the first time in a cycle that inside sales accepted a CRM lead, by status or by its date of acceptance.
create temp view stage_accepted as
with events as (
    select * from stage_events_observed where stage = 'accepted' and subject_type = 'lead_cycle'
)
select
    lead_id,
    min(occurred_at) as accepted_at,
    business_date(min(occurred_at)) as accepted_on
from events
group by lead_id;

-- Attempts and contacts count from the start of inside sales's clock: the handover, else the receipt.
create temp table first_touches as
with started as (
    select lead_id, coalesce(handed_over_at, received_at) as clock_start_at
    from stage_handed_over
    full join (from stage_received where in_rank = 1) using (lead_id)
)
select
    lead_id, min(occurred_at) filter (where is_attempt) as first_attempt_at, min(occurred_at) filter (where is_two_way) as first_contact_at
from started
join timeline using (lead_id)
where (is_attempt or is_two_way) and occurred_at >= clock_start_at
group by lead_id;

-- Opportunity: the first one created in the cycle, of any of its people's leads or contact roles.
create temp view stage_opportunity as
select
    cycle_opportunities.lead_id,
    facts.created_at as opportunity_created_at,
    business_date(facts.created_at) as opportunity_created_on,
    facts.opportunity_id
from cycle_opportunities
inner join opportunity_facts as facts on cycle_opportunities.opportunity_id = facts.opportunity_id
where facts.created_at is not null
qualify row_number() over (
    partition by cycle_opportunities.lead_id order by facts.created_at, facts.opportunity_id
) = 1;

-- Which opportunities are valid (有効商談): accepted by field sales, enough BANT fields filled, amount and close date set.
create temp table valid_opportunities as
with limits as (
    select * from limits where name = 'bant_fields'
),
filled as (
    select
        *,
        business_date(fs_accepted_at) as fs_accepted_on,
        case when budget is null then 0 else 1 end
        + case when authority is null then 0 else 1 end
        + case when need is null then 0 else 1 end
        + case when timeline is null then 0 else 1 end as bant_field_cnt
    from opportunity_facts as facts
)
select
    filled.opportunity_id,
    filled.fs_accepted_at,
    cast(filled.bant_field_cnt as bigint) as bant_field_cnt,
    filled.fs_accepted_at is not null
        and coalesce(filled.bant_field_cnt >= limits.value, false)
        and filled.amount is not null
        and filled.close_on is not null as is_valid_opportunity
from filled
left join limits on filled.fs_accepted_on >= coalesce(limits.valid_from, date '0001-01-01')
    and filled.fs_accepted_on <= coalesce(limits.valid_to, date '9999-12-31');

-- Valid opportunity: the first opportunity of the cycle that is valid, when field sales accepted it.
create temp view stage_valid_opportunity as
with valid as (
    select * from valid_opportunities where is_valid_opportunity
)
select
    cycle_opportunities.lead_id,
    valid.fs_accepted_at as valid_opportunity_at,
    business_date(valid.fs_accepted_at) as valid_opportunity_on,
    valid.opportunity_id
from cycle_opportunities as cycle_opportunities
inner join valid on cycle_opportunities.opportunity_id = valid.opportunity_id
qualify row_number() over (
    partition by cycle_opportunities.lead_id order by valid.fs_accepted_at, valid.opportunity_id
) = 1;

-- Won: the first opportunity of the cycle that is won.
create temp view stage_won as
select
    cycle_opportunities.lead_id,
    facts.closed_at as won_at,
    business_date(facts.closed_at) as won_on,
    facts.opportunity_id
from cycle_opportunities
inner join opportunity_facts as facts on cycle_opportunities.opportunity_id = facts.opportunity_id
where facts.stage_code = 'won'
qualify row_number() over (
    partition by cycle_opportunities.lead_id order by facts.closed_at, facts.opportunity_id
) = 1;

-- Every stage event, with the MQLs that are inferred from a handover.
create temp table con_stage_events as
with inferred_mqls as (
    select
        'lead_cycle' as subject_type, mqls.lead_id as subject_id, mqls.lead_id, handovers.person_key,
        cast(null as varchar) as opportunity_id, cast(null as varchar) as contract_id, 'mql' as stage, mqls.mql_at as occurred_at,
        handovers.source_system, 'ma_person' as source_record_type, handovers.source_record_id, handovers.source_event_id,
        cast(null as varchar) as source_value, false as is_entry, true as is_inferred
    from stage_mql as mqls
    inner join stage_handed_over as handovers on mqls.lead_id = handovers.lead_id
    where mqls.is_inferred
),
all_events as (
    select * from stage_events_observed as observed
    union all
    select * from inferred_mqls
)
select
    md5(coalesce(cast(subject_type as varchar), '') || '|' || coalesce(cast(stage as varchar), '') || '|' || coalesce(cast(source_system as varchar), '') || '|' || coalesce(cast(source_record_type as varchar), '') || '|' || coalesce(cast(source_record_id as varchar), '') || '|' || coalesce(cast(source_event_id as varchar), '') || '|' || coalesce(cast(is_inferred as varchar), '')) as stage_event_id,
    subject_type,
    subject_id,
    lead_id,
    person_key,
    opportunity_id,
    contract_id,
    stage,
    occurred_at,
    business_date(occurred_at) as occurred_on,
    source_system,
    source_record_type,
    source_record_id,
    source_value,
    is_entry,
    is_inferred
from all_events;

-- Where a cycle stands (its latest stage event) and the highest stage of the ladder it has reached. Of events in the same instant the
-- one with the higher order is the later. That a CRM record went is where a cycle stands only when no other of it remains.
create temp view cycle_stages as
with stages as (
    select stage, stage_order, kind, owner_process from lead_stages
),
stage_events as (
    select lead_id, opportunity_id, stage, occurred_at, stage_event_id, source_record_type, source_system, source_record_id
    from con_stage_events
),
events as (
    select lead_id, stage, occurred_at, stage_event_id, source_record_type, source_system, source_record_id
    from stage_events
    where opportunity_id is null and lead_id is not null
    union all
    select
        cycle_opportunities.lead_id, stage_events.stage, greatest(stage_events.occurred_at, facts.created_at) as occurred_at, stage_events.stage_event_id,
        stage_events.source_record_type, stage_events.source_system, stage_events.source_record_id
    from stage_events
    inner join cycle_opportunities as cycle_opportunities
        on stage_events.opportunity_id = cycle_opportunities.opportunity_id
    inner join opportunity_facts as facts on stage_events.opportunity_id = facts.opportunity_id
),
ordered as (
    select events.*, stages.stage_order, stages.kind, stages.owner_process
    from events
    inner join stages on events.stage = stages.stage
),
gone as (
    select distinct source_record_type, source_system, source_record_id
    from stage_events
    where source_record_type in ('crm_lead', 'crm_opportunity') and stage in ('converted', 'deleted', 'merged_away')
),
remaining as (
    select distinct ordered.lead_id
    from ordered
    left join gone
        on ordered.source_record_type = gone.source_record_type
        and ordered.source_system = gone.source_system
        and ordered.source_record_id = gone.source_record_id
    where ordered.source_record_type in ('crm_lead', 'crm_opportunity') and gone.source_record_id is null
),
latest as (
    select ordered.lead_id, ordered.stage, ordered.owner_process
    from ordered
    left join remaining on ordered.lead_id = remaining.lead_id
    where remaining.lead_id is null or ordered.stage not in ('deleted', 'merged_away') or ordered.source_record_type = 'cs_contract'
    qualify row_number() over (
        partition by ordered.lead_id order by ordered.occurred_at desc, ordered.stage_order desc, ordered.stage_event_id desc
    ) = 1
),
highest as (
    select lead_id, max_by(stage, stage_order) as stage
    from ordered
    where kind = 'ladder'
    group by lead_id
),
inquiry as (
    select stage, owner_process from stages where stage = 'inquiry'
)
select
    cycles.lead_id,
    coalesce(latest.stage, inquiry.stage) as current_stage,
    coalesce(highest.stage, inquiry.stage) as max_stage,
    coalesce(latest.owner_process, inquiry.owner_process) as owner_process
from lead_cycles as cycles
cross join inquiry
left join latest on cycles.lead_id = latest.lead_id
left join highest on cycles.lead_id = highest.lead_id;

-- One wide row per lead cycle: what every definition says of it.
create temp table lead_facts as
with lone_opportunities as (
    select lead_id, bool_or(removed_as is null) as is_countable, min(removed_as) as exclusion_reason
    from cycle_opportunities as cycle_opportunities
    inner join opportunity_facts as facts on cycle_opportunities.opportunity_id = facts.opportunity_id
    where cycle_opportunities.person_key is null
    group by lead_id
)
select
    cycles.lead_id,
    cycles.person_key,
    cycles.account_key,
    cycles.cycle_no,
    case when cycles.cycle_no = 1 then coalesce(people.first_seen_at, cycles.opened_at) else cycles.opened_at end as first_seen_at,
    case when cycles.cycle_no = 1 then coalesce(people.first_seen_on, cycles.opened_on) else cycles.opened_on end as first_seen_on,
    people.original_source,
    people.channel,
    cycles.campaign,
    personas.persona,
    coalesce(countable.is_countable, lone_opportunities.is_countable, true) as is_countable,
    coalesce(countable.exclusion_reason, lone_opportunities.exclusion_reason) as exclusion_reason,
    coalesce(hot_leads.is_hot, false) as is_hot,
    mqls.mql_at,
    mqls.mql_on,
    coalesce(mqls.is_inferred, false) as is_mql_inferred,
    handed_over.handed_over_at,
    handed_over.handed_over_on,
    received.received_at,
    received.received_on,
    accepted.accepted_at,
    accepted.accepted_on,
    touches.first_attempt_at,
    touches.first_contact_at,
    opportunities.opportunity_created_at,
    opportunities.opportunity_created_on,
    valid.valid_opportunity_at,
    valid.valid_opportunity_on,
    won.won_at,
    won.won_on,
    cycles.opened_at,
    cycles.opened_on,
    cycles.closed_at,
    cycles.closed_on,
    cycles.close_reason,
    cycle_stages.current_stage,
    cycle_stages.max_stage,
    cycle_stages.owner_process
from lead_cycles as cycles
left join con_people as people on cycles.person_key = people.person_key
left join personas as personas on cycles.person_key = personas.person_key
left join countable_people as countable on cycles.person_key = countable.person_key
left join lone_opportunities on cycles.lead_id = lone_opportunities.lead_id
left join hot_leads as hot_leads on cycles.lead_id = hot_leads.lead_id
left join stage_mql as mqls on cycles.lead_id = mqls.lead_id
left join stage_handed_over as handed_over on cycles.lead_id = handed_over.lead_id
left join stage_received as received on cycles.lead_id = received.lead_id and received.in_rank = 1
left join stage_accepted as accepted on cycles.lead_id = accepted.lead_id
left join first_touches as touches on cycles.lead_id = touches.lead_id
left join stage_opportunity as opportunities on cycles.lead_id = opportunities.lead_id
left join stage_valid_opportunity as valid on cycles.lead_id = valid.lead_id
left join stage_won as won on cycles.lead_id = won.lead_id
left join cycle_stages as cycle_stages on cycles.lead_id = cycle_stages.lead_id;

-- One row per opportunity: whose it is, where it stands, when and for how much it was won.
create temp table con_opportunities as
with primary_cycles as (
    select opportunity_id, lead_id, person_key from cycle_opportunities where is_primary
),
dated as (
    select
        facts.*,
        primary_cycles.lead_id,
        primary_cycles.person_key,
        business_date(facts.fs_accepted_at) as fs_accepted_on,
        business_date(facts.closed_at) as closed_on,
        case when facts.stage_code = 'won' then facts.closed_at end as won_at,
        case when facts.stage_code = 'won' then business_date(facts.closed_at) end as won_on
    from opportunity_facts as facts
    left join primary_cycles on facts.opportunity_id = primary_cycles.opportunity_id
)
select
    dated.opportunity_id,
    dated.source_system,
    dated.crm_opportunity_id,
    accounts.account_key,
    dated.person_key,
    dated.lead_id,
    dated.stage,
    dated.stage_code,
    dated.opportunity_type,
    dated.lead_source,
    dated.campaign_id,
    dated.owner_id,
    dated.amount,
    dated.currency,
    cast(dated.amount * case
    when dated.currency is null or upper(dated.currency) = 'JPY' then cast(1 as decimal(18, 6))
    else cast(rates.rate_to_base as decimal(18, 6))
end as decimal(18, 2)) as amount_base,
    dated.close_on,
    dated.created_at,
    dated.created_on,
    dated.fs_accepted_at,
    dated.fs_accepted_on,
    valid.is_valid_opportunity,
    dated.closed_at,
    dated.closed_on,
    dated.won_at,
    dated.won_on,
    dated.stage_code in ('won', 'lost') as is_closed,
    dated.stage_code = 'won' as is_won,
    dated.loss_reason,
    dated.competitor,
    dated.removed_as is null and coalesce(countable.is_countable, true) as is_countable,
    coalesce(dated.removed_as, countable.exclusion_reason) as exclusion_reason,
    dated.removed_at
from dated
inner join valid_opportunities as valid on dated.opportunity_id = valid.opportunity_id
left join account_records as accounts
    on dated.source_system = accounts.source_system
    and accounts.record_type = 'crm_account'
    and dated.crm_account_id = accounts.record_id
left join countable_people as countable on dated.person_key = countable.person_key
left join fx_rates as rates
    on dated.currency = rates.currency
    and coalesce(dated.won_on, dated.created_on, dated.as_of_on) >= coalesce(rates.valid_from, date '0001-01-01')
    and coalesce(dated.won_on, dated.created_on, dated.as_of_on) <= coalesce(rates.valid_to, date '9999-12-31');

-- The bridge between lead cycles and opportunities: one row per converted lead record and per contact role that links a person.
-- A conversion whose opportunity the CRM does not have is in the cycle of the conversion.
create temp view lead_opportunities as
with conversions as (
    select lead_id, source_system, source_record_id
    from timeline
    where stage = 'converted' and source_record_type = 'crm_lead'
)
select
    coalesce(cycles.lead_id, conversions.lead_id) as lead_id,
    links.opportunity_id,
    links.link_no = 1 as is_primary,
    links.converted_at,
    links.crm_lead_id,
    links.source_system,
    links.crm_opportunity_id
from opportunity_people as links
left join cycle_opportunities as cycles on links.opportunity_id = cycles.opportunity_id and links.person_key = cycles.person_key
left join conversions
    on links.source_system = conversions.source_system and links.crm_lead_id = conversions.source_record_id
where coalesce(cycles.lead_id, conversions.lead_id) is not null;
