{# Won deals, or their amounts, as the teams count them: marketing those whose cycle it handed over, sales those whose record says won. #}
{% macro won_views(code, record_amount) -%}
with handed_over as (
    select opportunities.opportunity_id, opportunities.source_system, opportunities.crm_opportunity_id
    from {{ ref('con_opportunities') }} as opportunities
    join {{ ref('lead_facts') }} as leads on opportunities.lead_id = leads.lead_id
    where leads.handed_over_on is not null
),

records as (
    select * from {{ ref('won_records') }} where closes_on is not null and {{ record_amount }} is not null
),

of_marketing as (
    select
        shared.subject_type,
        shared.subject_id,
        'marketing' as view,
        shared.member,
        shared.counted_on,
        shared.numerator,
        shared.subject_id as row_id,
        handed_over.source_system,
        'crm_opportunity' as source_record_type,
        handed_over.crm_opportunity_id as source_record_id,
        false as is_merged_record,
        '' as uncounted_reasons
    from {{ ref(code) }} as shared
    join handed_over on shared.subject_id = handed_over.opportunity_id
),

of_sales as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        'sales' as view,
        '' as member,
        closes_on as counted_on,
        cast({{ record_amount }} as decimal(18, 2)) as numerator,
        opportunity_id as row_id,
        source_system,
        'crm_opportunity' as source_record_type,
        crm_opportunity_id as source_record_id,
        false as is_merged_record,
        {{ bridge_reasons({
            "'removed'": 'removed_at is not null',
            "'excluded_' || exclusion_reason": 'removed_at is null and not is_countable',
            "'not_won'": 'not is_won',
            "'not_priced'": 'shared_amount is null' if code == 'won_amt' else 'false',
        }) }} as uncounted_reasons
    from records
),

final as (
    select * from of_marketing
    union all
    select * from of_sales
)

select * from final
{%- endmacro %}
