-- Who is who (docs/definitions.md, 2): records -> edges -> people and accounts. The company has one MA (hubspot), one CRM (salesforce) and no
-- company registry. A node is 'system|type|id'; the key of a person or an account is the least md5 of its nodes.

create temp view run_parameters as
select cast(getvariable('as_of') as timestamp) as as_of, business_date(cast(getvariable('as_of') as timestamp)) as as_of_on;

-- label -> root, of the nodes with an active edge: each hooks on to its least neighbour; of the few hooks that still have edges
-- between them the labels that sank hand their root on until none sinks.
create temp macro components(edges) as table
with recursive neighbours as materialized (
    select md5(left_node_id) as label, md5(right_node_id) as neighbour from query_table(edges) where is_active
    union all
    select md5(right_node_id), md5(left_node_id) from query_table(edges) where is_active
),
hooks as materialized (
    select label, least(label, min(neighbour)) as hook from neighbours group by label
),
hooked as materialized (
    select hooks.label, nexts.hook from hooks join hooks as nexts on hooks.hook = nexts.label
),
contracted as materialized (
    select distinct lefts.hook as label, rights.hook as neighbour
    from neighbours
    join hooked as lefts using (label)
    join hooked as rights on neighbours.neighbour = rights.label
    where lefts.hook <> rights.hook
),
labels(label, root) using key (label) as (
    select label, least(label, min(neighbour)) from contracted group by label
    union
    select contracted.neighbour, min(labels.root)
    from labels
    join contracted on labels.label = contracted.label
    join recurring.labels as known on contracted.neighbour = known.label
    where labels.root < known.root
    group by contracted.neighbour
)
select hooked.label, coalesce(labels.root, hooked.hook) as root
from hooked
left join labels on hooked.hook = labels.label;

-- what each record says of its person; type_rank is the order of belief
create temp table said as
select
    'hubspot|ma_person|' || ma_id as node_id, source_system, 'ma_person' as record_type, ma_id as record_id, 1 as type_rank, created_at, updated_at,
    is_deleted, email, last_name, first_name, phone, company_name, corporate_number, cast(null as varchar) as website, department, job_title, industry,
    employees, region, purpose, original_source, cast(null as varchar) as campaign_id, is_opted_out, score
from ma_person
union all
select
    'salesforce|crm_lead|' || crm_lead_id, source_system, 'crm_lead', crm_lead_id, 2, created_at, updated_at, is_deleted, email, last_name, first_name,
    phone, company_name, corporate_number, website, department, job_title, industry, employees, region, null, lead_source, campaign_id, null, null
from crm_lead
union all
select
    'salesforce|crm_contact|' || crm_contact_id, source_system, 'crm_contact', crm_contact_id, 3, created_at, updated_at, is_deleted, email, last_name,
    first_name, phone, null, null, null, department, job_title, null, null, null, null, null, null, null, null
from crm_contact;

-- a merge may name a record that no system delivers any more
create temp table person_nodes as
with merged as (
    select 'hubspot' as source_system, 'ma_person' as record_type, unnest([winner_id, loser_id]) as record_id from ma_merge
    union
    select 'salesforce', 'crm_lead', master_record_id from crm_lead
    union
    select 'salesforce', 'crm_contact', master_record_id from crm_contact
)
select
    node_id, md5(node_id) as node_key, source_system, record_type, record_id, type_rank, normalised_email(email) as email_normalised,
    nullif(replace(norm_ja(coalesce(last_name || coalesce(first_name, ''), first_name)), ' ', ''), '') as full_name_normalised,
    created_at, updated_at, coalesce(is_deleted, false) as is_deleted, true as is_delivered
from said
union all
select concat_ws('|', source_system, record_type, record_id) as node_id, md5(node_id), *, 9, null, null, null, null, true, false
from merged
where record_id <> '' and concat_ws('|', source_system, record_type, record_id) not in (select node_id from said);

create temp table identity_decisions as
select
    action,
    concat_ws('|', left_system, left_type, left_id) as left_node_id,
    concat_ws('|', right_system, right_type, right_id) as right_node_id,
    case when left_type = 'crm_account' then 'account' else 'person' end as entity
from identity_overrides
where action in ('join', 'split');

create temp view split_pairs as
select distinct least(left_node_id, right_node_id) as left_node_id, greatest(left_node_id, right_node_id) as right_node_id, true as is_split
from identity_decisions
where action = 'split';

-- Records of one address form a star around the least of them; a record split from another of the address leaves the star, its edge inactive.
create temp table person_edges as
with addressed as (
    select
        node_id, email_normalised, mailboxes.local_part is not null as is_shared,
        case when mailboxes.local_part is null then email_normalised else email_normalised || '|' || full_name_normalised end as email_key
    from person_nodes
    left join shared_mailboxes as mailboxes on split_part(email_normalised, '@', 1) = mailboxes.local_part
    where email_normalised is not null
),
expelled as (
    select rights.node_id, min(lefts.node_id) as left_node_id
    from identity_decisions as splits
    join addressed as lefts on splits.left_node_id = lefts.node_id
    join addressed as rights on splits.right_node_id = rights.node_id and lefts.email_key = rights.email_key
    where splits.action = 'split'
    group by rights.node_id
),
centres as (
    select email_key, min(node_id) as centre_node_id
    from addressed
    where email_key is not null and node_id not in (select node_id from expelled)
    group by email_key
    having count(*) > 1
),
links(rule, left_node_id, right_node_id, evidence, confidence, is_active) as (
    select 'ma_crm_id', 'hubspot|ma_person|' || ma_id, 'salesforce|crm_lead|' || crm_lead_id, 'crm_lead ' || crm_lead_id, 1::decimal(5, 4), true
    from ma_person where crm_lead_id <> ''
    union all
    select 'ma_crm_id', 'hubspot|ma_person|' || ma_id, 'salesforce|crm_contact|' || crm_contact_id, 'crm_contact ' || crm_contact_id, 1, true
    from ma_person where crm_contact_id <> ''
    union all
    select 'ma_crm_id', 'salesforce|crm_lead|' || crm_lead_id, 'hubspot|ma_person|' || ma_id, 'ma_person ' || ma_id, 1, true
    from crm_lead where ma_id <> ''
    union all
    select 'ma_crm_id', 'salesforce|crm_contact|' || crm_contact_id, 'hubspot|ma_person|' || ma_id, 'ma_person ' || ma_id, 1, true
    from crm_contact where ma_id <> ''
    union all
    select
        'crm_conversion', 'salesforce|crm_lead|' || crm_lead_id, 'salesforce|crm_contact|' || converted_contact_id,
        'crm_contact ' || converted_contact_id, 1, true
    from crm_lead where converted_contact_id <> ''
    union all
    select 'crm_merge', 'salesforce|crm_lead|' || crm_lead_id, 'salesforce|crm_lead|' || master_record_id, 'crm_lead ' || master_record_id, 1, true
    from crm_lead where master_record_id <> ''
    union all
    select
        'crm_merge', 'salesforce|crm_contact|' || crm_contact_id, 'salesforce|crm_contact|' || master_record_id,
        'crm_contact ' || master_record_id, 1, true
    from crm_contact where master_record_id <> ''
    union all
    select 'ma_merge', 'hubspot|ma_person|' || loser_id, 'hubspot|ma_person|' || winner_id, 'ma_person ' || winner_id, 1, true from ma_merge
    union all
    select 'override_join', left_node_id, right_node_id, 'identity_overrides', 1, true
    from identity_decisions where action = 'join' and entity = 'person'
    union all
    select
        'email', coalesce(expelled.left_node_id, centres.centre_node_id), node_id,
        masked_email(email_normalised) || case when is_shared then ' and the same name' else '' end,
        case when is_shared then 0.95 else 0.99 end, expelled.node_id is null
    from addressed
    left join expelled using (node_id)
    left join centres using (email_key)
    where email_key is not null
),
edges as (
    select
        rule, least(left_node_id, right_node_id) as left_node_id, greatest(left_node_id, right_node_id) as right_node_id,
        min(evidence) as evidence, max(confidence) as confidence, bool_and(is_active) as is_active
    from links
    where left_node_id <> right_node_id
        and (rule = 'email' or (left_node_id in (select node_id from person_nodes) and right_node_id in (select node_id from person_nodes)))
    group by all
)
select edges.* replace (edges.is_active and split_pairs.is_split is null as is_active)
from edges
left join split_pairs using (left_node_id, right_node_id);

create temp table person_records as
select
    node_id, source_system, record_type, record_id, coalesce(root, node_key) as person_key, email_normalised, full_name_normalised, created_at,
    is_deleted, is_delivered,
    row_number() over (partition by coalesce(root, node_key) order by type_rank, updated_at desc nulls last, node_id) as record_rank,
    row_number() over (partition by coalesce(root, node_key) order by type_rank, created_at nulls last, node_id) as birth_rank
from person_nodes
left join components('person_edges') on node_key = label;

create temp table contract_accounts as
select contracts.contract_id, 'salesforce|crm_account|' || accounts.crm_account_id as account_node_id
from cs_contract as contracts
left join crm_opportunity as opportunities using (crm_opportunity_id)
join crm_account as accounts on coalesce(nullif(contracts.crm_account_id, ''), opportunities.crm_account_id) = accounts.crm_account_id;

-- who names a company: CRM accounts, MA persons, CRM leads, contracts without account. A merged-away account says nothing of itself.
create temp table account_mentions as
with mentions(source_system, record_type, record_id, person_key, created_at, company_name, written_number, domain, is_merged_away) as (
    select
        said.source_system, said.record_type, said.record_id, person_key, said.created_at, company_name, corporate_number,
        coalesce(mail_domain(email_normalised), web_domain(website)), false
    from said
    join person_records using (node_id)
    where company_name is not null or corporate_number is not null
    union all
    select source_system, 'cs_contract', contract_id, null, created_at, customer_name, corporate_number, null, false
    from cs_contract
    where contract_id not in (select contract_id from contract_accounts)
    union all
    select
        source_system, 'crm_account', crm_account_id, null, created_at, name,
        case when coalesce(master_record_id, '') = '' then corporate_number end,
        case when coalesce(master_record_id, '') = '' then web_domain(website) end,
        coalesce(master_record_id, '') <> ''
    from crm_account
    union all
    select distinct 'salesforce', 'crm_account', master_record_id, null, null::timestamp, null, null, null, true
    from crm_account
    where master_record_id <> '' and master_record_id not in (select crm_account_id from crm_account)
),
name_keys as (
    select company_name, company_name_key(company_name) as name_key
    from (select distinct company_name from mentions where company_name is not null)
)
select
    source_system, record_type, record_id, concat_ws('|', source_system, record_type, record_id) as record_node_id, person_key, created_at,
    company_name, name_key, case when free_mail.domain is null then mentions.domain end as domain,
    valid_corporate_number(written_number) as corporate_number, is_merged_away
from mentions
left join name_keys using (company_name)
left join free_mail_domains as free_mail on mentions.domain = free_mail.domain;

-- Mentions of one name, domain and number share a node; one that no rule can join shares it only with the person's mentions of that name.
create temp table account_nodes as
with pairs as (
    select
        domain, name_key, count(*) filter (where record_type = 'crm_account') = 0 and count(corporate_number) = 0 as is_loose,
        coalesce(min(corporate_number) = max(corporate_number), true) as is_one_company
    from account_mentions
    where domain is not null and name_key is not null and not is_merged_away
    group by domain, name_key
)
select
    case
        when record_type = 'crm_account' then record_node_id
        when corporate_number is not null or is_one_company
            then 'mention|' || md5(coalesce(corporate_number, '') || '|' || coalesce(domain, '') || '|' || coalesce(name_key, ''))
        when person_key is not null then 'mention|' || md5(person_key || '|' || coalesce(domain, '') || '|' || coalesce(name_key, ''))
        else record_node_id
    end as node_id,
    mentions.*,
    coalesce(is_one_company, false) as is_in_pair,
    coalesce(is_one_company and is_loose, false) as is_loose_pair
from account_mentions as mentions
left join pairs using (domain, name_key)
where name_key is not null or corporate_number is not null or record_type = 'crm_account';

-- the CRM account of the person's contact created last
create temp table person_contact_accounts as
select
    person_key, 'salesforce|crm_account|' || crm_account_id as account_node_id, mail_domain(email_normalised) as contact_mail_domain
from person_records as records
join crm_contact as contacts on records.node_id = 'salesforce|crm_contact|' || contacts.crm_contact_id
where crm_account_id in (select crm_account_id from crm_account)
qualify row_number() over (partition by person_key order by records.is_deleted, contacts.created_at desc nulls last, node_id) = 1;

create temp table account_edges as
with groups as (
    select distinct node_id, domain, name_key, corporate_number, is_in_pair from account_nodes where not is_merged_away
),
links(rule, left_node_id, right_node_id, evidence, confidence) as (
    select 'corporate_number', min(node_id) over (partition by corporate_number), node_id, corporate_number, 0.99::decimal(5, 4)
    from groups where corporate_number is not null
    union all
    select 'domain_name', min(node_id) over (partition by domain, name_key), node_id, domain || ' ' || name_key, 0.98
    from groups where is_in_pair
    union all
    select 'contact_account', min(account_node_id), node_id, 'CRM contact of the same person', 0.95
    from account_nodes
    join person_contact_accounts using (person_key)
    where corporate_number is null and (not is_in_pair or (is_loose_pair and domain = contact_mail_domain))
    group by node_id
    having min(account_node_id) = max(account_node_id)
    union all
    select
        'crm_merge', 'salesforce|crm_account|' || master_record_id, 'salesforce|crm_account|' || crm_account_id, 'crm_account ' || master_record_id, 1
    from crm_account where master_record_id <> ''
    union all
    select 'override_join', left_node_id, right_node_id, 'identity_overrides', 1
    from identity_decisions
    where action = 'join' and entity = 'account'
        and left_node_id in (select node_id from account_nodes) and right_node_id in (select node_id from account_nodes)
),
edges as (
    select
        rule, least(left_node_id, right_node_id) as left_node_id, greatest(left_node_id, right_node_id) as right_node_id,
        min(evidence) as evidence, max(confidence) as confidence
    from links
    where left_node_id <> right_node_id
    group by all
)
select edges.*, is_split is null as is_active
from edges
left join split_pairs using (left_node_id, right_node_id);

create temp table account_records as
with keyed as (
    select coalesce(root, md5(node_id)) as account_key, nodes.*
    from account_nodes as nodes
    left join components('account_edges') on md5(node_id) = label
)
from keyed
union all by name
select account_key, node_id, 'generic' as source_system, 'cs_contract' as record_type, contract_id as record_id, false as is_merged_away
from contract_accounts
join keyed on account_node_id = node_id;

create temp table con_accounts as
with members as (
    select
        records.account_key, records.record_type, coalesce(records.is_merged_away, false) as is_merged_away, records.company_name, records.domain,
        records.corporate_number, records.created_at, accounts.industry, accounts.employees, accounts.region,
        row_number() over (
            partition by records.account_key
            order by
                records.record_type <> 'crm_account', records.is_merged_away, accounts.updated_at desc nulls last, records.created_at nulls last,
                records.source_system, records.record_type, records.record_id
        ) as record_rank
    from account_records as records
    left join crm_account as accounts on case when records.record_type = 'crm_account' then records.record_id end = accounts.crm_account_id
)
select
    account_key,
    coalesce(
        arg_min(company_name, record_rank) filter (where record_type = 'crm_account'), arg_min(company_name, record_rank)
    ) as name,
    arg_min(corporate_number, record_rank) as corporate_number,
    arg_min(domain, record_rank) as domain,
    arg_min(industry, record_rank) as industry,
    arg_min(employees, record_rank) as employees,
    arg_min(region, record_rank) as region,
    count(*) filter (where record_type = 'crm_account' and not is_merged_away) as crm_account_cnt,
    count(*) as record_cnt,
    false as is_registered,
    min(created_at) as first_seen_at
from members
group by account_key;

-- Answers of campaign members: a response each, on the first record the membership names.
create temp view activities_campaign as
with campaigns as (
    select source_system, campaign_id, name from ma_campaign
)
select
    members.source_system,
    'campaign' as activity_origin,
    members.member_id as activity_id,
    case
        when members.ma_id is not null then 'ma_person'
        when members.crm_contact_id is not null then 'crm_contact'
        when members.crm_lead_id is not null then 'crm_lead'
    end as record_type,
    coalesce(members.ma_id, members.crm_contact_id, members.crm_lead_id) as record_id,
    cast(null as varchar) as crm_opportunity_id,
    members.campaign_id,
    campaigns.name as asset_name,
    'campaign_response' as activity_type,
    true as is_response,
    false as is_human,
    'inbound' as direction,
    false as is_two_way,
    members.responded_at as occurred_at,
    cast(date_trunc('month', members.responded_at) as date) as occurred_month,
    cast(null as varchar) as _batch_id
from ma_campaign_member as members
left join campaigns
    on members.source_system = campaigns.source_system and members.campaign_id = campaigns.campaign_id
where coalesce(members.has_responded, false)
    and members.responded_at is not null
    and not coalesce(members.is_deleted, false);

-- Sales activities. A human one is a call, an e-mail or a meeting that no machine made.
create temp view activities_crm as
with sales as (
    select * from crm_activity
    where occurred_at is not null and not coalesce(is_deleted, false)
),
activity_types as (
    select * from activity_types where object = 'crm_activity'
),
mapped as (
    select
        sales.*,
        coalesce(activity_types.activity_type, lower(trim(sales.activity_type))) as mapped_type,
        coalesce(activity_types.is_response, false) as is_response,
        case
            when lower(trim(sales.direction)) = 'inbound' or activity_types.is_inbound then 'inbound'
            else 'outbound'
        end as mapped_direction,
        activity_outcomes.outcome as mapped_outcome
    from sales
    left join activity_types
        on sales.source_system = activity_types.source_system
        and lower(trim(sales.activity_type)) = activity_types.source_value
    left join activity_outcomes on lower(trim(sales.outcome)) = activity_outcomes.source_value
)
select
    source_system,
    'crm' as activity_origin,
    activity_id,
    case
        when crm_lead_id is not null then 'crm_lead'
        when crm_contact_id is not null then 'crm_contact'
    end as record_type,
    coalesce(crm_lead_id, crm_contact_id) as record_id,
    crm_opportunity_id,
    cast(null as varchar) as campaign_id,
    cast(null as varchar) as asset_name,
    mapped_type as activity_type,
    is_response,
    mapped_type in ('call', 'email', 'meeting') and not coalesce(is_automated, false) as is_human,
    mapped_direction as direction,
    mapped_direction = 'inbound' or coalesce(mapped_outcome in ('connected', 'held', 'replied'), false) as is_two_way,
    occurred_at,
    cast(date_trunc('month', occurred_at) as date) as occurred_month,
    cast(null as varchar) as _batch_id
from mapped;

-- a mart needs only the responses of MA persons; the table of all activities is activities.sql
create temp view activities_ma as
select
    responses.source_system, 'ma' as activity_origin, responses.activity_id, 'ma_person' as record_type, responses.ma_id as record_id,
    cast(null as varchar) as crm_opportunity_id, responses.campaign_id, responses.asset_name, types.activity_type, true as is_response,
    false as is_human, case when types.is_inbound then 'inbound' else 'outbound' end as direction, false as is_two_way, responses.occurred_at,
    cast(date_trunc('month', responses.occurred_at) as date) as occurred_month, cast(null as varchar) as _batch_id
from ma_responses as responses
inner join activity_types as types
    on types.object = 'ma_activity' and types.source_system = responses.source_system and types.source_value = responses.activity_type
where types.is_response and responses.occurred_at is not null;

create temp table activities as
select * from activities_ma
union all
select * from activities_campaign
union all
select * from activities_crm;

-- each attribute is the first that a record has; MA before CRM lead before CRM contact, the newest first
create temp table con_people as
with responses as (
    select person_key, min(occurred_at) as first_response_at
    from activities
    join person_records using (source_system, record_type, record_id)
    where is_response and occurred_at <= (select as_of from run_parameters)
    group by person_key
),
mentioned as (
    select records.person_key, arg_min(account_key, record_rank) as account_key
    from account_records
    join person_records as records using (source_system, record_type, record_id)
    group by all
),
contacted as (
    select contacts.person_key, account_key
    from person_contact_accounts as contacts
    join account_records as records on records.record_type = 'crm_account' and contacts.account_node_id = records.node_id
),
merged as (
    select
        person_key,
        arg_min(coalesce(last_name || coalesce(' ' || first_name, ''), first_name), record_rank) as full_name,
        arg_min(last_name, record_rank) as last_name,
        arg_min(first_name, record_rank) filter (where last_name is not null) as first_name,
        arg_min(email, record_rank) as email,
        arg_min(phone, record_rank) as phone,
        arg_min(company_name, record_rank) as company_name,
        arg_min(department, record_rank) as department,
        arg_min(job_title, record_rank) as job_title,
        arg_min(industry, record_rank) as industry,
        arg_min(employees, record_rank) as employees,
        arg_min(region, record_rank) as region,
        arg_min(purpose, record_rank) as purpose,
        arg_min(score, record_rank) as current_score,
        min(original_source) filter (where birth_rank = 1) as original_source,
        bool_or(coalesce(is_opted_out, false)) as is_opted_out,
        bool_and(records.is_deleted) as is_deleted,
        min(records.created_at) as first_created_at,
        count(*) filter (where is_delivered and records.record_type = 'ma_person') as ma_record_cnt,
        count(*) filter (where is_delivered and records.record_type = 'crm_lead') as crm_lead_cnt,
        count(*) filter (where is_delivered and records.record_type = 'crm_contact') as crm_contact_cnt
    from person_records as records
    left join said using (node_id)
    group by person_key
)
select
    merged.* replace (
        coalesce(merged.company_name, accounts.name) as company_name,
        coalesce(merged.industry, accounts.industry) as industry,
        coalesce(merged.employees, accounts.employees) as employees,
        coalesce(merged.region, accounts.region) as region
    ),
    accounts.account_key,
    coalesce(channels.channel, lower(trim(original_source))) as channel,
    least(first_created_at, first_response_at) as first_seen_at,
    business_date(least(first_created_at, first_response_at)) as first_seen_on
from merged
left join responses using (person_key)
left join mentioned using (person_key)
left join contacted using (person_key)
left join con_accounts as accounts on accounts.account_key = coalesce(contacted.account_key, mentioned.account_key)
left join channels on lower(trim(original_source)) = channels.source_value;

create temp table con_calendar as
with days as (
    select
        (date '1900-01-01' + cast(day_no as integer)) as date_on,
        cast(day_no % 7 + 1 as integer) as day_of_week
    from range(0, 51500) as spine(day_no)
),
holidays as (
    select holiday_on, name from holidays
),
hours as (
    select cast(close_minute - open_minute as bigint) as minutes_per_day from business_hours
),
dated as (
    select
        days.date_on,
        days.day_of_week,
        cast(date_trunc('week', days.date_on) as date) as week_start_on,
        cast(date_trunc('month', days.date_on) as date) as month_start_on,
        cast(date_trunc('quarter', days.date_on) as date) as quarter_start_on,
        cast(extract(year from days.date_on) as integer) as year,
        cast(extract(quarter from days.date_on) as integer) as quarter,
        cast(extract(month from days.date_on) as integer) as month,
        cast((extract(month from days.date_on) + 12 - 4) % 12 as integer) as fiscal_month_no,
        days.day_of_week <= 5 and holidays.holiday_on is null as is_business_day,
        holidays.name as holiday_name
    from days
    left join holidays on days.date_on = holidays.holiday_on
),
fiscal as (
    select
        *,
        case when month < 4 then year - 1 else year end as fiscal_year,
        case when fiscal_month_no < 3 then 1 when fiscal_month_no < 6 then 2 when fiscal_month_no < 9 then 3 else 4 end as fiscal_quarter,
        month - fiscal_month_no % 3 as fiscal_quarter_first_month,
        sum(case when is_business_day then cast(1 as bigint) else cast(0 as bigint) end)
            over (order by date_on rows between unbounded preceding and current row)
            - case when is_business_day then 1 else 0 end as business_days_before
    from dated
)
select
    fiscal.date_on,
    fiscal.day_of_week,
    fiscal.week_start_on,
    fiscal.month_start_on,
    fiscal.quarter_start_on,
    fiscal.year,
    fiscal.quarter,
    fiscal.month,
    fiscal.fiscal_year,
    fiscal.fiscal_quarter,
    case
        when fiscal.fiscal_quarter_first_month >= 1 then make_date(fiscal.year, fiscal.fiscal_quarter_first_month, 1)
        else make_date(fiscal.year - 1, fiscal.fiscal_quarter_first_month + 12, 1)
    end as fiscal_quarter_start_on,
    make_date(fiscal.fiscal_year, 4, 1) as fiscal_year_start_on,
    fiscal.is_business_day,
    fiscal.holiday_name,
    cast(fiscal.business_days_before as bigint) as business_day_no,
    cast(fiscal.business_days_before * hours.minutes_per_day as bigint) as business_minutes_before
from fiscal
cross join hours;
