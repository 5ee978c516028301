{# Whether customer success says of any contract which opportunity it came from. Where it does not, that is taken from what the account won. #}
{% macro contracts_name_opportunities() -%}
    ({{ delivers('cs_contract', 'crm_opportunity_id') }} or {{ delivers('cs_contract_opportunity') }})
{%- endmacro %}
