{# What the rules of one group find, one select per rule. The rules are ephemeral: a model of the warehouse costs a tenth of a second of
   dbt and Dagster, and there are a hundred. In which tables their records lie, whether they allow for transit
   and whether their severity goes by the record, their YAML says. #}
{% macro mismatch_rows(group) -%}
    {%- for rule in mismatch_list()[group] %}
    {%- set meta = mismatch_meta(rule) if execute else {} %}
select
    '{{ rule[:3] | upper }}' as rule_code,
    {%- for column in ['subject_type', 'subject_id', 'ma_record_id', 'crm_record_id', 'ma_value', 'crm_value', 'detail'] %}
    cast({{ column }} as {{ dbt.type_string() }}) as {{ column }},
    {%- endfor %}
    {{ record_table('ma', meta.get('ma_table')) }} as ma_table,
    {{ record_table('crm', meta.get('crm_table')) }} as crm_table,
    cast({{ 'severity' if meta.get('severity_by_row') else 'null' }} as {{ dbt.type_string() }}) as row_severity,
    cast(amount_at_stake as decimal(18, 2)) as amount_at_stake,
    cast(occurred_at as timestamp) as occurred_at,
    cast({{ 'changed_at' if meta.get('transit') else 'null' }} as timestamp) as changed_at
from {{ ref(rule) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# The table of the input contract in which the record of one side lies: what the YAML says, or the rule's own column where that is by_row. #}
{% macro record_table(side, told) -%}
    {%- if told -%}
        case when {{ side }}_record_id is not null then {{ side ~ '_table' if told == 'by_row' else "'" ~ told ~ "'" }} end
    {%- else -%}
        cast(null as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}

{# The tables of the input contract whose records have a page in their tool: their id, and whether they have an owner. #}
{% macro record_tables() -%}
    {{ return({
        'ma_person': {'id': 'ma_id', 'has_owner': true},
        'crm_lead': {'id': 'crm_lead_id', 'has_owner': true},
        'crm_contact': {'id': 'crm_contact_id', 'has_owner': true},
        'crm_account': {'id': 'crm_account_id', 'has_owner': true},
        'crm_opportunity': {'id': 'crm_opportunity_id', 'has_owner': true},
        'crm_activity': {'id': 'activity_id', 'has_owner': true},
        'cs_contract': {'id': 'contract_id', 'has_owner': false},
    }) }}
{%- endmacro %}

{# The findings of some groups, of rules that are evaluated, with their ids. What a rule says twice in every word is one. Where records of two
   systems of one kind are numbered alike, the subject belongs to the id, whether or not both have the fault; where one record has the same
   fault twice, the times and values tell the mismatches apart. #}
{% macro identified_mismatches(groups) -%}
with found as (
    {%- for group in groups %}
    select * from {{ ref('mismatch_group_' ~ group) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

definitions as (
    select * from {{ ref('mismatch_definitions') }} where is_evaluated
),

alike as (
    select * from {{ ref('records_numbered_alike') }}
),

hashed as (
    select distinct
        {{ string_hash(['found.rule_code', 'found.ma_table', 'found.ma_record_id', 'found.crm_table', 'found.crm_record_id', 'found.detail']) }} as hash,
        ma_alike.record_id is not null or crm_alike.record_id is not null as is_numbered_alike,
        coalesce(found.row_severity, definitions.severity) as severity,
        definitions.transit,
        found.*
    from found
    inner join definitions on found.rule_code = definitions.rule_code
    left join alike as ma_alike on found.ma_table = ma_alike.table_name and found.ma_record_id = ma_alike.record_id
    left join alike as crm_alike on found.crm_table = crm_alike.table_name and found.crm_record_id = crm_alike.record_id
),

identified as (
    select
        case when is_numbered_alike then {{ string_hash(['hash', 'subject_id']) }} else hash end as own_hash,
        *
    from hashed
),

numbered as (
    select
        *,
        row_number() over (
            partition by own_hash
            order by subject_type nulls last, subject_id nulls last, occurred_at nulls last, ma_value nulls last, crm_value nulls last
        ) as subject_no
    from identified
),

final as (
    select case when subject_no = 1 then own_hash else {{ string_hash(['own_hash', 'subject_no']) }} end as mismatch_id, *
    from numbered
)

select
    mismatch_id,
    severity,
    transit,
    rule_code,
    subject_type,
    subject_id,
    ma_table,
    ma_record_id,
    crm_table,
    crm_record_id,
    ma_value,
    crm_value,
    detail,
    amount_at_stake,
    occurred_at,
    changed_at as differs_since
from final
{%- endmacro %}

{# Findings that are raised, each with the exception in force that accepts it, if any. `findings` is a relation. #}
{% macro raised_mismatches(findings) -%}
    {%- set exceptions -%}
        (
            select exceptions.*
            from {{ ref('mismatch_exceptions') }} as exceptions
            cross join {{ ref('run_parameters') }} as run_parameters
            where exceptions.accepted_until >= run_parameters.as_of_on
        )
    {%- endset -%}
    select
        findings.mismatch_id,
        findings.severity,
        findings.rule_code,
        findings.subject_type,
        findings.subject_id,
        findings.ma_table,
        findings.ma_record_id,
        findings.crm_table,
        findings.crm_record_id,
        findings.ma_value,
        findings.crm_value,
        findings.detail,
        findings.amount_at_stake,
        findings.occurred_at,
        findings.differs_since,
        accepted.accepted_until,
        accepted.accepted_by,
        accepted.accepted_reason
    from {{ findings }} as findings
    left join ({{ accepted_mismatches(findings, exceptions) }}) as accepted on findings.mismatch_id = accepted.mismatch_id
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
