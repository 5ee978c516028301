{# Expected value of the leads handed over: the smoothed chance that a lead of its channel and heat is won within the window, times the
   average deal. One fraction per lead, so that nothing is rounded but the result. #}
with leads as (
    select lead_id, channel, is_hot, handed_over_on, won_on
    from {{ ref('lead_facts') }}
    where is_countable and handed_over_on is not null
),

run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

mature as (
    select
        leads.channel,
        leads.is_hot,
        coalesce(leads.won_on <= {{ add_days('leads.handed_over_on', 'windows.days') }}, false) as is_won_in_time
    from leads
    join {{ named_window('opportunity_to_won') }} as windows on {{ in_force('windows', 'leads.handed_over_on') }}
    join run_parameters on {{ add_days('leads.handed_over_on', 'windows.days') }} < run_parameters.as_of_on
),

groups as (
    select channel, is_hot, count(*) as lead_cnt, count(*) filter (where is_won_in_time) as won_cnt from mature group by channel, is_hot
),

overall as (
    select count(*) as lead_cnt, count(*) filter (where is_won_in_time) as won_cnt from mature
),

deals as (
    select sum(numerator) as amount, count(*) as deal_cnt from {{ ref('won_amt') }} where view = 'shared'
),

prior as (
    select limits.value as lead_cnt
    from {{ ref('limits') }} as limits
    join run_parameters on {{ in_force('limits', 'run_parameters.as_of_on') }}
    where limits.name = 'lead_value_prior'
),

-- (won + prior x all won / all leads) / (leads + prior) x amount / deals
fractions as (
    select
        leads.lead_id,
        leads.handed_over_on,
        cast(coalesce(groups.won_cnt, 0) * overall.lead_cnt + prior.lead_cnt * overall.won_cnt as decimal(19, 0))
            * cast(deals.amount as decimal(18, 2)) as dividend,
        cast(overall.lead_cnt * (coalesce(groups.lead_cnt, 0) + prior.lead_cnt) * deals.deal_cnt as decimal(18, 0)) as divisor
    from leads
    cross join overall
    cross join deals
    cross join prior
    left join groups on leads.channel is not distinct from groups.channel and leads.is_hot = groups.is_hot
    where overall.lead_cnt > 0 and deals.deal_cnt > 0
),

final as (
    select
        'lead_cycle' as subject_type,
        lead_id as subject_id,
        'shared' as view,
        '' as member,
        handed_over_on as counted_on,
        {{ whole_quotient('dividend', 'divisor') }} as numerator
    from fractions
)

select * from final
