-- Blocking: no row is lost where names become numbers, nor where numbers become names again.
with compared as (
    select
        'kpi_rows' as counted,
        (select count(*) from {{ ref('kpi_rows') }}) as rows_there,
        (select count(*) from {{ ref('kpi_entries') }}) as rows_found
    union all
    select
        'kpi_values',
        (
            select sum(row_cnt)
            from (
                {%- for model in ['kpi_values_numbered', 'kpi_values_derived', 'kpi_values_idle'] %}
                select count(*) as row_cnt from {{ ref(model) }}
                    {%- if not loop.last %}
                union all
                    {%- endif %}
                {%- endfor %}
            ) as parts
        ),
        (select count(*) from {{ ref('kpi_values') }})
)

select * from compared where rows_there <> rows_found
