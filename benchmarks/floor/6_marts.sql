create table marts.accounts as
with leads as (
    select account_key, count(*) as lead_cnt from lead_facts where is_countable group by account_key
),
opportunities as (
    select
        account_key,
        count(*) as opportunity_cnt,
        count(case when is_won then 1 end) as won_opportunity_cnt,
        sum(case when is_won then amount_base end) as won_amount
    from con_opportunities
    where is_countable
    group by account_key
),
run_parameters as (
    select as_of_on from run_parameters
),
contracts as (
    select
        contracts.account_key,
        count(*) as active_contract_cnt
    from con_contracts as contracts
    join run_parameters
        on contracts.start_on <= run_parameters.as_of_on
            and coalesce(contracts.churned_on > run_parameters.as_of_on, contracts.end_on >= run_parameters.as_of_on, true)
    where not contracts.is_deleted
    group by contracts.account_key
)
select
    accounts.account_key,
    accounts.name,
    accounts.corporate_number,
    accounts.domain,
    accounts.industry,
    accounts.employees,
    accounts.region,
    accounts.is_registered,
    accounts.first_seen_at,
    accounts.crm_account_cnt,
    accounts.record_cnt,
    cast(coalesce(leads.lead_cnt, 0) as bigint) as lead_cnt,
    cast(coalesce(opportunities.opportunity_cnt, 0) as bigint) as opportunity_cnt,
    cast(coalesce(opportunities.won_opportunity_cnt, 0) as bigint) as won_opportunity_cnt,
    cast(coalesce(opportunities.won_amount, 0) as decimal(28, 2)) as won_amount,
    cast(coalesce(contracts.active_contract_cnt, 0) as bigint) as active_contract_cnt
from con_accounts as accounts
left join leads on accounts.account_key = leads.account_key
left join opportunities on accounts.account_key = opportunities.account_key
left join contracts on accounts.account_key = contracts.account_key;

create table marts.opportunities as
select
    opportunities.opportunity_id,
    opportunities.source_system,
    opportunities.crm_opportunity_id,
    opportunities.account_key,
    opportunities.person_key,
    opportunities.lead_id,
    opportunities.stage,
    opportunities.stage_code,
    opportunities.opportunity_type,
    opportunities.lead_source,
    opportunities.campaign_id,
    opportunities.owner_id,
    opportunities.amount,
    opportunities.currency,
    opportunities.amount_base,
    opportunities.close_on,
    opportunities.created_at,
    opportunities.created_on,
    opportunities.fs_accepted_at,
    opportunities.fs_accepted_on,
    opportunities.is_valid_opportunity,
    opportunities.closed_at,
    opportunities.closed_on,
    opportunities.won_at,
    opportunities.won_on,
    opportunities.is_closed,
    opportunities.is_won,
    opportunities.loss_reason,
    opportunities.competitor,
    opportunities.is_countable,
    opportunities.exclusion_reason
from con_opportunities as opportunities;

create table marts.identity_edges as
with edges as (
    select 'person' as entity, * from person_edges
    union all
    select 'account', * from account_edges
)
select
    md5(concat_ws('|', entity, rule, left_node_id, right_node_id)) as edge_id,
    entity, left_node_id, right_node_id, rule, evidence, confidence, is_active
from edges;

create table marts.stage_events as
with stages as (
    select stage, stage_order, owner_process from lead_stages
)
select
    events.stage_event_id,
    events.subject_type,
    events.subject_id,
    events.lead_id,
    events.person_key,
    events.opportunity_id,
    events.contract_id,
    events.stage,
    stages.stage_order,
    stages.owner_process,
    events.occurred_at,
    events.occurred_on,
    events.source_system,
    events.source_record_type,
    events.source_record_id,
    events.source_value,
    events.is_inferred
from con_stage_events as events
left join stages on events.stage = stages.stage;

create table marts.people as
with countable as (
    select person_key, is_countable, exclusion_reason from countable_people
),
personas as (
    select person_key, persona, is_target from personas
),
domains as (
    select
        person_key,
        mail_domain(normalised_email(email)) as mail_domain
    from con_people as people
),
free_mail as (
    select domain from free_mail_domains
)
select
    people.person_key,
    people.account_key,
    domains.mail_domain,
    free_mail.domain is not null as is_free_mail,
    people.department,
    people.job_title,
    people.industry,
    people.employees,
    people.region,
    people.purpose,
    people.original_source,
    people.channel,
    coalesce(personas.persona, 'other') as persona,
    coalesce(personas.is_target, false) as is_target,
    countable.is_countable,
    countable.exclusion_reason,
    people.is_opted_out,
    people.is_deleted,
    people.first_seen_at,
    people.first_seen_on,
    people.current_score,
    people.ma_record_cnt,
    people.crm_lead_cnt,
    people.crm_contact_cnt
from con_people as people
left join countable on people.person_key = countable.person_key
left join personas on people.person_key = personas.person_key
left join domains on people.person_key = domains.person_key
left join free_mail on domains.mail_domain = free_mail.domain
where coalesce(people.first_seen_at <= (select as_of from run_parameters), true)
    or people.person_key in (select person_key from lead_cycles) or people.person_key in (select person_key from con_opportunities);

create table marts.data_status as
with batches as (
    select * from read_parquet(getvariable('landing') || '/_batches.parquet')
),
run_parameters as (
    select as_of from run_parameters
),
feeds as (
    select
        system,
        table_name,
        max_by(delivery, seq) as delivery,
        count(*) as batches,
        sum(rows_in) as rows_in,
        sum(rows_landed) as rows_landed,
        sum(rows_rejected) as rows_rejected,
        max(cast(confirmed_at as timestamp)) as last_extracted_at,
        max_by(sets_as_of, seq) as sets_as_of
    from batches
    group by system, table_name
)
select
    feeds.system,
    feeds.table_name,
    run_parameters.as_of,
    cast(null as timestamp) as published_at,
    feeds.delivery,
    cast(feeds.batches as bigint) as batches,
    cast(feeds.rows_in as bigint) as rows_in,
    cast(feeds.rows_landed as bigint) as rows_landed,
    cast(feeds.rows_rejected as bigint) as rows_rejected,
    feeds.last_extracted_at,
    case
        when feeds.sets_as_of
            then cast(date_diff('second', feeds.last_extracted_at, max(feeds.last_extracted_at) filter (where feeds.sets_as_of) over ()) as double) / 3600
    end as lag_hours,
    cast(0 as bigint) as cast_failures,
    cast(0 as bigint) as failed_checks
from feeds
cross join run_parameters;

create table marts.calendar as
select
    date_on,
    day_of_week,
    week_start_on,
    month_start_on,
    quarter_start_on,
    year,
    quarter,
    month,
    fiscal_year,
    fiscal_quarter,
    fiscal_quarter_start_on,
    fiscal_year_start_on,
    is_business_day,
    holiday_name,
    business_day_no,
    business_minutes_before
from con_calendar as calendar;

create table marts.handoffs as
select
    handoff_id,
    boundary,
    subject_id,
    out_at,
    out_system,
    in_at,
    in_system,
    in_status,
    origin,
    classification,
    lead_id,
    opportunity_id,
    contract_id,
    out_record_id,
    in_record_type,
    in_record_id,
    out_on,
    in_on,
    due_at,
    entered_at,
    entered_on,
    left_at,
    left_on,
    left_as
from relay_handoffs as handoffs;

create table marts.leads as
select
    lead_id,
    person_key,
    account_key,
    cycle_no,
    first_seen_at,
    original_source,
    channel,
    campaign,
    persona,
    is_countable,
    exclusion_reason,
    is_hot,
    mql_at,
    handed_over_at,
    accepted_at,
    first_attempt_at,
    first_contact_at,
    opportunity_created_at,
    won_at,
    current_stage,
    max_stage,
    owner_process,
    received_at,
    valid_opportunity_at,
    closed_at,
    close_reason,
    first_seen_on,
    mql_on,
    handed_over_on,
    received_on,
    accepted_on,
    opportunity_created_on,
    valid_opportunity_on,
    won_on,
    closed_on
from lead_facts as leads;

create table marts.relay_ledger as
with counted as (
    select
        boundary,
        month_start_on,
        transit,
        stock,
        lag(transit, 1, 0) over (partition by boundary order by month_start_on) as transit_open,
        lag(stock, 1, 0) over (partition by boundary order by month_start_on) as stock_open
    from relay_ledger_stocks
)
select
    flows.boundary,
    flows.month_start_on,
    cast(counted.transit_open as bigint) as transit_open,
    cast(flows.out as bigint) as out,
    cast(flows.delivered as bigint) as delivered,
    cast(flows.grain_merged as bigint) as grain_merged,
    cast(flows.lost as bigint) as lost,
    cast(counted.transit as bigint) as transit,
    cast(counted.transit_open + out - delivered - grain_merged - lost - counted.transit as bigint) as transit_residual,
    cast(counted.stock_open as bigint) as stock_open,
    cast(flows.recovered as bigint) as recovered,
    cast(flows.declared_non_relay as bigint) as declared_non_relay,
    cast(flows.recycled_in as bigint) as recycled_in,
    cast(flows.reopened as bigint) as reopened,
    cast(flows.invented as bigint) as invented,
    cast(flows.double_entry as bigint) as double_entry,
    cast(flows.converted as bigint) as converted,
    cast(flows.rejected as bigint) as rejected,
    cast(flows.disqualified as bigint) as disqualified,
    cast(flows.recycled_out as bigint) as recycled_out,
    cast(flows.lost_deals as bigint) as lost_deals,
    cast(flows.deleted as bigint) as deleted,
    cast(flows.merged_away as bigint) as merged_away,
    cast(counted.stock as bigint) as stock,
    cast(counted.stock_open + delivered + recovered + declared_non_relay + recycled_in + reopened + invented + double_entry - converted - rejected - disqualified - recycled_out - lost_deals - deleted - merged_away - counted.stock as bigint) as stock_residual
from relay_ledger_flows as flows
join counted on flows.boundary = counted.boundary and flows.month_start_on = counted.month_start_on;

create table restricted.people_contacts as
select
    person_key,
    full_name,
    last_name,
    first_name,
    email,
    phone,
    company_name
from con_people as people;
