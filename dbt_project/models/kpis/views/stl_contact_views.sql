{# Speed to contact as the teams time it. #}
{{ timed_views('stl_contact', 'first_contact_at') }}
