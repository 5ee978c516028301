{# Why a team does not count an opportunity that is valid, or won. #}
with leads as (
    select lead_id, handed_over_on from {{ ref('lead_facts') }}
),

converted as (
    select distinct opportunity_id from {{ ref('opportunity_people') }} where crm_lead_id is not null
),

records as (
    select * from {{ ref('won_records') }}
),

run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

joined as (
    select
        opportunities.opportunity_id,
        opportunities.created_on is null as is_undated,
        converted.opportunity_id is null as has_no_lead,
        leads.handed_over_on is null as is_not_from_marketing,
        records.opportunity_id is null as is_not_won_in_record,
        records.opportunity_id is not null and records.closes_on is null as is_closed_without_date,
        coalesce(records.closes_on > run_parameters.as_of_on, false) as closes_later,
        records.opportunity_id is not null and records.amount is null as is_not_priced
    from {{ ref('con_opportunities') }} as opportunities
    cross join run_parameters
    left join leads on opportunities.lead_id = leads.lead_id
    left join converted on opportunities.opportunity_id = converted.opportunity_id
    left join records on opportunities.opportunity_id = records.opportunity_id
),

final as (
    select
        'valid_opp_cnt' as kpi_code,
        'marketing' as side,
        'numerator' as component,
        opportunity_id as subject_id,
        {{ bridge_reasons({"'no_lead_converted'": 'has_no_lead', "'undated'": 'is_undated'}) }} as reasons
    from joined
    {%- for code, component in [('won_cnt', 'numerator'), ('won_amt', 'numerator'), ('asp', 'numerator'), ('asp', 'denominator')] %}
    union all
    select '{{ code }}', 'marketing', '{{ component }}', opportunity_id, {{ bridge_reasons({"'not_from_marketing'": 'is_not_from_marketing'}) }}
    from joined
    union all
    select
        '{{ code }}', 'sales', '{{ component }}', opportunity_id,
        {{ bridge_reasons({
            "'not_won_in_record'": 'is_not_won_in_record',
            "'undated'": 'is_closed_without_date',
            "'closes_later'": 'closes_later',
            "'not_priced'": 'is_not_priced' if code != 'won_cnt' else 'false',
        }) }}
    from joined
    {%- endfor %}
)

select * from final where reasons <> ''
