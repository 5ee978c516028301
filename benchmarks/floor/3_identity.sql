create temp view run_parameters as
select cast(getvariable('as_of') as timestamp) as as_of, business_date(cast(getvariable('as_of') as timestamp)) as as_of_on;

create temp table company_registry as
select cast(null as varchar) as corporate_number, cast(null as varchar) as name where false;

-- One row per record of a person in any system, with the keys under which records meet. A merge may name records that
-- no system delivers any more: they are nodes without data, so that what happened under their ids finds its person.
create temp table person_nodes as
with records as (
    select
        source_system, 'ma_person' as record_type, ma_id as record_id, email,
        coalesce(last_name || coalesce(first_name, ''), full_name, first_name) as written_name,
        created_at, updated_at, is_deleted
    from ma_person
    union all
    select
        source_system, 'crm_lead' as record_type, crm_lead_id as record_id, email,
        coalesce(last_name || coalesce(first_name, ''), full_name, first_name) as written_name,
        created_at, updated_at, is_deleted
    from crm_lead
    union all
    select
        source_system, 'crm_contact' as record_type, crm_contact_id as record_id, email,
        coalesce(last_name || coalesce(first_name, ''), full_name, first_name) as written_name,
        created_at, updated_at, is_deleted
    from crm_contact
),
named_by_merges as (
    select source_system, 'ma_person' as record_type, winner_id as record_id from ma_merge
    union
    select source_system, 'ma_person' as record_type, loser_id as record_id from ma_merge
    union
    select source_system, 'crm_lead' as record_type, master_record_id as record_id from crm_lead
    union
    select source_system, 'crm_contact' as record_type, master_record_id as record_id from crm_contact
),
merge_only as (
    select named_by_merges.*
    from named_by_merges
    left join records
        on named_by_merges.source_system = records.source_system
        and named_by_merges.record_type = records.record_type
        and named_by_merges.record_id = records.record_id
    where named_by_merges.record_id <> '' and records.record_id is null
),
all_records as (
    select records.*, true as is_delivered from records
    union all
    select
        source_system, record_type, record_id, cast(null as varchar) as email,
        cast(null as varchar) as written_name, cast(null as timestamp) as created_at,
        cast(null as timestamp) as updated_at, true as is_deleted, false as is_delivered
    from merge_only
),
normalised as (
    select
        *,
        source_system || '|' || record_type || '|' || record_id as node_id,
        normalised_email(email) as email_normalised,
        nullif(replace(norm_ja(written_name), ' ', ''), '') as full_name_normalised
    from all_records
)
select
    node_id,
    md5(coalesce(cast(node_id as varchar), '')) as node_key,
    source_system,
    record_type,
    record_id,
    email_normalised,
    full_name_normalised,
    created_at,
    updated_at,
    coalesce(is_deleted, false) as is_deleted,
    is_delivered
from normalised;

-- Edges that the systems themselves state: one record carries the id of another.
create temp view person_id_edges as
with links as (
    select 'ma_crm_id' as rule, source_system, 'ma_person' as from_type, ma_id as from_id,
        cast(null as varchar) as to_system, 'crm_lead' as to_type, crm_lead_id as to_id
    from ma_person as ma_persons
    union all
    select 'ma_crm_id', source_system, 'ma_person', ma_id, null, 'crm_contact', crm_contact_id from ma_person as ma_persons
    union all
    select 'ma_crm_id', source_system, 'crm_lead', crm_lead_id, null, 'ma_person', ma_id from crm_lead as leads
    union all
    select 'ma_crm_id', source_system, 'crm_contact', crm_contact_id, null, 'ma_person', ma_id from crm_contact as contacts
    union all
    select 'crm_conversion', source_system, 'crm_lead', crm_lead_id, source_system, 'crm_contact', converted_contact_id from crm_lead as leads
    union all
    select 'crm_merge', source_system, 'crm_lead', crm_lead_id, source_system, 'crm_lead', master_record_id from crm_lead as leads
    union all
    select 'crm_merge', source_system, 'crm_contact', crm_contact_id, source_system, 'crm_contact', master_record_id from crm_contact as contacts
    union all
    select 'ma_merge', source_system, 'ma_person', loser_id, source_system, 'ma_person', winner_id from ma_merge
),
targets as (
    select
        links.rule,
        links.source_system || '|' || links.from_type || '|' || links.from_id as from_node_id,
        links.to_type,
        links.to_id,
        min(nodes.node_id) filter (where nodes.source_system = links.source_system) as own_node_id,
        min(nodes.node_id) as any_node_id,
        count(*) as candidate_cnt
    from links
    inner join person_nodes as nodes
        on links.to_type = nodes.record_type
        and links.to_id = nodes.record_id
        and coalesce(links.to_system, nodes.source_system) = nodes.source_system
    where links.from_id <> '' and links.to_id <> ''
    group by 1, 2, 3, 4
)
select
    rule,
    from_node_id,
    coalesce(own_node_id, any_node_id) as to_node_id,
    to_type || ' ' || to_id as evidence
from targets
where own_node_id is not null or candidate_cnt = 1;

-- Pairs of records that a person decided to keep apart or to join, as node ids.
create temp table identity_decisions as
select
    action,
    left_system || '|' || left_type || '|' || left_id as left_node_id,
    right_system || '|' || right_type || '|' || right_id as right_node_id,
    case when left_type = 'crm_account' then 'account' else 'person' end as entity
from identity_overrides as overrides
where action in ('join', 'split');

-- Records with one e-mail address form a star around the least of them: linear where all pairs would be quadratic.
-- A shared mailbox joins only records that also carry one full name.
create temp view person_email_edges as
with nodes as (
    select * from person_nodes
    where email_normalised is not null
),
shared_mailboxes as (
    select local_part from shared_mailboxes
),
splits as (
    select * from identity_decisions
    where action = 'split' and entity = 'person'
),
keyed as (
    select
        nodes.node_id,
        nodes.email_normalised,
        shared_mailboxes.local_part is not null as is_shared,
        case
            when shared_mailboxes.local_part is null then nodes.email_normalised
            else nodes.email_normalised || '|' || nodes.full_name_normalised
        end as email_key
    from nodes
    left join shared_mailboxes on split_part(nodes.email_normalised, '@', 1) = shared_mailboxes.local_part
),
expelled as (
    select rights.node_id, min(lefts.node_id) as left_node_id
    from splits
    inner join keyed as lefts on splits.left_node_id = lefts.node_id
    inner join keyed as rights on splits.right_node_id = rights.node_id and lefts.email_key = rights.email_key
    group by rights.node_id
),
members as (
    select keyed.*, expelled.left_node_id
    from keyed
    left join expelled on keyed.node_id = expelled.node_id
    where keyed.email_key is not null
),
centres as (
    select email_key, min(node_id) as centre_node_id
    from members
    where left_node_id is null
    group by email_key
    having count(*) > 1
)
select
    coalesce(members.left_node_id, centres.centre_node_id) as left_node_id,
    members.node_id as right_node_id,
    members.left_node_id is null as is_active,
    masked_email(members.email_normalised)
    || case when members.is_shared then ' and the same name' else '' end as evidence,
    cast(case when members.is_shared then 0.95 else 0.99 end as decimal(5, 4)) as confidence
from members
left join centres on members.email_key = centres.email_key
where coalesce(members.left_node_id, centres.centre_node_id) <> members.node_id;

-- Every reason to take two records for one person; the ones that a split overrules stay, inactive.
create temp table person_edges as
with decisions as (
    select * from identity_decisions
    where entity = 'person'
),
nodes as (
    select node_id, node_key from person_nodes
),
candidates as (
    select
        rule, least(from_node_id, to_node_id) as left_node_id, greatest(from_node_id, to_node_id) as right_node_id,
        evidence, cast(1 as decimal(5, 4)) as confidence, true as is_active
    from person_id_edges as id_edges
    union all
    select
        'email', least(left_node_id, right_node_id), greatest(left_node_id, right_node_id), evidence, confidence, is_active
    from person_email_edges as email_edges
    union all
    select
        'override_join', least(left_node_id, right_node_id), greatest(left_node_id, right_node_id), 'identity_overrides',
        cast(1 as decimal(5, 4)), true
    from decisions
    where action = 'join'
),
edges as (
    select
        rule, left_node_id, right_node_id,
        min(evidence) as evidence, max(confidence) as confidence, bool_and(is_active) as is_active
    from candidates
    where left_node_id <> right_node_id
    group by rule, left_node_id, right_node_id
),
split_pairs as (
    select
        least(left_node_id, right_node_id) as left_node_id,
        greatest(left_node_id, right_node_id) as right_node_id
    from decisions
    where action = 'split'
    group by 1, 2
)
select
    edges.rule,
    edges.left_node_id,
    edges.right_node_id,
    left_nodes.node_key as left_key,
    right_nodes.node_key as right_key,
    edges.evidence,
    edges.confidence,
    edges.is_active and split_pairs.left_node_id is null as is_active
from edges
inner join nodes as left_nodes on edges.left_node_id = left_nodes.node_id
inner join nodes as right_nodes on edges.right_node_id = right_nodes.node_id
left join split_pairs
    on edges.left_node_id = split_pairs.left_node_id
    and edges.right_node_id = split_pairs.right_node_id;

create temp table person_round_1 as
with edges as (
    select
        least(left_key, right_key) as left_key,
        greatest(left_key, right_key) as right_key
    from person_edges
    where left_key <> right_key and is_active
    group by 1, 2
),
neighbours as (
    select left_key as label, right_key as neighbour from edges
    union all
    select right_key as label, left_key as neighbour from edges
),
jumps_1 as (
    select label, least(label, min(neighbour)) as parent
    from neighbours
    group by label
),
jumps_2 as (
    select jumps.label, parents.parent
    from jumps_1 as jumps
    inner join jumps_1 as parents on jumps.parent = parents.label
),
jumps_4 as (
    select jumps.label, parents.parent
    from jumps_2 as jumps
    inner join jumps_2 as parents on jumps.parent = parents.label
),
jumps_8 as (
    select jumps.label, parents.parent
    from jumps_4 as jumps
    inner join jumps_4 as parents on jumps.parent = parents.label
)
select
    edges.left_key,
    edges.right_key,
    lefts.parent as left_parent,
    rights.parent as right_parent
from edges
inner join jumps_8 as lefts on edges.left_key = lefts.label
inner join jumps_8 as rights on edges.right_key = rights.label;

create temp table person_round_2 as
with edges as (
    select
        least(left_parent, right_parent) as left_key,
        greatest(left_parent, right_parent) as right_key
    from person_round_1
    where left_parent <> right_parent
    group by 1, 2
),
neighbours as (
    select left_key as label, right_key as neighbour from edges
    union all
    select right_key as label, left_key as neighbour from edges
),
jumps_1 as (
    select label, least(label, min(neighbour)) as parent
    from neighbours
    group by label
),
jumps_2 as (
    select jumps.label, parents.parent
    from jumps_1 as jumps
    inner join jumps_1 as parents on jumps.parent = parents.label
),
jumps_4 as (
    select jumps.label, parents.parent
    from jumps_2 as jumps
    inner join jumps_2 as parents on jumps.parent = parents.label
),
jumps_8 as (
    select jumps.label, parents.parent
    from jumps_4 as jumps
    inner join jumps_4 as parents on jumps.parent = parents.label
)
select
    edges.left_key,
    edges.right_key,
    lefts.parent as left_parent,
    rights.parent as right_parent
from edges
inner join jumps_8 as lefts on edges.left_key = lefts.label
inner join jumps_8 as rights on edges.right_key = rights.label;

create temp table person_round_3 as
with edges as (
    select
        least(left_parent, right_parent) as left_key,
        greatest(left_parent, right_parent) as right_key
    from person_round_2
    where left_parent <> right_parent
    group by 1, 2
),
neighbours as (
    select left_key as label, right_key as neighbour from edges
    union all
    select right_key as label, left_key as neighbour from edges
),
jumps_1 as (
    select label, least(label, min(neighbour)) as parent
    from neighbours
    group by label
),
jumps_2 as (
    select jumps.label, parents.parent
    from jumps_1 as jumps
    inner join jumps_1 as parents on jumps.parent = parents.label
),
jumps_4 as (
    select jumps.label, parents.parent
    from jumps_2 as jumps
    inner join jumps_2 as parents on jumps.parent = parents.label
),
jumps_8 as (
    select jumps.label, parents.parent
    from jumps_4 as jumps
    inner join jumps_4 as parents on jumps.parent = parents.label
)
select
    edges.left_key,
    edges.right_key,
    lefts.parent as left_parent,
    rights.parent as right_parent
from edges
inner join jumps_8 as lefts on edges.left_key = lefts.label
inner join jumps_8 as rights on edges.right_key = rights.label;

create temp table person_round_4 as
with edges as (
    select
        least(left_parent, right_parent) as left_key,
        greatest(left_parent, right_parent) as right_key
    from person_round_3
    where left_parent <> right_parent
    group by 1, 2
),
neighbours as (
    select left_key as label, right_key as neighbour from edges
    union all
    select right_key as label, left_key as neighbour from edges
),
jumps_1 as (
    select label, least(label, min(neighbour)) as parent
    from neighbours
    group by label
),
jumps_2 as (
    select jumps.label, parents.parent
    from jumps_1 as jumps
    inner join jumps_1 as parents on jumps.parent = parents.label
),
jumps_4 as (
    select jumps.label, parents.parent
    from jumps_2 as jumps
    inner join jumps_2 as parents on jumps.parent = parents.label
),
jumps_8 as (
    select jumps.label, parents.parent
    from jumps_4 as jumps
    inner join jumps_4 as parents on jumps.parent = parents.label
)
select
    edges.left_key,
    edges.right_key,
    lefts.parent as left_parent,
    rights.parent as right_parent
from edges
inner join jumps_8 as lefts on edges.left_key = lefts.label
inner join jumps_8 as rights on edges.right_key = rights.label;

create temp table person_round_5 as
with edges as (
    select
        least(left_parent, right_parent) as left_key,
        greatest(left_parent, right_parent) as right_key
    from person_round_4
    where left_parent <> right_parent
    group by 1, 2
),
neighbours as (
    select left_key as label, right_key as neighbour from edges
    union all
    select right_key as label, left_key as neighbour from edges
),
jumps_1 as (
    select label, least(label, min(neighbour)) as parent
    from neighbours
    group by label
),
jumps_2 as (
    select jumps.label, parents.parent
    from jumps_1 as jumps
    inner join jumps_1 as parents on jumps.parent = parents.label
),
jumps_4 as (
    select jumps.label, parents.parent
    from jumps_2 as jumps
    inner join jumps_2 as parents on jumps.parent = parents.label
),
jumps_8 as (
    select jumps.label, parents.parent
    from jumps_4 as jumps
    inner join jumps_4 as parents on jumps.parent = parents.label
)
select
    edges.left_key,
    edges.right_key,
    lefts.parent as left_parent,
    rights.parent as right_parent
from edges
inner join jumps_8 as lefts on edges.left_key = lefts.label
inner join jumps_8 as rights on edges.right_key = rights.label;

create temp table person_round_6 as
with edges as (
    select
        least(left_parent, right_parent) as left_key,
        greatest(left_parent, right_parent) as right_key
    from person_round_5
    where left_parent <> right_parent
    group by 1, 2
),
neighbours as (
    select left_key as label, right_key as neighbour from edges
    union all
    select right_key as label, left_key as neighbour from edges
),
jumps_1 as (
    select label, least(label, min(neighbour)) as parent
    from neighbours
    group by label
),
jumps_2 as (
    select jumps.label, parents.parent
    from jumps_1 as jumps
    inner join jumps_1 as parents on jumps.parent = parents.label
),
jumps_4 as (
    select jumps.label, parents.parent
    from jumps_2 as jumps
    inner join jumps_2 as parents on jumps.parent = parents.label
),
jumps_8 as (
    select jumps.label, parents.parent
    from jumps_4 as jumps
    inner join jumps_4 as parents on jumps.parent = parents.label
)
select
    edges.left_key,
    edges.right_key,
    lefts.parent as left_parent,
    rights.parent as right_parent
from edges
inner join jumps_8 as lefts on edges.left_key = lefts.label
inner join jumps_8 as rights on edges.right_key = rights.label;

create temp table person_round_7 as
with edges as (
    select
        least(left_parent, right_parent) as left_key,
        greatest(left_parent, right_parent) as right_key
    from person_round_6
    where left_parent <> right_parent
    group by 1, 2
),
neighbours as (
    select left_key as label, right_key as neighbour from edges
    union all
    select right_key as label, left_key as neighbour from edges
),
jumps_1 as (
    select label, least(label, min(neighbour)) as parent
    from neighbours
    group by label
),
jumps_2 as (
    select jumps.label, parents.parent
    from jumps_1 as jumps
    inner join jumps_1 as parents on jumps.parent = parents.label
),
jumps_4 as (
    select jumps.label, parents.parent
    from jumps_2 as jumps
    inner join jumps_2 as parents on jumps.parent = parents.label
),
jumps_8 as (
    select jumps.label, parents.parent
    from jumps_4 as jumps
    inner join jumps_4 as parents on jumps.parent = parents.label
)
select
    edges.left_key,
    edges.right_key,
    lefts.parent as left_parent,
    rights.parent as right_parent
from edges
inner join jumps_8 as lefts on edges.left_key = lefts.label
inner join jumps_8 as rights on edges.right_key = rights.label;

create temp table person_round_8 as
with edges as (
    select
        least(left_parent, right_parent) as left_key,
        greatest(left_parent, right_parent) as right_key
    from person_round_7
    where left_parent <> right_parent
    group by 1, 2
),
neighbours as (
    select left_key as label, right_key as neighbour from edges
    union all
    select right_key as label, left_key as neighbour from edges
),
jumps_1 as (
    select label, least(label, min(neighbour)) as parent
    from neighbours
    group by label
),
jumps_2 as (
    select jumps.label, parents.parent
    from jumps_1 as jumps
    inner join jumps_1 as parents on jumps.parent = parents.label
),
jumps_4 as (
    select jumps.label, parents.parent
    from jumps_2 as jumps
    inner join jumps_2 as parents on jumps.parent = parents.label
),
jumps_8 as (
    select jumps.label, parents.parent
    from jumps_4 as jumps
    inner join jumps_4 as parents on jumps.parent = parents.label
)
select
    edges.left_key,
    edges.right_key,
    lefts.parent as left_parent,
    rights.parent as right_parent
from edges
inner join jumps_8 as lefts on edges.left_key = lefts.label
inner join jumps_8 as rights on edges.right_key = rights.label;

-- The map from record to person: a person's key is the label on which all records of its component agreed.
create temp table person_records as
    select
        nodes.node_id,
        nodes.source_system,
        nodes.record_type,
        nodes.record_id,
        coalesce(round_8.parent, round_7.parent, round_6.parent, round_5.parent, round_4.parent, round_3.parent, round_2.parent, round_1.parent, nodes.node_key) as person_key,
        nodes.email_normalised,
        nodes.full_name_normalised,
        nodes.created_at,
        nodes.updated_at,
        nodes.is_deleted,
        nodes.is_delivered
    from person_nodes as nodes
    left join (
    select left_key as label, left_parent as parent from person_round_1
    union
    select right_key as label, right_parent as parent from person_round_1
) as round_1
        on nodes.node_key = round_1.label
    left join (
    select left_key as label, left_parent as parent from person_round_2
    union
    select right_key as label, right_parent as parent from person_round_2
) as round_2
        on round_1.parent = round_2.label
    left join (
    select left_key as label, left_parent as parent from person_round_3
    union
    select right_key as label, right_parent as parent from person_round_3
) as round_3
        on round_2.parent = round_3.label
    left join (
    select left_key as label, left_parent as parent from person_round_4
    union
    select right_key as label, right_parent as parent from person_round_4
) as round_4
        on round_3.parent = round_4.label
    left join (
    select left_key as label, left_parent as parent from person_round_5
    union
    select right_key as label, right_parent as parent from person_round_5
) as round_5
        on round_4.parent = round_5.label
    left join (
    select left_key as label, left_parent as parent from person_round_6
    union
    select right_key as label, right_parent as parent from person_round_6
) as round_6
        on round_5.parent = round_6.label
    left join (
    select left_key as label, left_parent as parent from person_round_7
    union
    select right_key as label, right_parent as parent from person_round_7
) as round_7
        on round_6.parent = round_7.label
    left join (
    select left_key as label, left_parent as parent from person_round_8
    union
    select right_key as label, right_parent as parent from person_round_8
) as round_8
        on round_7.parent = round_8.label;

-- The CRM account that a contract names. Where several CRMs know the id, the contract's own system is meant.
create temp table contract_accounts as
with contracts as (
    select * from cs_contract
    where crm_account_id <> ''
),
candidates as (
    select
        contracts.source_system,
        contracts.contract_id,
        min(accounts.source_system || '|crm_account|' || accounts.crm_account_id)
            filter (where accounts.source_system = contracts.source_system) as own_node_id,
        min(accounts.source_system || '|crm_account|' || accounts.crm_account_id) as any_node_id,
        count(*) as candidate_cnt
    from contracts
    inner join crm_account as accounts on contracts.crm_account_id = accounts.crm_account_id
    group by contracts.source_system, contracts.contract_id
)
select source_system, contract_id, coalesce(own_node_id, any_node_id) as account_node_id
from candidates
where own_node_id is not null or candidate_cnt = 1;

-- The key of every company name written anywhere, worked out once per spelling.
create temp table company_name_keys as
with spellings as (
    select company_name from ma_person
    union
    select company_name from crm_lead
    union
    select name as company_name from crm_account
    union
    select customer_name as company_name from cs_contract
    union
    select name as company_name from company_registry
)
select
    company_name,
    company_name_key(company_name) as name_key
from spellings
where company_name is not null;

-- Company names that the registry knows exactly once, with their corporate number; a name with two numbers gives none.
create temp view registry_numbers as
with registry as (
    select name, valid_corporate_number(corporate_number) as corporate_number
    from company_registry
)
select
    name_keys.name_key,
    min(registry.corporate_number) as corporate_number
from registry
inner join company_name_keys as name_keys on registry.name = name_keys.company_name
where name_keys.name_key is not null
group by name_keys.name_key
having count(*) filter (where registry.corporate_number is null) = 0
    and min(registry.corporate_number) = max(registry.corporate_number);

-- One row per record that names a company: CRM accounts, and the mentions of MA persons, CRM leads and contracts, each
-- with its name key, its own mail or web domain (never a free mailer's) and its corporate number (its own, else the
-- registry's for the name). A merged-away account says nothing of itself: its winner speaks for it.
create temp table account_mentions as
with accounts as (
    select *, coalesce(master_record_id, '') <> '' as is_merged_away from crm_account
),
said as (
    select
        source_system, 'ma_person' as record_type, ma_id as record_id, company_name, corporate_number,
        cast(null as varchar) as website
    from ma_person
    where company_name is not null or corporate_number is not null
    union all
    select source_system, 'crm_lead', crm_lead_id, company_name, corporate_number, website
    from crm_lead
    where company_name is not null or corporate_number is not null
),
person_mentions as (
    select
        records.source_system, records.record_type, records.record_id, records.person_key, records.created_at,
        said.company_name,
        said.corporate_number as written_number,
        coalesce(mail_domain(records.email_normalised), web_domain(said.website)) as domain
    from person_records as records
    inner join said
        on records.source_system = said.source_system
        and records.record_type = said.record_type
        and records.record_id = said.record_id
),
mentions as (
    select
        source_system, record_type, record_id, person_key, created_at, company_name, written_number, domain,
        false as is_merged_away
    from person_mentions
    union all
    select
        contracts.source_system, 'cs_contract', contracts.contract_id, null, contracts.created_at,
        contracts.customer_name, contracts.corporate_number, null, false
    from cs_contract as contracts
    left join contract_accounts as contract_accounts
        on contracts.source_system = contract_accounts.source_system
        and contracts.contract_id = contract_accounts.contract_id
    where contract_accounts.contract_id is null
    union all
    select
        source_system, 'crm_account', crm_account_id, null, created_at, name,
        case when not is_merged_away then corporate_number end,
        case when not is_merged_away then web_domain(website) end,
        is_merged_away
    from accounts
    union all
    select losers.source_system, 'crm_account', losers.master_record_id, null, null, null, null, null, true
    from accounts as losers
    left join accounts as winners
        on losers.source_system = winners.source_system
        and losers.master_record_id = winners.crm_account_id
    where losers.is_merged_away and winners.crm_account_id is null
    group by losers.source_system, losers.master_record_id
),
numbered as (
    select *, valid_corporate_number(written_number) as own_number
    from mentions
)
select
    numbered.source_system,
    numbered.record_type,
    numbered.record_id,
    numbered.source_system || '|' || numbered.record_type || '|' || numbered.record_id as record_node_id,
    numbered.person_key,
    numbered.created_at,
    numbered.company_name,
    name_keys.name_key,
    case when free_mail_domains.domain is null then numbered.domain end as domain,
    coalesce(
        numbered.own_number,
        case when not numbered.is_merged_away then registry_numbers.corporate_number end
    ) as corporate_number,
    numbered.is_merged_away
from numbered
left join company_name_keys as name_keys on numbered.company_name = name_keys.company_name
left join registry_numbers as registry_numbers on name_keys.name_key = registry_numbers.name_key
left join free_mail_domains as free_mail_domains on numbered.domain = free_mail_domains.domain;

-- Pairs of mail domain and company name, and what their records say. A pair joins its records only while they carry at
-- most one corporate number.
create temp view company_pairs as
with mentions as (
    select * from account_mentions
    where domain is not null and name_key is not null and not is_merged_away
)
select
    domain,
    name_key,
    count(*) filter (where record_type = 'crm_account') as crm_account_cnt,
    count(corporate_number) as numbered_cnt,
    coalesce(min(corporate_number) = max(corporate_number), true) as is_one_company
from mentions
group by domain, name_key;

-- One row per record that names a company, with the node of the account graph it hangs on. A CRM account is a node of
-- its own. Mentions of one name, domain and number share a node, for they would join anyway; a mention that no rule can
-- join (no number, and no domain or a disputed one) shares it only with the same person's mentions of that name.
create temp table account_nodes as
with mentions as (
    select * from account_mentions
    where name_key is not null or corporate_number is not null or record_type = 'crm_account'
),
placed as (
    select
        mentions.*,
        pairs.domain is not null and pairs.is_one_company as is_in_pair,
        pairs.domain is not null and pairs.is_one_company and pairs.crm_account_cnt = 0 and pairs.numbered_cnt = 0 as is_loose_pair
    from mentions
    left join company_pairs as pairs on mentions.domain = pairs.domain and mentions.name_key = pairs.name_key
),
noded as (
    select
        *,
        case
            when record_type = 'crm_account' then record_node_id
            when corporate_number is not null or is_in_pair
                then 'mention|' || md5(coalesce(cast(corporate_number as varchar), '') || '|' || coalesce(cast(domain as varchar), '') || '|' || coalesce(cast(name_key as varchar), ''))
            when person_key is not null
                then 'mention|' || md5(coalesce(cast(person_key as varchar), '') || '|' || coalesce(cast(domain as varchar), '') || '|' || coalesce(cast(name_key as varchar), ''))
            else record_node_id
        end as node_id
    from placed
)
select
    node_id,
    md5(coalesce(cast(node_id as varchar), '')) as node_key,
    source_system,
    record_type,
    record_id,
    person_key,
    created_at,
    company_name,
    name_key,
    domain,
    corporate_number,
    is_merged_away,
    is_in_pair,
    is_loose_pair
from noded;

-- The CRM account a person's contacts belong to: of the contact created last. A contact without account says nothing.
create temp table person_contact_accounts as
with contacts as (
    select * from crm_contact
    where crm_account_id <> ''
),
records as (
    select * from person_records
    where record_type = 'crm_contact'
)
select
    records.person_key,
    contacts.source_system || '|crm_account|' || contacts.crm_account_id as account_node_id,
    mail_domain(records.email_normalised) as contact_mail_domain
from records
inner join contacts
    on records.source_system = contacts.source_system
    and records.record_id = contacts.crm_contact_id
inner join crm_account as accounts
    on contacts.source_system = accounts.source_system
    and contacts.crm_account_id = accounts.crm_account_id
qualify row_number() over (
    partition by records.person_key
    order by records.is_deleted, contacts.created_at desc nulls last, records.node_id
) = 1;

-- Every reason to take two nodes of the account graph for one company. No chain of them can join two corporate numbers:
-- a pair holds one at most, merged-away accounts carry none, and contacts only lead nodes that hang on nothing else.
create temp table account_edges as
with groups as (
    select node_id, domain, name_key, corporate_number, is_in_pair
    from account_nodes as nodes
    where not is_merged_away
    group by node_id, domain, name_key, corporate_number, is_in_pair
),
number_stars as (
    select
        'corporate_number' as rule, min(node_id) over (partition by corporate_number) as left_node_id,
        node_id as right_node_id, corporate_number as evidence, cast(0.99 as decimal(5, 4)) as confidence
    from groups
    where corporate_number is not null
),
pair_stars as (
    select
        'domain_name' as rule, min(node_id) over (partition by domain, name_key) as left_node_id,
        node_id as right_node_id, domain || ' ' || name_key as evidence, cast(0.98 as decimal(5, 4)) as confidence
    from groups
    where is_in_pair
),
contact_links as (
    select
        'contact_account' as rule, min(contacts.account_node_id) as left_node_id,
        nodes.node_id as right_node_id, 'CRM contact of the same person' as evidence,
        cast(0.95 as decimal(5, 4)) as confidence
    from account_nodes as nodes
    inner join person_contact_accounts as contacts on nodes.person_key = contacts.person_key
    where nodes.corporate_number is null
        and (not nodes.is_in_pair or (nodes.is_loose_pair and nodes.domain = contacts.contact_mail_domain))
    group by nodes.node_id
    having min(contacts.account_node_id) = max(contacts.account_node_id)
),
merges as (
    select
        'crm_merge' as rule, source_system || '|crm_account|' || master_record_id as left_node_id,
        source_system || '|crm_account|' || crm_account_id as right_node_id,
        'crm_account ' || master_record_id as evidence, cast(1 as decimal(5, 4)) as confidence
    from crm_account
    where master_record_id <> ''
),
decisions as (
    select * from identity_decisions
    where entity = 'account'
),
candidates as (
    select * from number_stars
    union all
    select * from pair_stars
    union all
    select * from contact_links
    union all
    select * from merges
    union all
    select 'override_join', left_node_id, right_node_id, 'identity_overrides', cast(1 as decimal(5, 4)) from decisions where action = 'join'
),
keys as (
    select node_id, node_key from account_nodes as nodes group by node_id, node_key
)
select
    candidates.rule,
    least(candidates.left_node_id, candidates.right_node_id) as left_node_id,
    greatest(candidates.left_node_id, candidates.right_node_id) as right_node_id,
    least(left_keys.node_key, right_keys.node_key) as left_key,
    greatest(left_keys.node_key, right_keys.node_key) as right_key,
    min(candidates.evidence) as evidence,
    max(candidates.confidence) as confidence,
    count(splits.action) = 0 as is_active
from candidates
inner join keys as left_keys on candidates.left_node_id = left_keys.node_id
inner join keys as right_keys on candidates.right_node_id = right_keys.node_id
left join decisions as splits
    on splits.action = 'split'
    and least(candidates.left_node_id, candidates.right_node_id) = least(splits.left_node_id, splits.right_node_id)
    and greatest(candidates.left_node_id, candidates.right_node_id) = greatest(splits.left_node_id, splits.right_node_id)
where candidates.left_node_id <> candidates.right_node_id
group by 1, 2, 3, 4, 5;

create temp table account_round_1 as
with edges as (
    select
        least(left_key, right_key) as left_key,
        greatest(left_key, right_key) as right_key
    from account_edges
    where left_key <> right_key and is_active
    group by 1, 2
),
neighbours as (
    select left_key as label, right_key as neighbour from edges
    union all
    select right_key as label, left_key as neighbour from edges
),
jumps_1 as (
    select label, least(label, min(neighbour)) as parent
    from neighbours
    group by label
),
jumps_2 as (
    select jumps.label, parents.parent
    from jumps_1 as jumps
    inner join jumps_1 as parents on jumps.parent = parents.label
),
jumps_4 as (
    select jumps.label, parents.parent
    from jumps_2 as jumps
    inner join jumps_2 as parents on jumps.parent = parents.label
),
jumps_8 as (
    select jumps.label, parents.parent
    from jumps_4 as jumps
    inner join jumps_4 as parents on jumps.parent = parents.label
)
select
    edges.left_key,
    edges.right_key,
    lefts.parent as left_parent,
    rights.parent as right_parent
from edges
inner join jumps_8 as lefts on edges.left_key = lefts.label
inner join jumps_8 as rights on edges.right_key = rights.label;

create temp table account_round_2 as
with edges as (
    select
        least(left_parent, right_parent) as left_key,
        greatest(left_parent, right_parent) as right_key
    from account_round_1
    where left_parent <> right_parent
    group by 1, 2
),
neighbours as (
    select left_key as label, right_key as neighbour from edges
    union all
    select right_key as label, left_key as neighbour from edges
),
jumps_1 as (
    select label, least(label, min(neighbour)) as parent
    from neighbours
    group by label
),
jumps_2 as (
    select jumps.label, parents.parent
    from jumps_1 as jumps
    inner join jumps_1 as parents on jumps.parent = parents.label
),
jumps_4 as (
    select jumps.label, parents.parent
    from jumps_2 as jumps
    inner join jumps_2 as parents on jumps.parent = parents.label
),
jumps_8 as (
    select jumps.label, parents.parent
    from jumps_4 as jumps
    inner join jumps_4 as parents on jumps.parent = parents.label
)
select
    edges.left_key,
    edges.right_key,
    lefts.parent as left_parent,
    rights.parent as right_parent
from edges
inner join jumps_8 as lefts on edges.left_key = lefts.label
inner join jumps_8 as rights on edges.right_key = rights.label;

create temp table account_round_3 as
with edges as (
    select
        least(left_parent, right_parent) as left_key,
        greatest(left_parent, right_parent) as right_key
    from account_round_2
    where left_parent <> right_parent
    group by 1, 2
),
neighbours as (
    select left_key as label, right_key as neighbour from edges
    union all
    select right_key as label, left_key as neighbour from edges
),
jumps_1 as (
    select label, least(label, min(neighbour)) as parent
    from neighbours
    group by label
),
jumps_2 as (
    select jumps.label, parents.parent
    from jumps_1 as jumps
    inner join jumps_1 as parents on jumps.parent = parents.label
),
jumps_4 as (
    select jumps.label, parents.parent
    from jumps_2 as jumps
    inner join jumps_2 as parents on jumps.parent = parents.label
),
jumps_8 as (
    select jumps.label, parents.parent
    from jumps_4 as jumps
    inner join jumps_4 as parents on jumps.parent = parents.label
)
select
    edges.left_key,
    edges.right_key,
    lefts.parent as left_parent,
    rights.parent as right_parent
from edges
inner join jumps_8 as lefts on edges.left_key = lefts.label
inner join jumps_8 as rights on edges.right_key = rights.label;

create temp table account_round_4 as
with edges as (
    select
        least(left_parent, right_parent) as left_key,
        greatest(left_parent, right_parent) as right_key
    from account_round_3
    where left_parent <> right_parent
    group by 1, 2
),
neighbours as (
    select left_key as label, right_key as neighbour from edges
    union all
    select right_key as label, left_key as neighbour from edges
),
jumps_1 as (
    select label, least(label, min(neighbour)) as parent
    from neighbours
    group by label
),
jumps_2 as (
    select jumps.label, parents.parent
    from jumps_1 as jumps
    inner join jumps_1 as parents on jumps.parent = parents.label
),
jumps_4 as (
    select jumps.label, parents.parent
    from jumps_2 as jumps
    inner join jumps_2 as parents on jumps.parent = parents.label
),
jumps_8 as (
    select jumps.label, parents.parent
    from jumps_4 as jumps
    inner join jumps_4 as parents on jumps.parent = parents.label
)
select
    edges.left_key,
    edges.right_key,
    lefts.parent as left_parent,
    rights.parent as right_parent
from edges
inner join jumps_8 as lefts on edges.left_key = lefts.label
inner join jumps_8 as rights on edges.right_key = rights.label;

-- The map from record to account: a CRM account, a mention of a company by an MA person or CRM lead, a contract.
-- A record that names no company has no row.
create temp table account_records as
with keyed as (
        select
            nodes.node_id,
            nodes.source_system,
            nodes.record_type,
            nodes.record_id,
            coalesce(round_4.parent, round_3.parent, round_2.parent, round_1.parent, nodes.node_key) as account_key
        from account_nodes as nodes
        left join (
        select left_key as label, left_parent as parent from account_round_1
        union
        select right_key as label, right_parent as parent from account_round_1
    ) as round_1
            on nodes.node_key = round_1.label
        left join (
        select left_key as label, left_parent as parent from account_round_2
        union
        select right_key as label, right_parent as parent from account_round_2
    ) as round_2
            on round_1.parent = round_2.label
        left join (
        select left_key as label, left_parent as parent from account_round_3
        union
        select right_key as label, right_parent as parent from account_round_3
    ) as round_3
            on round_2.parent = round_3.label
        left join (
        select left_key as label, left_parent as parent from account_round_4
        union
        select right_key as label, right_parent as parent from account_round_4
    ) as round_4
            on round_3.parent = round_4.label
),
contracts as (
    select
        keyed.node_id, contract_accounts.source_system, 'cs_contract' as record_type,
        contract_accounts.contract_id as record_id, keyed.account_key
    from contract_accounts as contract_accounts
    inner join keyed
        on keyed.record_type = 'crm_account'
        and contract_accounts.account_node_id = keyed.node_id
)
select * from keyed
union all
select * from contracts;

-- One row per company. What a CRM account says comes first (the surviving, then the newest), then the registry, then
-- the mentions in order of their creation. Industry, employees and region are the CRM's alone.
create temp table con_accounts as
with crm_accounts as (
    select *, 'crm_account' as record_type from crm_account
),
members as (
    select
        records.account_key,
        records.record_type,
        coalesce(nodes.is_merged_away, false) as is_merged_away,
        nodes.company_name,
        nodes.name_key,
        nodes.domain,
        nodes.corporate_number,
        nodes.created_at,
        accounts.industry,
        accounts.employees,
        accounts.region,
        row_number() over (
            partition by records.account_key
            order by
                case when records.record_type = 'crm_account' then 0 else 1 end,
                coalesce(nodes.is_merged_away, false),
                accounts.updated_at desc nulls last,
                nodes.created_at nulls last,
                records.source_system, records.record_type, records.record_id
        ) as record_rank
    from account_records as records
    left join account_nodes as nodes
        on records.source_system = nodes.source_system
        and records.record_type = nodes.record_type
        and records.record_id = nodes.record_id
    left join crm_accounts as accounts
        on records.record_type = accounts.record_type
        and records.source_system = accounts.source_system
        and records.record_id = accounts.crm_account_id
),
merged as (
    select
        account_key,
        min_by(company_name, record_rank) filter (where company_name is not null) as written_name,
        min_by(company_name, record_rank) filter (where company_name is not null and record_type = 'crm_account') as crm_name,
        min_by(name_key, record_rank) filter (where name_key is not null) as name_key,
        min_by(corporate_number, record_rank) filter (where corporate_number is not null) as corporate_number,
        min_by(domain, record_rank) filter (where domain is not null) as domain,
        min_by(industry, record_rank) filter (where industry is not null) as industry,
        min_by(employees, record_rank) filter (where employees is not null) as employees,
        min_by(region, record_rank) filter (where region is not null) as region,
        count(*) filter (where record_type = 'crm_account' and not is_merged_away) as crm_account_cnt,
        count(*) as record_cnt,
        min(created_at) as first_seen_at
    from members
    group by account_key
),
registry as (
    select valid_corporate_number(corporate_number) as corporate_number, min(name) as name
    from company_registry
    group by 1
)
select
    merged.account_key,
    coalesce(merged.crm_name, registry.name, merged.written_name) as name,
    merged.name_key,
    merged.corporate_number,
    merged.domain,
    merged.industry,
    merged.employees,
    merged.region,
    merged.crm_account_cnt,
    merged.record_cnt,
    registry.corporate_number is not null as is_registered,
    merged.first_seen_at
from merged
left join registry on merged.corporate_number = registry.corporate_number;

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
        lower(trim(sales.outcome)) as mapped_outcome
    from sales
    left join activity_types
        on sales.source_system = activity_types.source_system
        and lower(trim(sales.activity_type)) = activity_types.source_value
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

-- Every activity with a person record, whatever the system: what MA persons did, answers to campaigns, sales activities.
create temp table activities as
select * from activities_ma
union all
select * from activities_campaign
union all
select * from activities_crm;

-- What each record says of its person, in the order in which it is believed: MA, then CRM lead, then CRM contact; within
-- each the newest first. `record_rank` counts 1, 2, … within the person.
create temp table person_attributes as
with said as (
    select
        source_system, 'ma_person' as record_type, ma_id as record_id, 1 as type_rank,
        email, full_name, last_name, first_name, phone, company_name, department, job_title, industry, employees, region,
        purpose, original_source, cast(null as varchar) as campaign_id, is_opted_out, score
    from ma_person
    union all
    select
        source_system, 'crm_lead', crm_lead_id, 2,
        email, full_name, last_name, first_name, phone, company_name, department, job_title, industry, employees, region,
        null, lead_source, campaign_id, null, null
    from crm_lead
    union all
    select
        source_system, 'crm_contact', crm_contact_id, 3,
        email, full_name, last_name, first_name, phone, null, department, job_title, null, null, null,
        null, null, null, null, null
    from crm_contact
)
select
    records.person_key,
    records.source_system,
    records.record_type,
    records.record_id,
    records.created_at,
    records.is_deleted,
    said.email,
    coalesce(said.full_name, said.last_name || coalesce(' ' || said.first_name, ''), said.first_name) as full_name,
    said.last_name,
    said.first_name,
    said.phone,
    said.company_name,
    said.department,
    said.job_title,
    said.industry,
    said.employees,
    said.region,
    said.purpose,
    said.original_source,
    said.campaign_id,
    said.is_opted_out,
    said.score,
    row_number() over (
        partition by records.person_key
        order by said.type_rank, records.updated_at desc nulls last, records.node_id
    ) as record_rank,
    row_number() over (
        partition by records.person_key
        order by said.type_rank, records.created_at nulls last, records.node_id
    ) as birth_rank
from person_records as records
inner join said
    on records.source_system = said.source_system
    and records.record_type = said.record_type
    and records.record_id = said.record_id;

-- A person's account: of the CRM contact created last, else of the company that the person's records mention, in the
-- order in which records are believed. People who name no company have no row.
create temp view person_accounts as
with mentioned as (
    select
        records.person_key,
        min_by(accounts.account_key, records.record_rank) as account_key
    from person_attributes as records
    inner join account_records as accounts
        on records.source_system = accounts.source_system
        and records.record_type = accounts.record_type
        and records.record_id = accounts.record_id
    group by records.person_key
),
contacted as (
    select contacts.person_key, accounts.account_key
    from person_contact_accounts as contacts
    inner join account_records as accounts
        on accounts.record_type = 'crm_account'
        and contacts.account_node_id = accounts.node_id
)
select
    coalesce(contacted.person_key, mentioned.person_key) as person_key,
    coalesce(contacted.account_key, mentioned.account_key) as account_key
from contacted
full outer join mentioned on contacted.person_key = mentioned.person_key;

create temp view person_first_responses as
with responses as (
    select source_system, record_type, record_id, min(occurred_at) as first_response_at
    from activities
    where is_response
        and occurred_at <= (select as_of from run_parameters)
    group by source_system, record_type, record_id
)
select
    records.person_key,
    min(responses.first_response_at) as first_response_at
from responses
inner join person_records as records
    on responses.source_system = records.source_system
    and responses.record_type = records.record_type
    and responses.record_id = records.record_id
group by records.person_key;

-- One row per person. Each attribute is the first one that a record has, in the order of person_attributes.
create temp table con_people as
with keys as (
    select person_key from person_records group by person_key
),
merged as (
    select
        person_key,
        min_by(full_name, record_rank) filter (where full_name is not null) as full_name,
        min_by(last_name, record_rank) filter (where last_name is not null) as last_name,
        min_by(first_name, record_rank) filter (where last_name is not null) as first_name,
        min_by(email, record_rank) filter (where email is not null) as email,
        min_by(phone, record_rank) filter (where phone is not null) as phone,
        min_by(company_name, record_rank) filter (where company_name is not null) as company_name,
        min_by(department, record_rank) filter (where department is not null) as department,
        min_by(job_title, record_rank) filter (where job_title is not null) as job_title,
        min_by(industry, record_rank) filter (where industry is not null) as industry,
        min_by(employees, record_rank) filter (where employees is not null) as employees,
        min_by(region, record_rank) filter (where region is not null) as region,
        min_by(purpose, record_rank) filter (where purpose is not null) as purpose,
        min_by(score, record_rank) filter (where score is not null) as score,
        min(original_source) filter (where birth_rank = 1) as original_source,
        min_by(campaign_id, birth_rank) filter (where campaign_id is not null) as first_campaign_id,
        bool_or(coalesce(is_opted_out, false)) as is_opted_out,
        bool_and(is_deleted) as is_deleted,
        min(created_at) as first_created_at,
        count(*) filter (where record_type = 'ma_person') as ma_record_cnt,
        count(*) filter (where record_type = 'crm_lead') as crm_lead_cnt,
        count(*) filter (where record_type = 'crm_contact') as crm_contact_cnt
    from person_attributes as records
    group by person_key
),
placed as (
    select
        keys.person_key as key_of_person,
        accounts.account_key,
        accounts.name as account_name,
        accounts.industry as account_industry,
        accounts.employees as account_employees,
        accounts.region as account_region,
        channels.channel as mapped_channel,
        merged.*,
        least(
            coalesce(merged.first_created_at, responses.first_response_at),
            coalesce(responses.first_response_at, merged.first_created_at)
        ) as first_seen_at
    from keys
    left join merged on keys.person_key = merged.person_key
    left join person_first_responses as responses on keys.person_key = responses.person_key
    left join person_accounts as person_accounts on keys.person_key = person_accounts.person_key
    left join con_accounts as accounts on person_accounts.account_key = accounts.account_key
    left join channels as channels on lower(trim(merged.original_source)) = channels.source_value
)
select
    key_of_person as person_key,
    account_key,
    email,
    full_name,
    last_name,
    first_name,
    phone,
    coalesce(company_name, account_name) as company_name,
    department,
    job_title,
    coalesce(industry, account_industry) as industry,
    coalesce(employees, account_employees) as employees,
    coalesce(region, account_region) as region,
    purpose,
    original_source,
    coalesce(mapped_channel, lower(trim(original_source))) as channel,
    first_campaign_id,
    coalesce(is_opted_out, false) as is_opted_out,
    first_seen_at,
    business_date(first_seen_at) as first_seen_on,
    coalesce(is_deleted, true) as is_deleted,
    coalesce(ma_record_cnt, 0) as ma_record_cnt,
    coalesce(crm_lead_cnt, 0) as crm_lead_cnt,
    coalesce(crm_contact_cnt, 0) as crm_contact_cnt,
    score as current_score
from placed;

create temp table con_calendar as
with days as (
    select
        (date '2010-01-01' + cast(day_no as integer)) as date_on,
        cast((day_no + 4) % 7 + 1 as integer) as day_of_week
    from range(0, 11323) as spine(day_no)
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

-- Every edge between two records of a person or two nodes of the account graph, for reviewers: which rule, on what
-- evidence, how sure, and whether a decision overruled it. A node is one record, or the mentions of one company.
create temp view con_identity_edges as
with edges as (
    select 'person' as entity, rule, left_node_id, right_node_id, evidence, confidence, is_active
    from person_edges
    union all
    select 'account' as entity, rule, left_node_id, right_node_id, evidence, confidence, is_active
    from account_edges
)
select
    md5(coalesce(cast(entity as varchar), '') || '|' || coalesce(cast(rule as varchar), '') || '|' || coalesce(cast(left_node_id as varchar), '') || '|' || coalesce(cast(right_node_id as varchar), '')) as edge_id,
    entity,
    left_node_id,
    right_node_id,
    rule,
    evidence,
    confidence,
    is_active
from edges;
