{# Why a team does not count an opportunity as created, in its pipeline, or below the line of a win rate. #}
with existing as (
    select source_value from {{ ref('origins') }} where object = 'opportunity_type' and origin = 'existing'
),

marketing_sources as (
    select source_value from {{ ref('origins') }} where object = 'lead_source' and origin = 'relay'
),

first_ma_records as (
    select person_key, min(created_at) as created_at from {{ ref('person_records') }} where record_type = 'ma_person' group by person_key
),

joined as (
    select
        opportunities.opportunity_id,
        first_ma_records.person_key is null as is_not_in_ma,
        coalesce(first_ma_records.created_at > opportunities.created_at, false) as is_in_ma_later,
        first_ma_records.person_key is not null and first_ma_records.created_at is null as is_undated_in_ma,
        marketing_sources.source_value is null as is_of_another_source,
        not coalesce(opportunities.is_valid_opportunity, false) or opportunities.fs_accepted_on is null as is_not_valid,
        opportunities.fs_accepted_on is null as is_not_accepted,
        existing.source_value is not null as is_existing_business,
        opportunities.amount is null as has_no_amount
    from {{ ref('con_opportunities') }} as opportunities
    left join existing on lower({{ trimmed('opportunities.opportunity_type') }}) = existing.source_value
    left join marketing_sources on lower({{ trimmed('opportunities.lead_source') }}) = marketing_sources.source_value
    left join first_ma_records on opportunities.person_key = first_ma_records.person_key
),

final as (
    select 'win_rate_close' as kpi_code, 'sales' as side, 'denominator' as component, opportunity_id as subject_id, 'no_decision' as reasons
    from {{ ref('undecided_losses') }}
    union all
    select 'comp_loss', 'sales', 'denominator', opportunity_id, 'no_loss_reason'
    from {{ ref('losses_without_reason') }}
    {%- for component in ['numerator', 'denominator'] %}
    union all
    select 'win_rate_cohort', 'marketing', '{{ component }}', opportunity_id, 'not_valid_yet'
    from joined
    where is_not_valid
    {%- endfor %}
    union all
    select
        'opp_cnt', 'sales', 'numerator', opportunity_id,
        {{ bridge_reasons({"'not_accepted_by_sales'": 'is_not_accepted', "'existing_business'": 'is_existing_business'}) }}
    from joined
    union all
    select
        'mkt_sourced_pipe', 'marketing', 'numerator', opportunity_id,
        {{ bridge_reasons({"'not_in_ma'": 'is_not_in_ma', "'in_ma_later'": 'is_in_ma_later', "'undated'": 'is_undated_in_ma'}) }}
    from joined
    union all
    select 'mkt_sourced_pipe', 'sales', 'numerator', opportunity_id, 'other_lead_source'
    from joined
    where is_of_another_source
    union all
    select 'pipe_created', 'sales', 'numerator', opportunity_id, 'not_priced'
    from joined
    where has_no_amount
)

select * from final where reasons <> ''
