{# Speed to the first attempt as the teams time it. #}
{{ timed_views('stl_attempt', 'first_attempt_at') }}
