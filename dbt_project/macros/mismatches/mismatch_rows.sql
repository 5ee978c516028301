{# What the rules of one group find, one select per rule. The rules are ephemeral: a model of the warehouse costs a tenth of a second of
   dbt and Dagster, and there are a hundred. #}
{% macro mismatch_rows(group) -%}
    {%- set columns = ['subject_type', 'subject_id', 'ma_record_id', 'crm_record_id', 'ma_value', 'crm_value', 'detail'] -%}
    {%- for rule in mismatch_list()[group] %}
select
    '{{ rule[:3] | upper }}' as rule_code,
    {%- for column in columns %}
    cast({{ column }} as {{ dbt.type_string() }}) as {{ column }},
    {%- endfor %}
    cast(amount_at_stake as decimal(18, 2)) as amount_at_stake,
    cast(occurred_at as timestamp) as occurred_at
from {{ ref(rule) }}
union all
    {%- endfor %}
select
    cast(null as {{ dbt.type_string() }}) as rule_code,
    {%- for column in columns %}
    cast(null as {{ dbt.type_string() }}) as {{ column }},
    {%- endfor %}
    cast(null as decimal(18, 2)) as amount_at_stake,
    cast(null as timestamp) as occurred_at
where false
{%- endmacro %}

{# The findings of some groups with their ids: of rules that are evaluated, once the exceptions are looked up. #}
{% macro mismatches_found(groups) -%}
with found as (
    {%- for group in groups %}
    select * from {{ ref('mismatch_group_' ~ group) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

definitions as (
    select * from {{ ref('mismatch_definitions') }} where is_evaluated
),

exceptions as (
    select exceptions.*
    from {{ ref('mismatch_exceptions') }} as exceptions
    cross join {{ ref('run_parameters') }} as run_parameters
    where exceptions.accepted_until >= run_parameters.as_of_on
),

identified as (
    select
        {{ string_hash(['found.rule_code', 'found.ma_record_id', 'found.crm_record_id', 'found.detail']) }} as mismatch_id,
        definitions.severity,
        found.*
    from found
    inner join definitions on found.rule_code = definitions.rule_code
),

accepted as (
    {{ accepted_mismatches('identified', 'exceptions') }}
),

final as (
    select identified.*, accepted.accepted_until, accepted.accepted_by, accepted.accepted_reason
    from identified
    left join accepted on identified.mismatch_id = accepted.mismatch_id
)

select * from final
{%- endmacro %}

{# The exception of each mismatch that has one: of several, that which holds longest. `findings` and `exceptions` are relations. #}
{% macro accepted_mismatches(findings, exceptions) -%}
    select findings.mismatch_id, exceptions.accepted_until, exceptions.accepted_by, exceptions.reason as accepted_reason
    from {{ findings }} as findings
    inner join {{ exceptions }} as exceptions
        on findings.rule_code = exceptions.rule_code
        and coalesce(exceptions.ma_record_id, findings.ma_record_id, '') = coalesce(findings.ma_record_id, '')
        and coalesce(exceptions.crm_record_id, findings.crm_record_id, '') = coalesce(findings.crm_record_id, '')
        and coalesce(exceptions.detail, findings.detail) = findings.detail
    qualify row_number() over (
        partition by findings.mismatch_id
        order by exceptions.accepted_until desc nulls last, exceptions.accepted_by nulls last, exceptions.reason nulls last
    ) = 1
{%- endmacro %}
