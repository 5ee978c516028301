-- One row per campaign of any system, its cost in base currency at the rate of its first day.
with campaigns as (
    select * from {{ ref('ma_campaign') }}
),

channels as (
    select source_value, channel from {{ ref('channels') }}
),

priced as (
    select
        campaigns.*,
        channels.channel as mapped_channel,
        {{ base_rate('campaigns.currency', 'rates.rate_to_base') }} as rate_to_base
    from campaigns
    cross join {{ ref('run_parameters') }} as run_parameters
    left join channels on lower(campaigns.channel) = channels.source_value
    left join {{ ref('fx_rates') }} as rates
        on lower(campaigns.currency) = lower(rates.currency)
        and {{ in_force('rates', 'coalesce(campaigns.started_on, run_parameters.as_of_on)') }}
),

final as (
    select
        {{ string_hash(['source_system', 'campaign_id']) }} as campaign_key,
        source_system,
        campaign_id,
        name,
        coalesce(mapped_channel, lower(channel)) as channel,
        programme_type,
        objective,
        cast(cost * rate_to_base as decimal(18, 2)) as cost_base,
        started_on,
        ended_on
    from priced
)

select * from final
