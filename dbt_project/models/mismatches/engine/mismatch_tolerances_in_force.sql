{# The tolerances as in force on the business date of as_of; as wide as an amount must be to be multiplied by one. #}
with tolerances as (
    select * from {{ ref('mismatch_tolerances') }}
),

run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

final as (
    select tolerances.name, cast(tolerances.value as decimal(28, 4)) as value, tolerances.unit
    from tolerances
    join run_parameters on {{ in_force('tolerances', 'run_parameters.as_of_on') }}
)

select * from final
