{# Why a team's tool does not have a person that counts as a new lead, or a response that counts as an inquiry. #}
with person_records as (
    select
        records.person_key,
        records.record_type,
        records.created_at is null as is_undated,
        coalesce(records.created_at <= run_parameters.as_of, true) as is_there
    from {{ ref('person_records') }} as records
    cross join {{ ref('run_parameters') }} as run_parameters
),

records as (
    select
        person_key,
        count(*) filter (where record_type = 'ma_person' and is_there) as ma_record_cnt,
        count(*) filter (where record_type = 'crm_lead' and is_there) as crm_lead_cnt,
        count(*) filter (where record_type = 'ma_person' and is_undated) as undated_ma_record_cnt,
        count(*) filter (where record_type = 'crm_lead' and is_undated) as undated_crm_lead_cnt
    from person_records
    group by person_key
),

final as (
    {%- for code, component in [('lead_new', 'numerator'), ('mql_rate', 'denominator')] %}
    select
        '{{ code }}' as kpi_code,
        'marketing' as side,
        '{{ component }}' as component,
        person_key as subject_id,
        {{ bridge_reasons({"'not_in_ma'": 'ma_record_cnt = 0', "'undated'": 'undated_ma_record_cnt > 0'}) }} as reasons
    from records
    union all
    {%- endfor %}
    select
        'lead_new', 'sales', 'numerator', person_key,
        {{ bridge_reasons({"'not_in_crm'": 'crm_lead_cnt = 0', "'undated'": 'undated_crm_lead_cnt > 0'}) }}
    from records
    union all
    select 'inquiry_cnt', 'sales', 'numerator', response_id, 'repeat_in_month'
    from {{ ref('monthly_inquirers') }}
    where no_in_month > 1
)

select * from final where reasons <> ''
