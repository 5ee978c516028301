"""Tasuki's Python: configuration, landing, orchestration and publishing. Business rules are SQL, in dbt_project/."""
