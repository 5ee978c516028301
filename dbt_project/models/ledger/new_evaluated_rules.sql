{{ config(alias='evaluated_rules') }}
{# What this run adds to the ledger when it is published: the rules that it evaluated. #}
select rule_code from {{ ref('mismatch_definitions') }} where is_evaluated
