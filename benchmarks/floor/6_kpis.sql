create temp table lead_new as
with people as (
    select person_key, first_seen_on from con_people
),
countable as (
    select person_key from countable_people where is_countable
),
run_parameters as (
    select as_of_on from run_parameters
)
select
    'person' as subject_type,
    people.person_key as subject_id,
    'shared' as view,
    '' as member,
    people.first_seen_on as counted_on,
    cast(1 as decimal(18, 2)) as numerator
from people
join countable on people.person_key = countable.person_key
join run_parameters on people.first_seen_on <= run_parameters.as_of_on;

create temp view mql_cnt as
with leads as (
    select * from lead_facts where is_countable
)
select
    'lead_cycle' as subject_type,
    lead_id as subject_id,
    'shared' as view,
    '' as member,
    mql_on as counted_on,
    cast(1 as decimal(18, 2)) as numerator
from leads
where mql_on is not null;

create temp view handoff_b1_cnt as
with leads as (
    select * from lead_facts where is_countable
)
select
    'lead_cycle' as subject_type,
    lead_id as subject_id,
    'shared' as view,
    '' as member,
    handed_over_on as counted_on,
    cast(1 as decimal(18, 2)) as numerator
from leads
where handed_over_on is not null;

create temp view opp_cnt as
with opportunities as (
    select * from con_opportunities where is_countable
)
select
    'opportunity' as subject_type,
    opportunity_id as subject_id,
    'shared' as view,
    '' as member,
    created_on as counted_on,
    cast(1 as decimal(18, 2)) as numerator
from opportunities;

create temp view valid_opp_cnt as
with opportunities as (
    select * from con_opportunities where is_countable and is_valid_opportunity
)
select
    'opportunity' as subject_type,
    opportunity_id as subject_id,
    'shared' as view,
    '' as member,
    fs_accepted_on as counted_on,
    cast(1 as decimal(18, 2)) as numerator
from opportunities
where fs_accepted_on is not null;

create temp view won_cnt as
with opportunities as (
    select * from con_opportunities where is_countable and won_on is not null
)
select
    'opportunity' as subject_type,
    opportunity_id as subject_id,
    'shared' as view,
    '' as member,
    won_on as counted_on,
    cast(1 as decimal(18, 2)) as numerator
from opportunities;

create temp table won_amt as
with opportunities as (
    select * from con_opportunities where is_countable and won_on is not null and amount_base is not null
)
select
    'opportunity' as subject_type,
    opportunity_id as subject_id,
    'shared' as view,
    '' as member,
    won_on as counted_on,
    cast(amount_base as decimal(18, 2)) as numerator
from opportunities;

create temp view kpi_subjects_flow as
select
    'lead_new' as kpi_code,
    cast(1 as integer) as definition_version,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    numerator
from lead_new

union all
        
select
    'mql_cnt' as kpi_code,
    cast(1 as integer) as definition_version,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    numerator
from mql_cnt

union all
        
select
    'handoff_b1_cnt' as kpi_code,
    cast(1 as integer) as definition_version,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    numerator
from handoff_b1_cnt

union all
        
select
    'opp_cnt' as kpi_code,
    cast(1 as integer) as definition_version,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    numerator
from opp_cnt

union all
        
select
    'valid_opp_cnt' as kpi_code,
    cast(1 as integer) as definition_version,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    numerator
from valid_opp_cnt

union all
        
select
    'won_cnt' as kpi_code,
    cast(1 as integer) as definition_version,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    numerator
from won_cnt

union all
        
select
    'won_amt' as kpi_code,
    cast(1 as integer) as definition_version,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    numerator
from won_amt;

create temp table subject_segments as
with people as (
    select person_key, account_key, channel, first_seen_at from con_people
),
personas as (
    select person_key, persona from personas
),
opportunities as (
    select opportunity_id, lead_id from con_opportunities
),
handoffs as (
    select handoff_id, lead_id from relay_handoffs
),
accounts as (
    select account_key from con_accounts
),
first_cycles as (
    select person_key, campaign
    from lead_facts as leads
    where person_key is not null
    qualify row_number() over (partition by person_key order by cycle_no) = 1
),
person_segments as (
    select people.person_key, people.account_key, people.first_seen_at, people.channel, first_cycles.campaign, personas.persona
    from people
    left join first_cycles on people.person_key = first_cycles.person_key
    left join personas on people.person_key = personas.person_key
),
account_segments as (
    select *
    from person_segments
    where account_key is not null
    qualify row_number() over (partition by account_key order by first_seen_at, person_key) = 1
),
subjects as (
    select 'person' as subject_type, person_key as subject_id, channel, campaign, persona from person_segments
    union all
    select 'lead_cycle', lead_id, channel, campaign, persona from lead_facts as leads
    union all
    select 'opportunity', opportunities.opportunity_id, leads.channel, leads.campaign, leads.persona
    from opportunities
    left join lead_facts as leads on opportunities.lead_id = leads.lead_id
    union all
    select 'handoff', handoffs.handoff_id, leads.channel, leads.campaign, leads.persona
    from handoffs
    left join lead_facts as leads on handoffs.lead_id = leads.lead_id
    union all
    select 'account', accounts.account_key, account_segments.channel, account_segments.campaign, account_segments.persona
    from accounts
    left join account_segments on accounts.account_key = account_segments.account_key
)
select
    subject_type,
    subject_id,
    coalesce(channel, '(none)') as channel,
    coalesce(campaign, '(none)') as campaign,
    coalesce(persona, '(none)') as persona
from subjects;

create temp table kpi_periods as
with run_parameters as (
    select as_of_on from run_parameters
),
months as (
    select 'month' as grain, month_start_on as period_start, month_start_on, max(date_on) as month_end_on
    from con_calendar as calendar
    group by month_start_on, month_start_on
    union all
    select 'fiscal_quarter' as grain, fiscal_quarter_start_on as period_start, month_start_on, max(date_on) as month_end_on
    from con_calendar as calendar
    group by fiscal_quarter_start_on, month_start_on
    union all
    select 'fiscal_year' as grain, fiscal_year_start_on as period_start, month_start_on, max(date_on) as month_end_on
    from con_calendar as calendar
    group by fiscal_year_start_on, month_start_on
),
periods as (
    select
        *,
        max(month_end_on) over (partition by grain, period_start) as period_end_on
    from months
)
select
    periods.grain,
    periods.period_start,
    periods.period_end_on,
    periods.month_start_on,
    least(periods.month_end_on, run_parameters.as_of_on) as month_read_on,
    least(periods.period_end_on, run_parameters.as_of_on) as read_on,
    periods.period_end_on < run_parameters.as_of_on as is_over
from periods
join run_parameters on periods.month_start_on <= run_parameters.as_of_on;

create temp view kpi_values_flow as
with calendar as (
    select date_on, month_start_on from con_calendar
),
by_month as (
    select
        subjects.kpi_code,
        subjects.definition_version,
        subjects.view,
        'flow' as basis,
        subjects.member,
        calendar.month_start_on,
        coalesce(segments.channel, '(none)') as channel,
        coalesce(segments.campaign, '(none)') as campaign,
        coalesce(segments.persona, '(none)') as persona,
        sum(subjects.numerator) as numerator,
        count(*) as n
    from kpi_subjects_flow as subjects
    join calendar on subjects.counted_on = calendar.date_on
    left join subject_segments as segments on subjects.subject_type = segments.subject_type and subjects.subject_id = segments.subject_id
    group by all
),
by_period as (
    select
        kpi_code, definition_version, view, basis, member,
        grain,
        period_start,
        is_over as is_mature,
        case when channel is not null then 'channel' when campaign is not null then 'campaign' when persona is not null then 'persona' else 'all' end as segment,
        coalesce(channel, campaign, persona, 'all') as segment_value,
        sum(numerator) as numerator,
        sum(n) as n
    from by_month
    join kpi_periods as periods on by_month.month_start_on = periods.month_start_on
    group by grouping sets (
        (kpi_code, definition_version, view, basis, member, grain, period_start, is_over),
        (kpi_code, definition_version, view, basis, member, grain, period_start, is_over, channel),
        (kpi_code, definition_version, view, basis, member, grain, period_start, is_over, campaign),
        (kpi_code, definition_version, view, basis, member, grain, period_start, is_over, persona)
    )
)
select
    kpi_code,
    definition_version,
    view,
    basis,
    member,
    grain,
    period_start,
    segment,
    segment_value,
    'sum' as statistic,
    cast(numerator as decimal(28, 2)) as numerator,
    cast(cast(null as decimal(28, 2)) as decimal(28, 2)) as denominator,
    cast(numerator as double) as value,
    cast(n as bigint) as n,
    cast(null as bigint) as censored_cnt,
    is_mature
from by_period;

create temp view mql_rate as
with new_leads as (
    select subject_id as person_key, counted_on from lead_new
),
first_mqls as (
    select person_key, min(mql_on) as mql_on
    from lead_facts
    where is_countable and mql_on is not null
    group by person_key
),
run_parameters as (
    select as_of_on from run_parameters
)
select
    'person' as subject_type,
    new_leads.person_key as subject_id,
    'shared' as view,
    '' as member,
    new_leads.counted_on,
    first_mqls.mql_on as converted_on,
    cast(case when first_mqls.mql_on <= (new_leads.counted_on + cast(windows.days as integer)) then 1 else 0 end as decimal(18, 2)) as numerator,
    cast(1 as decimal(18, 2)) as denominator,
    (new_leads.counted_on + cast(windows.days as integer)) < run_parameters.as_of_on as is_mature
from new_leads
cross join run_parameters
join (select days, valid_from, valid_to from windows where name = 'lead_to_mql') as windows on new_leads.counted_on >= coalesce(windows.valid_from, date '0001-01-01')
    and new_leads.counted_on <= coalesce(windows.valid_to, date '9999-12-31')
left join first_mqls on new_leads.person_key = first_mqls.person_key;

create temp view hot_lead_share as
with leads as (
    select * from lead_facts where is_countable and handed_over_on is not null
)
select
    'lead_cycle' as subject_type,
    lead_id as subject_id,
    'shared' as view,
    '' as member,
    handed_over_on as counted_on,
    cast(null as date) as converted_on,
    cast(case when is_hot then 1 else 0 end as decimal(18, 2)) as numerator,
    cast(1 as decimal(18, 2)) as denominator,
    true as is_mature
from leads;

create temp view accept_rate as
with leads as (
    select * from lead_facts where is_countable and handed_over_on is not null
),
run_parameters as (
    select as_of_on from run_parameters
)
select
    'lead_cycle' as subject_type,
    leads.lead_id as subject_id,
    'shared' as view,
    '' as member,
    leads.handed_over_on as counted_on,
    leads.accepted_on as converted_on,
    cast(case when leads.accepted_on <= (leads.handed_over_on + cast(windows.days as integer)) then 1 else 0 end as decimal(18, 2)) as numerator,
    cast(1 as decimal(18, 2)) as denominator,
    (leads.handed_over_on + cast(windows.days as integer)) < run_parameters.as_of_on as is_mature
from leads
cross join run_parameters
join (select days, valid_from, valid_to from windows where name = 'acceptance') as windows on leads.handed_over_on >= coalesce(windows.valid_from, date '0001-01-01')
    and leads.handed_over_on <= coalesce(windows.valid_to, date '9999-12-31');

create temp view sla_met as
with leads as (
    select lead_id from lead_facts where is_countable and handed_over_on is not null
),
run_parameters as (
    select as_of from run_parameters
)
select
    'lead_cycle' as subject_type,
    leads.lead_id as subject_id,
    'shared' as view,
    '' as member,
    clocks.due_on as counted_on,
    cast(null as date) as converted_on,
    cast(case when clocks.first_attempt_at <= clocks.due_at then 1 else 0 end as decimal(18, 2)) as numerator,
    cast(1 as decimal(18, 2)) as denominator,
    true as is_mature
from leads
join sla_clock as clocks on leads.lead_id = clocks.lead_id
join run_parameters on clocks.due_at <= run_parameters.as_of;

create temp view approach_rate as
with leads as (
    select * from lead_facts where is_countable and handed_over_on is not null
)
select
    'lead_cycle' as subject_type,
    lead_id as subject_id,
    'shared' as view,
    '' as member,
    handed_over_on as counted_on,
    cast(null as date) as converted_on,
    cast(case when first_attempt_at is not null then 1 else 0 end as decimal(18, 2)) as numerator,
    cast(1 as decimal(18, 2)) as denominator,
    true as is_mature
from leads;

create temp view opp_rate as
with leads as (
    select * from lead_facts where is_countable and handed_over_on is not null
),
run_parameters as (
    select as_of_on from run_parameters
)
select
    'lead_cycle' as subject_type,
    leads.lead_id as subject_id,
    'shared' as view,
    '' as member,
    leads.handed_over_on as counted_on,
    leads.opportunity_created_on as converted_on,
    cast(case when leads.opportunity_created_on <= (leads.handed_over_on + cast(windows.days as integer)) then 1 else 0 end as decimal(18, 2)) as numerator,
    cast(1 as decimal(18, 2)) as denominator,
    (leads.handed_over_on + cast(windows.days as integer)) < run_parameters.as_of_on as is_mature
from leads
cross join run_parameters
join (select days, valid_from, valid_to from windows where name = 'handoff_to_opportunity') as windows on leads.handed_over_on >= coalesce(windows.valid_from, date '0001-01-01')
    and leads.handed_over_on <= coalesce(windows.valid_to, date '9999-12-31');

create temp view win_rate_cohort as
with opportunities as (
    select * from con_opportunities where is_countable
),
run_parameters as (
    select as_of_on from run_parameters
)
select
    'opportunity' as subject_type,
    opportunities.opportunity_id as subject_id,
    'shared' as view,
    '' as member,
    opportunities.created_on as counted_on,
    opportunities.won_on as converted_on,
    cast(case when opportunities.won_on <= (opportunities.created_on + cast(windows.days as integer)) then 1 else 0 end as decimal(18, 2)) as numerator,
    cast(1 as decimal(18, 2)) as denominator,
    (opportunities.created_on + cast(windows.days as integer)) < run_parameters.as_of_on as is_mature
from opportunities
cross join run_parameters
join (select days, valid_from, valid_to from windows where name = 'opportunity_to_won') as windows on opportunities.created_on >= coalesce(windows.valid_from, date '0001-01-01')
    and opportunities.created_on <= coalesce(windows.valid_to, date '9999-12-31');

create temp view relay_integrity as
with handoffs as (
    select * from relay_handoffs
    where classification not in ('double_entry', 'in_transit', 'declared_non_relay')
),
run_parameters as (
    select as_of from run_parameters
)
select
    'handoff' as subject_type,
    handoffs.handoff_id as subject_id,
    'shared' as view,
    handoffs.boundary as member,
    coalesce(handoffs.out_on, handoffs.in_on) as counted_on,
    cast(null as date) as converted_on,
    cast(case when handoffs.classification in ('delivered', 'delivered_late', 'recovered', 'grain_merged') then 1 else 0 end as decimal(18, 2)) as numerator,
    cast(1 as decimal(18, 2)) as denominator,
    true as is_mature
from handoffs
join run_parameters on handoffs.matures_at <= run_parameters.as_of;

create temp view kpi_subjects_cohort as
select
    'mql_rate' as kpi_code,
    cast(1 as integer) as definition_version,
    true as has_period_basis,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    converted_on,
    numerator,
    denominator,
    is_mature
from mql_rate

union all
        
select
    'hot_lead_share' as kpi_code,
    cast(1 as integer) as definition_version,
    false as has_period_basis,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    converted_on,
    numerator,
    denominator,
    is_mature
from hot_lead_share

union all
        
select
    'accept_rate' as kpi_code,
    cast(1 as integer) as definition_version,
    true as has_period_basis,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    converted_on,
    numerator,
    denominator,
    is_mature
from accept_rate

union all
        
select
    'sla_met' as kpi_code,
    cast(1 as integer) as definition_version,
    false as has_period_basis,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    converted_on,
    numerator,
    denominator,
    is_mature
from sla_met

union all
        
select
    'approach_rate' as kpi_code,
    cast(1 as integer) as definition_version,
    false as has_period_basis,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    converted_on,
    numerator,
    denominator,
    is_mature
from approach_rate

union all
        
select
    'opp_rate' as kpi_code,
    cast(1 as integer) as definition_version,
    true as has_period_basis,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    converted_on,
    numerator,
    denominator,
    is_mature
from opp_rate

union all
        
select
    'win_rate_cohort' as kpi_code,
    cast(1 as integer) as definition_version,
    true as has_period_basis,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    converted_on,
    numerator,
    denominator,
    is_mature
from win_rate_cohort

union all
        
select
    'relay_integrity' as kpi_code,
    cast(1 as integer) as definition_version,
    false as has_period_basis,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    converted_on,
    numerator,
    denominator,
    is_mature
from relay_integrity;

create temp view kpi_values_cohort as
with calendar as (
    select date_on, month_start_on from con_calendar
),
dated as (
    select
        subjects.*,
        counted.month_start_on as counted_month,
        converted.month_start_on as converted_month,
        coalesce(segments.channel, '(none)') as channel,
        coalesce(segments.campaign, '(none)') as campaign,
        coalesce(segments.persona, '(none)') as persona
    from kpi_subjects_cohort as subjects
    left join calendar as counted on subjects.counted_on = counted.date_on
    left join calendar as converted on subjects.has_period_basis and subjects.converted_on = converted.date_on
    left join subject_segments as segments on subjects.subject_type = segments.subject_type and subjects.subject_id = segments.subject_id
),
by_counted_month as (
    select
        kpi_code, definition_version, view, has_period_basis, member, channel, campaign, persona,
        counted_month as month_start_on,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        count(*) as n,
        not bool_or(not is_mature) as is_mature
    from dated
    where counted_month is not null
    group by kpi_code, definition_version, view, has_period_basis, member, channel, campaign, persona, counted_month
),
by_converted_month as (
    select
        kpi_code, definition_version, view, has_period_basis, member, channel, campaign, persona,
        converted_month as month_start_on,
        cast(count(*) as decimal(28, 2)) as numerator,
        count(*) as n
    from dated
    where converted_month is not null
    group by kpi_code, definition_version, view, has_period_basis, member, channel, campaign, persona, converted_month
),
by_month as (
    select *, 'cohort' as basis from by_counted_month
    union all
    select
        kpi_code, definition_version, view, has_period_basis, member, channel, campaign, persona, month_start_on, cast(0 as decimal(28, 2)), denominator, n, true, 'period'
    from by_counted_month
    where has_period_basis
    union all
    select
        kpi_code, definition_version, view, has_period_basis, member, channel, campaign, persona, month_start_on, numerator, cast(0 as decimal(28, 2)), n, true, 'period'
    from by_converted_month
),
by_period as (
    select
        kpi_code, definition_version, view, basis, member,
        grain,
        period_start,
        case when channel is not null then 'channel' when campaign is not null then 'campaign' when persona is not null then 'persona' else 'all' end as segment,
        coalesce(channel, campaign, persona, 'all') as segment_value,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum(n) as n,
        not bool_or(not by_month.is_mature or not is_over) as is_mature
    from by_month
    join kpi_periods as periods on by_month.month_start_on = periods.month_start_on
    group by grouping sets (
        (kpi_code, definition_version, view, basis, member, grain, period_start),
        (kpi_code, definition_version, view, basis, member, grain, period_start, channel),
        (kpi_code, definition_version, view, basis, member, grain, period_start, campaign),
        (kpi_code, definition_version, view, basis, member, grain, period_start, persona)
    )
)
select
    kpi_code,
    definition_version,
    view,
    basis,
    member,
    grain,
    period_start,
    segment,
    segment_value,
    'rate' as statistic,
    cast(numerator as decimal(28, 2)) as numerator,
    cast(denominator as decimal(28, 2)) as denominator,
    cast(numerator as double) / nullif(cast(denominator as double), 0) as value,
    cast(n as bigint) as n,
    cast(null as bigint) as censored_cnt,
    is_mature
from by_period;

create temp view win_rate_close as
with opportunities as (
    select * from con_opportunities where is_countable and is_closed
)
select
    'opportunity' as subject_type,
    opportunity_id as subject_id,
    'shared' as view,
    '' as member,
    closed_on as counted_on,
    cast(case when is_won then 1 else 0 end as decimal(18, 2)) as numerator,
    cast(1 as decimal(18, 2)) as denominator
from opportunities
where closed_on is not null;

create temp view asp as
select
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    numerator,
    cast(1 as decimal(18, 2)) as denominator
from won_amt as amounts;

create temp view kpi_subjects_period as
select
    'win_rate_close' as kpi_code,
    cast(1 as integer) as definition_version,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    numerator,
    denominator
from win_rate_close

union all
        
select
    'asp' as kpi_code,
    cast(1 as integer) as definition_version,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    numerator,
    denominator
from asp;

create temp view kpi_values_period as
with calendar as (
    select date_on, month_start_on from con_calendar
),
by_month as (
    select
        subjects.kpi_code,
        subjects.definition_version,
        subjects.view,
        'period' as basis,
        subjects.member,
        calendar.month_start_on,
        coalesce(segments.channel, '(none)') as channel,
        coalesce(segments.campaign, '(none)') as campaign,
        coalesce(segments.persona, '(none)') as persona,
        sum(subjects.numerator) as numerator,
        sum(subjects.denominator) as denominator,
        count(*) as n
    from kpi_subjects_period as subjects
    join calendar on subjects.counted_on = calendar.date_on
    left join subject_segments as segments on subjects.subject_type = segments.subject_type and subjects.subject_id = segments.subject_id
    group by all
),
by_period as (
    select
        kpi_code, definition_version, view, basis, member,
        grain,
        period_start,
        is_over as is_mature,
        case when channel is not null then 'channel' when campaign is not null then 'campaign' when persona is not null then 'persona' else 'all' end as segment,
        coalesce(channel, campaign, persona, 'all') as segment_value,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum(n) as n
    from by_month
    join kpi_periods as periods on by_month.month_start_on = periods.month_start_on
    group by grouping sets (
        (kpi_code, definition_version, view, basis, member, grain, period_start, is_over),
        (kpi_code, definition_version, view, basis, member, grain, period_start, is_over, channel),
        (kpi_code, definition_version, view, basis, member, grain, period_start, is_over, campaign),
        (kpi_code, definition_version, view, basis, member, grain, period_start, is_over, persona)
    )
)
select
    kpi_code,
    definition_version,
    view,
    basis,
    member,
    grain,
    period_start,
    segment,
    segment_value,
    'rate' as statistic,
    cast(numerator as decimal(28, 2)) as numerator,
    cast(denominator as decimal(28, 2)) as denominator,
    cast(numerator as double) / nullif(cast(denominator as double), 0) as value,
    cast(n as bigint) as n,
    cast(null as bigint) as censored_cnt,
    is_mature
from by_period;

create temp view stl_attempt as
with leads as (
    select lead_id, handed_over_on from lead_facts where is_countable and handed_over_on is not null
),
timed as (
    select leads.lead_id, leads.handed_over_on, clocks.attempt_wall_minutes, clocks.attempt_business_minutes
    from leads
    left join sla_clock as clocks on leads.lead_id = clocks.lead_id
),
members as (
    select lead_id, handed_over_on, 'wall_clock' as member, attempt_wall_minutes as minutes from timed
    union all
    select lead_id, handed_over_on, 'business_hours', attempt_business_minutes from timed
)
select
    'lead_cycle' as subject_type,
    lead_id as subject_id,
    'shared' as view,
    member,
    handed_over_on as counted_on,
    cast(minutes as bigint) as measure,
    minutes is null as is_censored
from members;

create temp view cycle_days as
with opportunities as (
    select * from con_opportunities where is_countable and won_on is not null
),
leads as (
    select lead_id, first_seen_on from lead_facts
),
members as (
    select opportunity_id, won_on, 'opportunity' as member, created_on as started_on from opportunities
    union all
    select opportunities.opportunity_id, opportunities.won_on, 'lead', leads.first_seen_on
    from opportunities
    join leads on opportunities.lead_id = leads.lead_id
)
select
    'opportunity' as subject_type,
    opportunity_id as subject_id,
    'shared' as view,
    member,
    won_on as counted_on,
    cast(date_diff('day', started_on, won_on) as bigint) as measure,
    false as is_censored
from members;

create temp view kpi_subjects_duration as
select
    'stl_attempt' as kpi_code,
    cast(1 as integer) as definition_version,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    measure,
    is_censored
from stl_attempt

union all
        
select
    'cycle_days' as kpi_code,
    cast(1 as integer) as definition_version,
    subject_type,
    subject_id,
    view,
    member,
    counted_on,
    measure,
    is_censored
from cycle_days;

create temp view kpi_values_duration as
with calendar as (
    select date_on, month_start_on from con_calendar
),
measured as (
    select
        subjects.kpi_code,
        subjects.definition_version,
        subjects.view,
        'duration' as basis,
        subjects.member,
        periods.grain,
        periods.period_start,
        periods.is_over,
        coalesce(segments.channel, '(none)') as channel,
        coalesce(segments.campaign, '(none)') as campaign,
        coalesce(segments.persona, '(none)') as persona,
        subjects.is_censored,
        case when not subjects.is_censored then cast(subjects.measure as bigint) end as measure,
        case when subjects.is_censored then cast('infinity' as double) else cast(subjects.measure as double) end as ordered_measure
    from kpi_subjects_duration as subjects
    join calendar on subjects.counted_on = calendar.date_on
    join kpi_periods as periods on calendar.month_start_on = periods.month_start_on
    left join subject_segments as segments on subjects.subject_type = segments.subject_type and subjects.subject_id = segments.subject_id
),
by_period as (
    select
        kpi_code, definition_version, view, basis, member,
        grain,
        period_start,
        is_over as is_mature,
        case when channel is not null then 'channel' when campaign is not null then 'campaign' when persona is not null then 'persona' else 'all' end as segment,
        coalesce(channel, campaign, persona, 'all') as segment_value,
        coalesce(sum(measure), 0) as numerator,
        count(measure) as denominator,
        count(measure) as n,
        count(case when is_censored then 1 end) as censored_cnt,
        percentile_cont(0.5) within group (order by ordered_measure) as median_measure,
        percentile_cont(0.9) within group (order by ordered_measure) as p90_measure
    from measured
    group by grouping sets (
        (kpi_code, definition_version, view, basis, member, grain, period_start, is_over),
        (kpi_code, definition_version, view, basis, member, grain, period_start, is_over, channel),
        (kpi_code, definition_version, view, basis, member, grain, period_start, is_over, campaign),
        (kpi_code, definition_version, view, basis, member, grain, period_start, is_over, persona)
    )
),
statistics as (
    select *, 'median' as statistic_name, median_measure as statistic_value from by_period
    union all
    select *, 'p90', p90_measure from by_period
)
select
    kpi_code,
    definition_version,
    view,
    basis,
    member,
    grain,
    period_start,
    segment,
    segment_value,
    statistic_name as statistic,
    cast(numerator as decimal(28, 2)) as numerator,
    cast(denominator as decimal(28, 2)) as denominator,
    case when statistic_value < cast('infinity' as double) then statistic_value end as value,
    cast(n as bigint) as n,
    cast(censored_cnt as bigint) as censored_cnt,
    is_mature
from statistics;

create temp view untouched_cnt as
with leads as (
    select lead_id, first_attempt_at, closed_on from lead_facts where is_countable and handed_over_on is not null
),
stays as (
    select lead_id, entered_at, entered_on, left_on
    from relay_handoffs
    where boundary = 'B1' and out_at is not null and in_at is not null
),
calendar as (
    select date_on, is_business_day, business_day_no from con_calendar
),
hours as (
    select open_minute * 60 as open_second, (close_minute - open_minute) * 60 as day_seconds from business_hours
),
patience as (
    select value * 60 as patience_seconds, valid_from, valid_to
    from limits
    where name = 'untouched_business_minutes'
),
run_parameters as (
    select as_of from run_parameters
),
limits_reached as (
    select
        stays.lead_id,
        stays.left_on,
        hours.open_second,
        hours.day_seconds,
        calendar.business_day_no * hours.day_seconds + patience.patience_seconds
            + case
                when calendar.is_business_day
                    then least(greatest(local_seconds_of_day(stays.entered_at) - hours.open_second, 0), hours.day_seconds)
                else 0
            end as reached_second
    from stays
    join calendar on stays.entered_on = calendar.date_on
    join patience on stays.entered_on >= coalesce(patience.valid_from, date '0001-01-01')
        and stays.entered_on <= coalesce(patience.valid_to, date '9999-12-31')
    cross join hours
),
dated as (
    select
        leads.lead_id,
        (business_day_start(calendar.date_on) + to_microseconds(cast(limits_reached.open_second + limits_reached.reached_second - calendar.business_day_no * limits_reached.day_seconds as bigint) * 1000000)) as in_from_at,
        calendar.date_on as in_from,
        least(business_date(leads.first_attempt_at), limits_reached.left_on, leads.closed_on) as in_to
    from limits_reached
    join leads on limits_reached.lead_id = leads.lead_id
    join calendar
        on calendar.is_business_day
            and calendar.business_day_no
            = (limits_reached.reached_second - 1 - (limits_reached.reached_second - 1) % limits_reached.day_seconds)
            / limits_reached.day_seconds
)
select
    'lead_cycle' as subject_type,
    lead_id as subject_id,
    'shared' as view,
    '' as member,
    in_from,
    in_to,
    cast(1 as decimal(18, 2)) as amount
from dated
join run_parameters on dated.in_from_at <= run_parameters.as_of
where in_to is null or in_from < in_to;

create temp view kpi_subjects_stock as
select
    'untouched_cnt' as kpi_code,
    cast(1 as integer) as definition_version,
    subject_type,
    subject_id,
    view,
    member,
    in_from,
    in_to,
    amount
from untouched_cnt;

create temp view kpi_values_stock as
with months as (
    select distinct month_start_on, month_read_on from kpi_periods as periods
),
by_month as (
    select
        subjects.kpi_code,
        subjects.definition_version,
        subjects.view,
        'stock' as basis,
        subjects.member,
        months.month_read_on,
        coalesce(segments.channel, '(none)') as channel,
        coalesce(segments.campaign, '(none)') as campaign,
        coalesce(segments.persona, '(none)') as persona,
        sum(subjects.amount) as numerator,
        count(*) as n
    from months
    join kpi_subjects_stock as subjects
        on subjects.in_from <= months.month_read_on
            and (subjects.in_to is null or subjects.in_to > months.month_read_on)
    left join subject_segments as segments on subjects.subject_type = segments.subject_type and subjects.subject_id = segments.subject_id
    group by all
),
last_months as (
    select grain, period_start, is_over, read_on
    from kpi_periods as periods
    where month_read_on = read_on
),
by_period as (
    select
        kpi_code, definition_version, view, basis, member,
        grain,
        period_start,
        is_over as is_mature,
        case when channel is not null then 'channel' when campaign is not null then 'campaign' when persona is not null then 'persona' else 'all' end as segment,
        coalesce(channel, campaign, persona, 'all') as segment_value,
        sum(numerator) as numerator,
        sum(n) as n
    from by_month
    join last_months on by_month.month_read_on = last_months.read_on
    group by grouping sets (
        (kpi_code, definition_version, view, basis, member, grain, period_start, is_over),
        (kpi_code, definition_version, view, basis, member, grain, period_start, is_over, channel),
        (kpi_code, definition_version, view, basis, member, grain, period_start, is_over, campaign),
        (kpi_code, definition_version, view, basis, member, grain, period_start, is_over, persona)
    )
)
select
    kpi_code,
    definition_version,
    view,
    basis,
    member,
    grain,
    period_start,
    segment,
    segment_value,
    'sum' as statistic,
    cast(numerator as decimal(28, 2)) as numerator,
    cast(cast(null as decimal(28, 2)) as decimal(28, 2)) as denominator,
    cast(numerator as double) as value,
    cast(n as bigint) as n,
    cast(null as bigint) as censored_cnt,
    is_mature
from by_period;

create temp table account_periods as
with contracts as (
    select * from con_contracts where not is_deleted and account_key is not null and start_on is not null
),
periods as (
    select distinct grain, period_start, (period_start + cast(-1 as integer)) as eve_on, read_on, is_over
    from kpi_periods
),
active as (
    select
        contract_id,
        account_key,
        start_on,
        coalesce(churned_on, (end_on + cast(1 as integer))) as until_on
    from contracts
),
starts as (
    select
        periods.grain,
        periods.period_start,
        periods.is_over,
        active.account_key,
        sum(coalesce(mrr.mrr_base, 0) * 12) as start_arr
    from periods
    join active
        on active.start_on <= periods.eve_on and (active.until_on is null or active.until_on > periods.eve_on)
    left join contract_mrr as mrr
        on active.contract_id = mrr.contract_id
            and mrr.from_on <= periods.eve_on and (mrr.to_on is null or mrr.to_on > periods.eve_on)
    group by periods.grain, periods.period_start, periods.is_over, active.account_key
),
ends as (
    select periods.grain, periods.period_start, active.account_key, sum(coalesce(mrr.mrr_base, 0) * 12) as end_arr
    from periods
    join active
        on active.start_on <= periods.read_on and (active.until_on is null or active.until_on > periods.read_on)
    left join contract_mrr as mrr
        on active.contract_id = mrr.contract_id
            and mrr.from_on <= periods.read_on and (mrr.to_on is null or mrr.to_on > periods.read_on)
    group by periods.grain, periods.period_start, active.account_key
)
select
    starts.grain,
    starts.period_start,
    starts.account_key,
    starts.is_over,
    ends.account_key is not null as is_active_at_end,
    cast(starts.start_arr as decimal(18, 2)) as start_arr,
    cast(coalesce(ends.end_arr, 0) as decimal(18, 2)) as end_arr
from starts
left join ends
    on starts.grain = ends.grain
        and starts.period_start = ends.period_start
        and starts.account_key = ends.account_key;

create temp view logo_churn as
select
    'account' as subject_type,
    account_key as subject_id,
    'shared' as view,
    '' as member,
    grain,
    period_start,
    cast(case when not is_active_at_end then 1 else 0 end as decimal(18, 2)) as numerator,
    cast(1 as decimal(18, 2)) as denominator,
    is_over as is_mature
from account_periods as accounts;

create temp view grr as
select
    'account' as subject_type,
    account_key as subject_id,
    'shared' as view,
    '' as member,
    grain,
    period_start,
    least(end_arr, start_arr) as numerator,
    start_arr as denominator,
    is_over as is_mature
from account_periods as accounts;

create temp view nrr as
select
    'account' as subject_type,
    account_key as subject_id,
    'shared' as view,
    '' as member,
    grain,
    period_start,
    end_arr as numerator,
    start_arr as denominator,
    is_over as is_mature
from account_periods as accounts;

create temp view kpi_subjects_start_cohort as
select
    'logo_churn' as kpi_code,
    cast(1 as integer) as definition_version,
    subject_type,
    subject_id,
    view,
    member,
    grain,
    period_start,
    numerator,
    denominator,
    is_mature
from logo_churn

union all
        
select
    'grr' as kpi_code,
    cast(1 as integer) as definition_version,
    subject_type,
    subject_id,
    view,
    member,
    grain,
    period_start,
    numerator,
    denominator,
    is_mature
from grr

union all
        
select
    'nrr' as kpi_code,
    cast(1 as integer) as definition_version,
    subject_type,
    subject_id,
    view,
    member,
    grain,
    period_start,
    numerator,
    denominator,
    is_mature
from nrr;

create temp view kpi_values_start_cohort as
with segmented as (
    select
        subjects.*,
        'start_cohort' as basis,
        coalesce(segments.channel, '(none)') as channel,
        coalesce(segments.campaign, '(none)') as campaign,
        coalesce(segments.persona, '(none)') as persona
    from kpi_subjects_start_cohort as subjects
    left join subject_segments as segments on subjects.subject_type = segments.subject_type and subjects.subject_id = segments.subject_id
),
by_period as (
    select
        kpi_code, definition_version, view, basis, member,
        grain,
        period_start,
        case when channel is not null then 'channel' when campaign is not null then 'campaign' when persona is not null then 'persona' else 'all' end as segment,
        coalesce(channel, campaign, persona, 'all') as segment_value,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        count(*) as n,
        not bool_or(not is_mature) as is_mature
    from segmented
    group by grouping sets (
        (kpi_code, definition_version, view, basis, member, grain, period_start),
        (kpi_code, definition_version, view, basis, member, grain, period_start, channel),
        (kpi_code, definition_version, view, basis, member, grain, period_start, campaign),
        (kpi_code, definition_version, view, basis, member, grain, period_start, persona)
    )
)
select
    kpi_code,
    definition_version,
    view,
    basis,
    member,
    grain,
    period_start,
    segment,
    segment_value,
    'rate' as statistic,
    cast(numerator as decimal(28, 2)) as numerator,
    cast(denominator as decimal(28, 2)) as denominator,
    cast(numerator as double) / nullif(cast(denominator as double), 0) as value,
    cast(n as bigint) as n,
    cast(null as bigint) as censored_cnt,
    is_mature
from by_period;
