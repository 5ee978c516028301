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
select
    edge_id,
    entity,
    left_node_id,
    right_node_id,
    rule,
    evidence,
    confidence,
    is_active
from con_identity_edges as edges;

create table marts.kpi_catalogue as
with windows as (
    select windows.name, windows.days
    from windows as windows
    join run_parameters as run_parameters on run_parameters.as_of_on >= coalesce(windows.valid_from, date '0001-01-01')
        and run_parameters.as_of_on <= coalesce(windows.valid_to, date '9999-12-31')
),
catalogue as (
    select
        'lead_new' as kpi_code,
        '新規リード数' as name_ja,
        'New leads' as name_en,
        '今期、何人の新しい見込み客に出会ったか' as question_ja,
        'How many new people did we meet?' as question_en,
        'flow' as kind,
        'MKT' as owner_process,
        'V' as direction,
        '人' as unit,
        'up' as good,
        'mql_rate' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/lead_new.sql' as sql_path,
        '' as members,
        'flow' as bases
    union all
    select
        'mql_cnt' as kpi_code,
        'MQL数' as name_ja,
        'MQLs' as name_en,
        'マーケティングが合意した基準に達したリードは何件か' as question_ja,
        'How many lead cycles reached the agreed MQL definition?' as question_en,
        'flow' as kind,
        'MKT' as owner_process,
        'V' as direction,
        '件' as unit,
        'up' as good,
        'opp_rate' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/mql_cnt.sql' as sql_path,
        '' as members,
        'flow' as bases
    union all
    select
        'handoff_b1_cnt' as kpi_code,
        '引き渡し数' as name_ja,
        'Handed-over leads' as name_en,
        'マーケティングはインサイドセールスへ何件引き渡したか' as question_ja,
        'How many lead cycles did marketing hand over to inside sales?' as question_en,
        'flow' as kind,
        'MKT' as owner_process,
        'V' as direction,
        '件' as unit,
        'up' as good,
        'accept_rate' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/handoff_b1_cnt.sql' as sql_path,
        '' as members,
        'flow' as bases
    union all
    select
        'opp_cnt' as kpi_code,
        '商談数' as name_ja,
        'Opportunities created' as name_en,
        '何件の商談が生まれたか' as question_ja,
        'How many opportunities were created?' as question_en,
        'flow' as kind,
        'FS' as owner_process,
        'V' as direction,
        '件' as unit,
        'up' as good,
        'win_rate_cohort' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/opp_cnt.sql' as sql_path,
        '' as members,
        'flow' as bases
    union all
    select
        'valid_opp_cnt' as kpi_code,
        '有効商談数' as name_ja,
        'Qualified opportunities' as name_en,
        'フィールドセールスが受け入れ、BANT・金額・日付のそろった商談は何件か' as question_ja,
        'How many opportunities did field sales accept with enough of BANT, an amount and a close date?' as question_en,
        'flow' as kind,
        'IS' as owner_process,
        'V' as direction,
        '件' as unit,
        'up' as good,
        'win_rate_cohort' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/valid_opp_cnt.sql' as sql_path,
        '' as members,
        'flow' as bases
    union all
    select
        'won_cnt' as kpi_code,
        '受注件数' as name_ja,
        'Won deals' as name_en,
        '何件受注したか' as question_ja,
        'How many deals were won?' as question_en,
        'flow' as kind,
        'FS' as owner_process,
        'V' as direction,
        '件' as unit,
        'up' as good,
        'asp' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/won_cnt.sql' as sql_path,
        '' as members,
        'flow' as bases
    union all
    select
        'won_amt' as kpi_code,
        '受注金額' as name_ja,
        'Bookings' as name_en,
        'いくら受注したか(基準通貨)' as question_ja,
        'How much was won, in base currency?' as question_en,
        'flow' as kind,
        'FS' as owner_process,
        'M' as direction,
        '円' as unit,
        'up' as good,
        'win_rate_close' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/won_amt.sql' as sql_path,
        '' as members,
        'flow' as bases
    union all
    select
        'mql_rate' as kpi_code,
        'リード→MQL率' as name_ja,
        'Lead-to-MQL rate' as name_en,
        '出会った人のうち、期間内に初めてMQLになったのはどれだけか' as question_ja,
        'What share of new people became an MQL within the window?' as question_en,
        'cohort' as kind,
        'MKT' as owner_process,
        'Q' as direction,
        '%' as unit,
        'up' as good,
        'lead_new' as partner_code,
        cast('lead_to_mql' as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/mql_rate.sql' as sql_path,
        '' as members,
        'cohort, period' as bases
    union all
    select
        'hot_lead_share' as kpi_code,
        'ホットリード率' as name_ja,
        'Hot lead share' as name_en,
        '引き渡したリードのうち、引き渡し時にホットだったのはどれだけか' as question_ja,
        'What share of the handed-over leads were hot when handed over?' as question_en,
        'cohort' as kind,
        'MKT' as owner_process,
        'Q' as direction,
        '%' as unit,
        'up' as good,
        'handoff_b1_cnt' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/hot_lead_share.sql' as sql_path,
        '' as members,
        'cohort' as bases
    union all
    select
        'accept_rate' as kpi_code,
        '受領率' as name_ja,
        'Acceptance rate' as name_en,
        '引き渡したリードのうち、期間内に受領されたのはどれだけか' as question_ja,
        'What share of the handed-over leads did inside sales accept within the window?' as question_en,
        'cohort' as kind,
        'IS' as owner_process,
        'Q' as direction,
        '%' as unit,
        'up' as good,
        'handoff_b1_cnt' as partner_code,
        cast('acceptance' as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/accept_rate.sql' as sql_path,
        '' as members,
        'cohort, period' as bases
    union all
    select
        'sla_met' as kpi_code,
        'SLA遵守率' as name_ja,
        'SLA attainment' as name_en,
        '期限の来た引き渡しのうち、期限内に対応したのはどれだけか' as question_ja,
        'What share of the handovers that fell due were attempted in time?' as question_en,
        'cohort' as kind,
        'IS' as owner_process,
        'S' as direction,
        '%' as unit,
        'up' as good,
        'stl_attempt' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/sla_met.sql' as sql_path,
        '' as members,
        'cohort' as bases
    union all
    select
        'approach_rate' as kpi_code,
        'アプローチ率' as name_ja,
        'Approach rate' as name_en,
        '引き渡したリードのうち、一度でも対応したのはどれだけか' as question_ja,
        'What share of the handed-over leads were ever attempted?' as question_en,
        'cohort' as kind,
        'IS' as owner_process,
        'Q' as direction,
        '%' as unit,
        'up' as good,
        'handoff_b1_cnt' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/approach_rate.sql' as sql_path,
        '' as members,
        'cohort' as bases
    union all
    select
        'opp_rate' as kpi_code,
        '商談化率' as name_ja,
        'Opportunity rate' as name_en,
        '引き渡したリードのうち、期間内に商談になったのはどれだけか' as question_ja,
        'What share of the handed-over leads had an opportunity within the window?' as question_en,
        'cohort' as kind,
        'IS' as owner_process,
        'Q' as direction,
        '%' as unit,
        'up' as good,
        'mql_cnt' as partner_code,
        cast('handoff_to_opportunity' as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/opp_rate.sql' as sql_path,
        '' as members,
        'cohort, period' as bases
    union all
    select
        'win_rate_cohort' as kpi_code,
        '受注率(発生基準)' as name_ja,
        'Win rate (of created)' as name_en,
        '生まれた商談のうち、期間内に受注したのはどれだけか' as question_ja,
        'What share of the created opportunities was won within the window?' as question_en,
        'cohort' as kind,
        'FS' as owner_process,
        'Q' as direction,
        '%' as unit,
        'up' as good,
        'opp_cnt' as partner_code,
        cast('opportunity_to_won' as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/win_rate_cohort.sql' as sql_path,
        '' as members,
        'cohort, period' as bases
    union all
    select
        'relay_integrity' as kpi_code,
        'リレー整合率' as name_ja,
        'Relay integrity' as name_en,
        '渡すべきバトンのうち、次の部門に届いたのはどれだけか' as question_ja,
        'What share of the batons that went through the relay arrived at the next team?' as question_en,
        'cohort' as kind,
        'ALL' as owner_process,
        'H' as direction,
        '%' as unit,
        'up' as good,
        'handoff_b1_cnt' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/relay_integrity.sql' as sql_path,
        'B1, B2, B3' as members,
        'cohort' as bases
    union all
    select
        'win_rate_close' as kpi_code,
        '受注率(クローズ基準)' as name_ja,
        'Win rate (of closed)' as name_en,
        '今期クローズした商談のうち、受注はどれだけか' as question_ja,
        'What share of the opportunities closed in the period was won?' as question_en,
        'period' as kind,
        'FS' as owner_process,
        'Q' as direction,
        '%' as unit,
        'up' as good,
        'opp_cnt' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/win_rate_close.sql' as sql_path,
        '' as members,
        'period' as bases
    union all
    select
        'asp' as kpi_code,
        '受注単価' as name_ja,
        'Average deal' as name_en,
        '受注1件あたりの金額はいくらか' as question_ja,
        'How much is a won deal worth on average?' as question_en,
        'period' as kind,
        'FS' as owner_process,
        'M' as direction,
        '円' as unit,
        'up' as good,
        'won_cnt' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/asp.sql' as sql_path,
        '' as members,
        'period' as bases
    union all
    select
        'stl_attempt' as kpi_code,
        '初回対応時間' as name_ja,
        'Speed to first attempt' as name_en,
        '引き渡しから最初に人が対応するまで何分かかったか' as question_ja,
        'How many minutes from handover to the first human attempt?' as question_en,
        'duration' as kind,
        'IS' as owner_process,
        'S' as direction,
        '分' as unit,
        'down' as good,
        'approach_rate' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/stl_attempt.sql' as sql_path,
        'wall_clock, business_hours' as members,
        'duration' as bases
    union all
    select
        'cycle_days' as kpi_code,
        '商談期間' as name_ja,
        'Sales cycle' as name_en,
        '受注までに何日かかったか(商談の発生から、リードの初出から)' as question_ja,
        'How many days until a deal is won, from its opportunity''s creation and from the lead''s first sight?' as question_en,
        'duration' as kind,
        'FS' as owner_process,
        'S' as direction,
        '日' as unit,
        'down' as good,
        'won_cnt' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/cycle_days.sql' as sql_path,
        'opportunity, lead' as members,
        'duration' as bases
    union all
    select
        'untouched_cnt' as kpi_code,
        '放置リード数' as name_ja,
        'Untouched leads' as name_en,
        '期末に、猶予を過ぎて一度も対応していないリードは何件か' as question_ja,
        'How many leads were left without any attempt, beyond the patience, at the end of the period?' as question_en,
        'stock' as kind,
        'IS' as owner_process,
        'Q' as direction,
        '件' as unit,
        'down' as good,
        'approach_rate' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/untouched_cnt.sql' as sql_path,
        '' as members,
        'stock' as bases
    union all
    select
        'logo_churn' as kpi_code,
        '解約率(社数)' as name_ja,
        'Logo churn' as name_en,
        '期首の顧客のうち、期末までに離れたのはどれだけか' as question_ja,
        'What share of the customers at the start of the period was gone at its end?' as question_en,
        'start_cohort' as kind,
        'CS' as owner_process,
        'Q' as direction,
        '%' as unit,
        'down' as good,
        'nrr' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/logo_churn.sql' as sql_path,
        '' as members,
        'start_cohort' as bases
    union all
    select
        'grr' as kpi_code,
        'GRR' as name_ja,
        'Gross revenue retention' as name_en,
        '期首の顧客の売上は、増分を除いてどれだけ残ったか' as question_ja,
        'How much of the starting customers'' ARR is left, growth not counted?' as question_en,
        'start_cohort' as kind,
        'CS' as owner_process,
        'Q' as direction,
        '%' as unit,
        'up' as good,
        'nrr' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/grr.sql' as sql_path,
        '' as members,
        'start_cohort' as bases
    union all
    select
        'nrr' as kpi_code,
        'NRR' as name_ja,
        'Net revenue retention' as name_en,
        '期首の顧客の売上は、増分を含めてどれだけになったか' as question_ja,
        'How much is the starting customers'' ARR worth at the end, growth included?' as question_en,
        'start_cohort' as kind,
        'CS' as owner_process,
        'M' as direction,
        '%' as unit,
        'up' as good,
        'logo_churn' as partner_code,
        cast(null as varchar) as window_name,
        cast(1 as integer) as definition_version,
        'models/kpis/nrr.sql' as sql_path,
        '' as members,
        'start_cohort' as bases
)
select
    catalogue.kpi_code,
    catalogue.name_ja,
    catalogue.name_en,
    catalogue.question_ja,
    catalogue.question_en,
    catalogue.kind,
    catalogue.owner_process,
    catalogue.direction,
    catalogue.unit,
    catalogue.good,
    catalogue.partner_code,
    catalogue.window_name,
    cast(windows.days as bigint) as window_days,
    catalogue.definition_version,
    catalogue.sql_path,
    catalogue.members,
    catalogue.bases
from catalogue
left join windows on catalogue.window_name = windows.name;

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
        mail_domain(email) as mail_domain
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
left join free_mail on domains.mail_domain = free_mail.domain;

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
        max(cast(extracted_at as timestamp)) as last_extracted_at
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
    cast(date_diff('second', feeds.last_extracted_at, run_parameters.as_of) as double) / 3600 as lag_hours,
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

create table marts.kpi_values as
with kpi_values as (
    select * from kpi_values_flow
    union all
    select * from kpi_values_cohort
    union all
    select * from kpi_values_period
    union all
    select * from kpi_values_duration
    union all
    select * from kpi_values_stock
    union all
    select * from kpi_values_start_cohort
),
run_parameters as (
    select as_of from run_parameters
)
select
    kpi_values.kpi_code,
    kpi_values.definition_version,
    'as_was' as definition_basis,
    kpi_values.view,
    kpi_values.basis,
    kpi_values.member,
    kpi_values.grain,
    kpi_values.period_start,
    kpi_values.segment,
    kpi_values.segment_value,
    kpi_values.statistic,
    kpi_values.numerator,
    kpi_values.denominator,
    kpi_values.value,
    kpi_values.n,
    kpi_values.censored_cnt,
    kpi_values.is_mature,
    run_parameters.as_of
from kpi_values
cross join run_parameters;

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
