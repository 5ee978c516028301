{# Bookings as the teams count them: sales takes the record's amount at the rate of its close date. #}
{{ won_views('won_amt', 'amount') }}
