create temp view relay_b1_out as
select
    'B1' as boundary,
    lead_id as unit_id,
    lead_id as out_key,
    lead_id,
    cast(null as varchar) as opportunity_id,
    cast(null as varchar) as contract_id,
    handed_over_at as out_at,
    handed_over_on as out_on,
    source_system as out_system,
    source_record_id as out_record_id,
    cast(1 as bigint) as out_rank
from stage_handed_over as handed_over;

create temp table relay_b3_links as
with opportunities as (
    select opportunity_id, crm_opportunity_id from con_opportunities
)
select contract_id, opportunity_id from con_contracts as contracts where opportunity_id is not null
union
select contracts.contract_id, opportunities.opportunity_id
from cs_contract_opportunity as links
join con_contracts as contracts
    on links.source_system = contracts.source_system and links.contract_id = contracts.source_contract_id
join opportunities on links.crm_opportunity_id = opportunities.crm_opportunity_id;

create temp view relay_b3_out as
with opportunities as (
    select * from con_opportunities where won_at is not null
),
contracts as (
    select * from con_contracts where accepted_at is not null
),
first_contracts as (
    select links.opportunity_id, links.contract_id
    from relay_b3_links as links
    join contracts on links.contract_id = contracts.contract_id
    qualify row_number() over (
        partition by links.opportunity_id order by contracts.accepted_at, contracts.source_system, contracts.source_contract_id
    ) = 1
),
units as (
    select
        opportunities.*,
        first_contracts.contract_id,
        coalesce(first_contracts.contract_id, opportunities.opportunity_id) as unit_id
    from opportunities
    left join first_contracts on opportunities.opportunity_id = first_contracts.opportunity_id
)
select
    'B3' as boundary,
    unit_id,
    opportunity_id as out_key,
    lead_id,
    opportunity_id,
    contract_id,
    won_at as out_at,
    won_on as out_on,
    source_system as out_system,
    crm_opportunity_id as out_record_id,
    row_number() over (partition by unit_id order by won_at, source_system, crm_opportunity_id) as out_rank
from units;

create temp table relay_b1_states as
select
    stage_event_id,
    source_system,
    source_record_id as crm_lead_id,
    person_key,
    occurred_at as state_at,
    stage,
    stage = 'received' as is_entry,
    stage not in ('received', 'accepted') as is_exit,
    case
        when stage in ('rejected', 'disqualified', 'recycled') then 1
        when stage in ('received', 'accepted') then 2
        else 3
    end as tie_rank
from con_stage_events as events
where source_record_type = 'crm_lead'
    and (
        is_entry
        or stage in ('accepted', 'rejected', 'disqualified', 'recycled', 'converted', 'deleted', 'merged_away')
    );

create temp view relay_b1_held as
with handed_over as (
    select lead_id, person_key, handed_over_at from stage_handed_over
),
lead_states as (
    select * from relay_b1_states where is_entry or is_exit
),
states_then as (
    select
        handed_over.lead_id,
        handed_over.handed_over_at,
        lead_states.source_system,
        lead_states.crm_lead_id,
        lead_states.is_entry,
        lead_states.state_at
    from handed_over
    join lead_states
        on handed_over.person_key = lead_states.person_key and lead_states.state_at <= handed_over.handed_over_at
    qualify row_number() over (
        partition by handed_over.lead_id, lead_states.source_system, lead_states.crm_lead_id
        order by lead_states.state_at desc, lead_states.tie_rank desc, lead_states.stage_event_id desc
    ) = 1
)
select
    lead_id,
    handed_over_at as received_at,
    source_system,
    crm_lead_id
from states_then
where is_entry
qualify row_number() over (partition by lead_id order by state_at, source_system, crm_lead_id) = 1;

create temp table relay_b1_contacts as
with answered as (
    select lead_id from stage_received
    union
    select lead_id from relay_b1_held
),
contacts as (
    select
        persons.person_key,
        records.source_system,
        records.crm_contact_id,
        records.created_at,
        case
            when records.master_record_id is not null then 'merged_away'
            when coalesce(records.is_deleted, false) then 'deleted'
        end as removed_as,
        coalesce(records.deleted_at, records.updated_at) as removed_at
    from crm_contact as records
    join person_records as persons
        on records.source_system = persons.source_system
            and persons.record_type = 'crm_contact'
            and records.crm_contact_id = persons.record_id
),
received as (
    select
        handed_over.lead_id,
        contacts.source_system,
        contacts.crm_contact_id,
        greatest(handed_over.handed_over_at, contacts.created_at) as received_at,
        contacts.removed_as,
        contacts.removed_at,
        cycles.close_reason,
        cycles.closed_at
    from stage_handed_over as handed_over
    join (
        select lead_id, closed_at, close_reason, lead(opened_at) over (partition by person_key order by cycle_no) as next_opened_at
        from lead_cycles
    ) as cycles on handed_over.lead_id = cycles.lead_id
    join contacts on handed_over.person_key = contacts.person_key
    cross join run_parameters
    where handed_over.lead_id not in (select lead_id from answered where lead_id is not null)
        and (contacts.created_at is null or contacts.created_at <= run_parameters.as_of)
        and (contacts.removed_as is null or contacts.removed_at > greatest(handed_over.handed_over_at, contacts.created_at))
        and (cycles.closed_at is null or contacts.created_at is null or contacts.created_at <= cycles.closed_at)
        and (cycles.next_opened_at is null or contacts.created_at is null or contacts.created_at < cycles.next_opened_at)
    qualify row_number() over (
        partition by handed_over.lead_id
        order by
            greatest(handed_over.handed_over_at, contacts.created_at),
            contacts.removed_as nulls first,
            contacts.created_at desc nulls last,
            contacts.source_system,
            contacts.crm_contact_id
    ) = 1
),
ways_out as (
    select
        received.lead_id, min(coalesce(opportunities.created_at, opportunities.closed_at)) as exit_at, 'converted' as left_as
    from received
    join cycle_opportunities as links on received.lead_id = links.lead_id
    join con_opportunities as opportunities on links.opportunity_id = opportunities.opportunity_id
    group by received.lead_id
    having min(coalesce(opportunities.created_at, opportunities.closed_at)) is not null
    union all
    select lead_id, closed_at, case when close_reason = 'recycled' then 'recycled_out' else close_reason end
    from received
    where close_reason in ('rejected', 'disqualified', 'recycled')
    union all
    select lead_id, removed_at, removed_as
    from received
    cross join run_parameters
    where removed_as is not null and removed_at <= run_parameters.as_of
),
first_ways_out as (
    select lead_id, min(exit_at) as exit_at, arg_min(left_as, {'at': exit_at, 'as': left_as}) as left_as
    from ways_out
    group by lead_id
)
select
    received.lead_id,
    received.source_system,
    received.crm_contact_id,
    received.source_system || '|contact|' || received.crm_contact_id as record_key,
    received.received_at,
    case when left_as is not null then greatest(exit_at, received.received_at) end as left_at,
    left_as
from received
left join first_ways_out on received.lead_id = first_ways_out.lead_id;

create temp view relay_b1_in as
with received as (
    select lead_id, received_at, source_system, crm_lead_id, true as is_held from relay_b1_held as held
    union all
    select events.lead_id, events.received_at, events.source_system, events.crm_lead_id, false
    from stage_received as events
    left join relay_b1_held as held
        on events.lead_id = held.lead_id
            and events.source_system = held.source_system
            and events.crm_lead_id = held.crm_lead_id
            and events.received_at <= held.received_at
    where held.lead_id is null
),
cycles as (
    select
        lead_id,
        lag(close_reason) over (partition by person_key order by cycle_no) as previous_close_reason
    from lead_cycles
    where person_key is not null
),
crm_leads as (
    select source_system, crm_lead_id, lead_source from crm_lead
),
origins as (
    select source_value, origin from origins where object = 'lead_source'
),
statuses as (
    select source_system, crm_lead_id, stage
    from relay_b1_states
    qualify row_number() over (
        partition by source_system, crm_lead_id order by state_at desc, tie_rank desc, stage desc, stage_event_id desc
    ) = 1
)
select
    'B1' as boundary,
    received.lead_id as unit_id,
    received.lead_id,
    cast(null as varchar) as opportunity_id,
    cast(null as varchar) as contract_id,
    received.received_at as in_at,
    received.source_system as in_system,
    'crm_lead' as in_record_type,
    received.crm_lead_id as in_record_id,
    received.source_system || '|' || received.crm_lead_id as record_key,
    statuses.stage as in_status,
    case
        when cycles.previous_close_reason in ('recycled', 'idle') then 'recycled'
        when cycles.previous_close_reason in ('rejected', 'disqualified') then 'reopened'
        else coalesce(origins.origin, 'undeclared')
    end as declared_origin,
    row_number() over (
        partition by received.lead_id
        order by received.is_held desc, received.received_at, received.source_system, received.crm_lead_id
    ) as in_rank,
    row_number() over (
        partition by received.lead_id, received.source_system, received.crm_lead_id order by received.received_at
    ) as in_record_rank
from received
left join cycles on received.lead_id = cycles.lead_id
left join crm_leads
    on received.source_system = crm_leads.source_system and received.crm_lead_id = crm_leads.crm_lead_id
left join origins on lower(trim(crm_leads.lead_source)) = origins.source_value
left join statuses
    on received.source_system = statuses.source_system and received.crm_lead_id = statuses.crm_lead_id
union all
select
    'B1', lead_id, lead_id, null, null, received_at, source_system, 'crm_contact', crm_contact_id, record_key,
    coalesce(left_as, 'received'), 'relay', 1, 1
from relay_b1_contacts;

create temp view relay_b2_out as
with conversions as (
    select
        links.opportunity_id, links.source_system || '|' || links.crm_lead_id as out_key, links.lead_id, links.converted_at,
        links.source_system, links.crm_lead_id as out_record_id
    from lead_opportunities as links
    join run_parameters as run_parameters on links.converted_at <= run_parameters.as_of
    where links.crm_lead_id is not null and links.opportunity_id is not null
),
given as (
    select * from conversions
    union all
    select
        opportunities.opportunity_id, contacts.record_key, opportunities.lead_id,
        coalesce(opportunities.created_at, opportunities.closed_at), contacts.source_system, contacts.crm_contact_id
    from relay_b1_contacts as contacts
    join con_opportunities as opportunities
        on contacts.lead_id = opportunities.lead_id
            and coalesce(opportunities.created_at, opportunities.closed_at) >= contacts.received_at
    where contacts.left_as = 'converted' and opportunities.opportunity_id not in (select opportunity_id from conversions)
)
select
    'B2' as boundary,
    opportunity_id as unit_id,
    out_key,
    lead_id,
    opportunity_id,
    cast(null as varchar) as contract_id,
    converted_at as out_at,
    business_date(converted_at) as out_on,
    source_system as out_system,
    out_record_id,
    row_number() over (partition by opportunity_id order by converted_at, source_system, out_record_id) as out_rank
from given;

create temp view relay_b2_reopened as
with events as (
    select
        stage_event_id,
        opportunity_id,
        stage,
        occurred_at,
        case when stage in ('won', 'lost') then 2 else 1 end as tie_rank
    from con_stage_events
    where subject_type = 'opportunity' and stage in ('opportunity', 'valid_opportunity', 'won', 'lost')
),
with_previous as (
    select
        *,
        lag(stage) over (partition by opportunity_id order by occurred_at, tie_rank, stage_event_id) as previous_stage
    from events
)
select
    with_previous.opportunity_id,
    occurred_at as reopened_at,
    row_number() over (partition by with_previous.opportunity_id order by occurred_at, stage_event_id) as reopening_no
from with_previous
join con_opportunities as opportunities on with_previous.opportunity_id = opportunities.opportunity_id
where with_previous.stage in ('opportunity', 'valid_opportunity') and previous_stage in ('won', 'lost')
    and occurred_at > coalesce(opportunities.created_at, opportunities.closed_at)
    and (opportunities.closed_at is null or occurred_at < opportunities.closed_at);

create temp view relay_b2_in as
with opportunities as (
    select * from con_opportunities where created_at is not null
),
origins as (
    select object, source_value, origin from origins
),
entries as (
    select opportunity_id, created_at as in_at, cast(1 as bigint) as in_rank, cast(1 as bigint) as in_record_rank from opportunities
    union all
    select opportunity_id, reopened_at, cast(null as bigint), reopening_no + 1 from relay_b2_reopened as reopened
)
select
    'B2' as boundary,
    opportunities.opportunity_id as unit_id,
    opportunities.lead_id,
    opportunities.opportunity_id,
    cast(null as varchar) as contract_id,
    entries.in_at,
    opportunities.source_system as in_system,
    'crm_opportunity' as in_record_type,
    opportunities.crm_opportunity_id as in_record_id,
    opportunities.opportunity_id as record_key,
    opportunities.stage_code as in_status,
    case
        when entries.in_rank is null then 'reopened'
        else coalesce(types.origin, lead_sources.origin, 'undeclared')
    end as declared_origin,
    entries.in_rank,
    entries.in_record_rank
from entries
join opportunities on entries.opportunity_id = opportunities.opportunity_id
left join origins as types
    on types.object = 'opportunity_type' and lower(trim(opportunities.opportunity_type)) = types.source_value
left join origins as lead_sources
    on lead_sources.object = 'lead_source' and lower(trim(opportunities.lead_source)) = lead_sources.source_value;

create temp view relay_b3_in as
with contracts as (
    select * from con_contracts where accepted_at is not null
),
opportunities as (
    select opportunity_id, lead_id from con_opportunities
),
origins as (
    select source_value, origin from origins where object = 'contract_origin'
),
ranked as (
    select
        links.contract_id,
        links.opportunity_id,
        row_number() over (
            partition by links.opportunity_id order by contracts.accepted_at, contracts.source_system, contracts.source_contract_id
        ) as contract_rank
    from relay_b3_links as links
    join contracts on links.contract_id = contracts.contract_id
),
chosen as (
    select contract_id, opportunity_id, contract_rank
    from ranked
    qualify row_number() over (partition by contract_id order by contract_rank, opportunity_id) = 1
)
select
    'B3' as boundary,
    contracts.contract_id as unit_id,
    opportunities.lead_id,
    chosen.opportunity_id,
    contracts.contract_id,
    contracts.accepted_at as in_at,
    contracts.source_system as in_system,
    'cs_contract' as in_record_type,
    contracts.source_contract_id as in_record_id,
    contracts.contract_id as record_key,
    contracts.status as in_status,
    case when chosen.contract_rank > 1 then 'relay' else coalesce(origins.origin, 'undeclared') end as declared_origin,
    coalesce(chosen.contract_rank, cast(1 as bigint)) as in_rank,
    cast(1 as bigint) as in_record_rank
from contracts
left join chosen on contracts.contract_id = chosen.contract_id
left join opportunities on chosen.opportunity_id = opportunities.opportunity_id
left join origins on lower(trim(contracts.origin)) = origins.source_value;

create temp view relay_pairs as
with outs as (
    select * from relay_b1_out
    union all
    select * from relay_b2_out
    union all
    select * from relay_b3_out
),
ins as (
    select * from relay_b1_in
    union all
    select * from relay_b2_in
    union all
    select * from relay_b3_in
),
with_out as (
    select
        md5(coalesce(cast(outs.boundary as varchar), '') || '|' || coalesce(cast('out' as varchar), '') || '|' || coalesce(cast(outs.out_key as varchar), '') || '|' || coalesce(cast(outs.opportunity_id as varchar), '')) as handoff_id,
        outs.boundary,
        outs.unit_id,
        outs.lead_id,
        outs.opportunity_id,
        coalesce(outs.contract_id, ins.contract_id) as contract_id,
        outs.out_at,
        outs.out_on,
        outs.out_system,
        outs.out_record_id,
        outs.out_rank,
        ins.in_at,
        ins.in_system,
        ins.in_record_type,
        ins.in_record_id,
        ins.in_status,
        ins.in_rank,
        ins.record_key,
        'relay' as origin
    from outs
    left join ins on outs.boundary = ins.boundary and outs.unit_id = ins.unit_id and ins.in_rank = 1
),
without_out as (
    select
        md5(coalesce(cast(ins.boundary as varchar), '') || '|' || coalesce(cast('in' as varchar), '') || '|' || coalesce(cast(ins.unit_id as varchar), '') || '|' || coalesce(cast(ins.record_key as varchar), '') || '|' || coalesce(cast(ins.in_record_rank as varchar), '')) as handoff_id,
        ins.boundary,
        ins.unit_id,
        ins.lead_id,
        ins.opportunity_id,
        ins.contract_id,
        cast(null as timestamp) as out_at,
        cast(null as date) as out_on,
        cast(null as varchar) as out_system,
        cast(null as varchar) as out_record_id,
        cast(null as bigint) as out_rank,
        ins.in_at,
        ins.in_system,
        ins.in_record_type,
        ins.in_record_id,
        ins.in_status,
        ins.in_rank,
        ins.record_key,
        case when ins.in_rank > 1 and outs.unit_id is not null then 'relay' else ins.declared_origin end as origin
    from ins
    left join outs on ins.boundary = outs.boundary and ins.unit_id = outs.unit_id and outs.out_rank = 1
    where ins.in_rank is null or ins.in_rank > 1 or outs.unit_id is null
)
select * from with_out
union all
select * from without_out;

create temp table relay_classified as
with tolerances as (
    select boundary, hours, valid_from, valid_to from relay_tolerances
),
run_parameters as (
    select as_of from run_parameters
),
timed as (
    select
        pairs.*,
        business_date(pairs.in_at) as in_on,
        (pairs.out_at + to_microseconds(cast(coalesce(tolerances.hours, 0) * 3600 as bigint) * 1000000)) as due_at,
        (coalesce(pairs.out_at, pairs.in_at) + to_microseconds(cast(coalesce(tolerances.hours, 0) * 3600 as bigint) * 1000000)) as matures_at,
        run_parameters.as_of
    from relay_pairs as pairs
    cross join run_parameters
    left join tolerances
        on pairs.boundary = tolerances.boundary
            and coalesce(pairs.out_on, business_date(pairs.in_at)) >= coalesce(tolerances.valid_from, date '0001-01-01')
        and coalesce(pairs.out_on, business_date(pairs.in_at)) <= coalesce(tolerances.valid_to, date '9999-12-31')
),
dated as (
    select
        *,
        business_date(due_at) as due_on
    from timed
)
select
    *,
    case
        when in_rank > 1 then 'double_entry'
        when out_rank > 1 then 'grain_merged'
        when out_at is not null and in_at <= due_at then 'delivered'
        when out_at is not null and date_trunc('month', in_on) = date_trunc('month', due_on) then 'delivered_late'
        when out_at is not null and in_at is not null then 'recovered'
        when out_at is not null and due_at >= as_of then 'in_transit'
        when out_at is not null then 'lost_in_transit'
        when origin in ('sgl', 'tgl', 'partner', 'direct', 'existing', 'recycled', 'reopened') then 'declared_non_relay'
        else 'invented'
    end as classification
from dated;

create temp table relay_exits as
with lead_states as (
    select * from relay_b1_states where is_exit
),
idle_cycles as (
    select lead_id, closed_at from lead_cycles where close_reason = 'idle'
),
handoffs as (
    select * from relay_classified where in_at is not null
)
select
    'B1' as boundary,
    source_system || '|' || crm_lead_id as record_key,
    state_at as exit_at,
    cast(tie_rank as bigint) as tie_rank,
    case when stage = 'recycled' then 'recycled_out' else stage end as left_as
from lead_states
union all
select 'B1', record_key, left_at, cast(3 as bigint), left_as from relay_b1_contacts where left_at is not null
union all
select distinct 'B1', handoffs.record_key, idle_cycles.closed_at, cast(3 as bigint), 'recycled_out'
from handoffs
join idle_cycles on handoffs.lead_id = idle_cycles.lead_id
where handoffs.boundary = 'B1'
union all
select
    'B2',
    events.opportunity_id,
    case
        when events.occurred_at = opportunities.closed_at then greatest(events.occurred_at, opportunities.created_at)
        else events.occurred_at
    end,
    cast(3 as bigint),
    case when events.stage = 'won' then 'converted' when events.stage = 'lost' then 'lost_deals' else events.stage end
from con_stage_events as events
join con_opportunities as opportunities on events.opportunity_id = opportunities.opportunity_id
where events.subject_type = 'opportunity' and events.stage in ('won', 'lost', 'deleted', 'merged_away')
union all
select
    'B3', events.contract_id, greatest(events.occurred_at, contracts.accepted_at), cast(3 as bigint),
    case when events.stage = 'churned' then 'lost_deals' else events.stage end
from con_stage_events as events
join con_contracts as contracts on events.contract_id = contracts.contract_id
where events.subject_type = 'contract' and events.stage in ('churned', 'deleted');

create temp table relay_stays as
with handoffs as (
    select * from relay_classified where in_at is not null and classification <> 'grain_merged'
),
entries as (
    select
        handoff_id,
        boundary,
        record_key,
        lead_id,
        in_at,
        greatest(in_at, out_at) as entered_at,
        case
            when classification = 'delivered_late' then 'delivered'
            when classification = 'declared_non_relay' and origin = 'recycled' then 'recycled_in'
            when classification = 'declared_non_relay' and origin = 'reopened' then 'reopened'
            else classification
        end as entered_as
    from handoffs
),
ordered as (
    select
        handoff_id,
        boundary,
        record_key,
        lead_id,
        in_at,
        entered_as,
        max(entered_at) over (partition by boundary, record_key order by in_at, handoff_id
            rows between unbounded preceding and current row) as entered_at
    from entries
),
followed as (
    select
        *,
        lead(in_at) over (partition by boundary, record_key order by in_at, handoff_id) as next_in_at,
        lead(entered_at) over (partition by boundary, record_key order by in_at, handoff_id) as next_entered_at
    from ordered
),
ways_out as (
    select
        followed.handoff_id,
        exits.exit_at,
        exits.tie_rank,
        exits.left_as,
        greatest(exits.exit_at, followed.entered_at) as left_at
    from followed
    join relay_exits as exits on followed.boundary = exits.boundary and followed.record_key = exits.record_key
    where exits.exit_at > followed.in_at or (exits.exit_at = followed.in_at and exits.tie_rank > 2)
    union all
    select handoff_id, next_in_at, cast(2 as bigint), 'recycled_out', next_entered_at
    from followed
    where next_in_at is not null
),
first_ways_out as (
    select *
    from ways_out
    qualify row_number() over (partition by handoff_id order by exit_at, tie_rank, left_as) = 1
)
select
    followed.handoff_id,
    followed.boundary,
    followed.record_key,
    followed.lead_id,
    followed.entered_as,
    followed.entered_at,
    business_date(followed.entered_at) as entered_on,
    first_ways_out.left_at,
    business_date(first_ways_out.left_at) as left_on,
    first_ways_out.left_as
from followed
left join first_ways_out on followed.handoff_id = first_ways_out.handoff_id;

create temp table relay_handoffs as
select
    handoffs.handoff_id,
    handoffs.boundary,
    handoffs.unit_id as subject_id,
    handoffs.lead_id,
    handoffs.opportunity_id,
    handoffs.contract_id,
    handoffs.out_at,
    handoffs.out_on,
    handoffs.out_system,
    handoffs.out_record_id,
    handoffs.in_at,
    handoffs.in_on,
    handoffs.in_system,
    handoffs.in_record_type,
    handoffs.in_record_id,
    handoffs.in_status,
    handoffs.origin,
    handoffs.classification,
    case
        when handoffs.classification = 'grain_merged' then greatest(handoffs.out_at, handoffs.in_at)
        else stays.entered_at
    end as entered_at,
    case
        when handoffs.classification = 'grain_merged' then business_date(greatest(handoffs.out_at, handoffs.in_at))
        else stays.entered_on
    end as entered_on,
    handoffs.due_at,
    handoffs.due_on,
    handoffs.matures_at,
    stays.left_at,
    stays.left_on,
    stays.left_as
from relay_classified as handoffs
left join relay_stays as stays on handoffs.handoff_id = stays.handoff_id;

create temp table relay_entries as
with moves as (
    select boundary, 'transit' as account, 'out' as flow, out_on as moved_on, handoff_id, out_record_id as record_id
    from relay_handoffs as handoffs
    where out_at is not null
    union all
    select
        boundary,
        'transit',
        case
            when classification in ('delivered', 'delivered_late') then 'delivered'
            when classification = 'grain_merged' then 'grain_merged'
            else 'lost'
        end,
        case when classification in ('recovered', 'lost_in_transit') then due_on else entered_on end,
        handoff_id,
        out_record_id
    from relay_handoffs as handoffs
    where out_at is not null and classification <> 'in_transit'
    union all
    select boundary, 'stock', entered_as, entered_on, handoff_id, record_key
    from relay_stays as stays
    union all
    select boundary, 'stock', left_as, left_on, handoff_id, record_key
    from relay_stays as stays
    where left_at is not null
)
select * from moves as final;

create temp table relay_months as
with boundaries as (
    select distinct boundary from relay_tolerances
),
first_moves as (
    select min(moved_on) as moved_on from relay_entries
),
run_parameters as (
    select as_of, as_of_on from run_parameters
),
months as (
    select month_start_on, max(date_on) as month_end_on
    from con_calendar
    group by month_start_on
)
select
    boundaries.boundary,
    months.month_start_on,
    least(months.month_end_on, run_parameters.as_of_on) as read_on,
    run_parameters.as_of
from months
cross join run_parameters
cross join first_moves
cross join boundaries
where months.month_end_on >= first_moves.moved_on and months.month_start_on <= run_parameters.as_of_on;

create temp view relay_ledger_flows as
with months as (
    select boundary, month_start_on from relay_months
),
first_months as (
    select min(month_start_on) as month_start_on from months
),
moves as (
    select
        entries.boundary,
        greatest(cast(date_trunc('month', entries.moved_on) as date), first_months.month_start_on) as month_start_on,
        entries.account,
        entries.flow
    from relay_entries as entries
    cross join first_months
)
select
    months.boundary,
    months.month_start_on,
    count(case when moves.flow = 'out' then 1 end) as out,
    count(case when moves.flow = 'delivered' and moves.account = 'transit' then 1 end) as delivered,
    count(case when moves.flow = 'grain_merged' then 1 end) as grain_merged,
    count(case when moves.flow = 'lost' then 1 end) as lost,
    count(case when moves.flow = 'recovered' then 1 end) as recovered,
    count(case when moves.flow = 'declared_non_relay' then 1 end) as declared_non_relay,
    count(case when moves.flow = 'recycled_in' then 1 end) as recycled_in,
    count(case when moves.flow = 'reopened' then 1 end) as reopened,
    count(case when moves.flow = 'invented' then 1 end) as invented,
    count(case when moves.flow = 'double_entry' then 1 end) as double_entry,
    count(case when moves.flow = 'converted' then 1 end) as converted,
    count(case when moves.flow = 'rejected' then 1 end) as rejected,
    count(case when moves.flow = 'disqualified' then 1 end) as disqualified,
    count(case when moves.flow = 'recycled_out' then 1 end) as recycled_out,
    count(case when moves.flow = 'lost_deals' then 1 end) as lost_deals,
    count(case when moves.flow = 'deleted' then 1 end) as deleted,
    count(case when moves.flow = 'merged_away' then 1 end) as merged_away
from months
left join moves on months.boundary = moves.boundary and months.month_start_on = moves.month_start_on
group by months.boundary, months.month_start_on;

create temp view relay_ledger_stocks as
with transits as (
    select months.boundary, months.month_start_on, count(*) as transit
    from relay_months as months
    join relay_classified as handoffs
        on months.boundary = handoffs.boundary
            and handoffs.out_on <= months.read_on
            and (handoffs.in_at is null or business_date(greatest(handoffs.out_at, handoffs.in_at)) > months.read_on)
            and (handoffs.due_on > months.read_on or handoffs.due_at >= months.as_of or handoffs.out_rank > 1)
            and not (handoffs.out_rank > 1 and handoffs.in_at is null)
    group by months.boundary, months.month_start_on
),
states as (
    select boundary, record_key, in_at as state_at, 2 as tie_rank, true as is_in, greatest(in_at, out_at) as effective_at
    from relay_classified as handoffs
    where in_at is not null and classification <> 'grain_merged'
    union all
    select boundary, record_key, exit_at, tie_rank, false, exit_at from relay_exits as exits
),
effective_states as (
    select
        boundary,
        record_key,
        state_at,
        tie_rank,
        is_in,
        business_date(max(effective_at) over record_states) as effective_on
    from states
    window record_states as (
        partition by boundary, record_key order by state_at, tie_rank, is_in, effective_at
        rows between unbounded preceding and current row
    )
),
periods_in as (
    select
        boundary,
        is_in,
        effective_on as in_from,
        lead(effective_on) over (
            partition by boundary, record_key order by state_at, tie_rank, is_in, effective_on
        ) as in_to
    from effective_states
),
stocks as (
    select months.boundary, months.month_start_on, count(*) as stock
    from relay_months as months
    join periods_in
        on months.boundary = periods_in.boundary
            and periods_in.is_in
            and periods_in.in_from <= months.read_on
            and (periods_in.in_to is null or periods_in.in_to > months.read_on)
    group by months.boundary, months.month_start_on
)
select
    months.boundary,
    months.month_start_on,
    coalesce(transits.transit, 0) as transit,
    coalesce(stocks.stock, 0) as stock
from relay_months as months
left join transits on months.boundary = transits.boundary and months.month_start_on = transits.month_start_on
left join stocks on months.boundary = stocks.boundary and months.month_start_on = stocks.month_start_on;
