{# A CRM record's key across systems. #}
{% macro relay_record_key(source_system, record_id) -%}
    {{ source_system }} || '|' || {{ record_id }}
{%- endmacro %}

{# The stocks' and transits' flows, as the ledger's columns name them: {account, flow, sign}. The one list that ledger, balance and test read. #}
{% macro relay_flows() -%}
    {%- set flows = {
        'transit': {'in': ['out'], 'out': ['delivered', 'grain_merged', 'lost']},
        'stock': {
            'in': ['delivered', 'recovered', 'declared_non_relay', 'recycled_in', 'reopened', 'invented', 'double_entry'],
            'out': ['converted', 'rejected', 'disqualified', 'recycled_out', 'lost_deals', 'deleted', 'merged_away']
        }
    } -%}
    {{ return(flows) }}
{%- endmacro %}

{# Every flow once, in the order of the ledger's columns; `delivered` leaves transit and enters stock. #}
{% macro relay_flow_columns() -%}
    {%- set flows = relay_flows() -%}
    {{ return(flows.transit['in'] + flows.transit['out'] + flows.stock['in'][1:] + flows.stock['out']) }}
{%- endmacro %}

{# What an account gains in a month: the sum of its flows, by sign. #}
{% macro relay_net_flow(account) -%}
    {%- set flows = relay_flows()[account] -%}
    {{ flows['in'] | join(' + ') }} - {{ flows['out'] | join(' - ') }}
{%- endmacro %}
