{# The unbroken times in which a mismatch was found, at evaluations of its rule one after the other; an exception that comes or goes begins
   another one. #}
with evaluations as (
    select * from {{ ref('mismatch_evaluations') }}
),

recorded as (
    {{ ledger_rows('open_mismatches', 'mismatch_id, rule_code, is_accepted, is_in_transit') }}
),

sightings as (
    select
        recorded.mismatch_id,
        recorded.rule_code,
        recorded.is_accepted,
        evaluations.evaluation_no,
        evaluations.as_of,
        evaluations.publish_no,
        lag(evaluations.evaluation_no) over (partition by recorded.mismatch_id order by evaluations.evaluation_no nulls last) as previous_no,
        lag(recorded.is_accepted) over (partition by recorded.mismatch_id order by evaluations.evaluation_no nulls last) as was_accepted
    from recorded
    inner join evaluations on recorded.rule_code = evaluations.rule_code and recorded.publish_no = evaluations.publish_no
    where not coalesce(recorded.is_in_transit, false)
),

numbered as (
    select
        *,
        sum(case when previous_no = evaluation_no - 1 and was_accepted = is_accepted then 0 else 1 end) over (
            partition by mismatch_id order by evaluation_no nulls last rows between unbounded preceding and current row
        ) as spell_no
    from sightings
),

spells as (
    select
        mismatch_id,
        rule_code,
        cast(spell_no as bigint) as spell_no,
        is_accepted,
        min(as_of) as opened_at,
        max(as_of) as last_seen_at,
        max(evaluation_no) as last_evaluation_no,
        max_by(publish_no, evaluation_no) as last_publish_no
    from numbered
    group by mismatch_id, rule_code, spell_no, is_accepted
),

final as (
    select
        spells.*,
        ends.as_of as ended_at,
        lead(spells.opened_at) over (partition by spells.mismatch_id order by spells.spell_no nulls last) = ends.as_of as goes_on
    from spells
    left join evaluations as ends on spells.rule_code = ends.rule_code and spells.last_evaluation_no + 1 = ends.evaluation_no
)

select
    mismatch_id,
    rule_code,
    spell_no,
    is_accepted,
    opened_at,
    last_seen_at,
    last_publish_no,
    ended_at,
    case when ended_at is null then null when goes_on then 'changed' else 'resolved' end as ended_as
from final
