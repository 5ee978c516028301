{# Incremental strategy: months the new rows name are replaced whole, in the transaction of the model. A row without
   activity_id only says that its month is replaced. #}
{% macro get_incremental_replace_months_sql(arg_dict) -%}
    {{ adapter.dispatch('replace_months_sql')(arg_dict) }}
{%- endmacro %}

{% macro default__replace_months_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }}
    where occurred_month in (select occurred_month from {{ arg_dict['temp_relation'] }});

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }}
    where activity_id is not null
{%- endmacro %}

{# One statement: the months not named are read and written back. #}
{% macro spark__replace_months_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    insert overwrite {{ arg_dict['target_relation'] }}
    select {{ columns }}
    from {{ arg_dict['target_relation'] }}
    where occurred_month not in (select occurred_month from {{ arg_dict['temp_relation'] }})
    union all
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }}
    where activity_id is not null
{%- endmacro %}
