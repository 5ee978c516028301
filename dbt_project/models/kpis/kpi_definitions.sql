{# Every KPI as the YAML beside its SQL says, and whether the company has what it needs. #}
{{ kpi_catalogue_rows() }}
