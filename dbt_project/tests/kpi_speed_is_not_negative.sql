-- Blocking: an attempt counts from the clock's start on, so no speed is negative. (A sales cycle may be: a source can say won before created.)
select *
from {{ ref('stl_attempt') }}
where measure < 0 or (measure is null) <> is_censored
