with

accounts as (
    select account_id, industry, employees, annual_revenue
    from {{ ref('int_accounts') }}
),

employee_bands as (
    select
        employee_band,
        employees_from,
        employees_below,
        revenue_from,
        revenue_below
    from {{ ref('employee_bands') }}
),

{# Annual revenue speaks for the size where employees are unknown. #}
placed as (
    select
        accounts.account_id,
        nullif({{ matching_text('accounts.industry') }}, '') as industry_key,
        coalesce(by_employees.employee_band, by_revenue.employee_band)
            as size_band
    from accounts
    left join employee_bands as by_employees
        on
            accounts.employees >= by_employees.employees_from
            and (
                accounts.employees < by_employees.employees_below
                or by_employees.employees_below is null
            )
    left join employee_bands as by_revenue
        on
            accounts.employees is null
            and accounts.annual_revenue >= by_revenue.revenue_from
            and (
                accounts.annual_revenue < by_revenue.revenue_below
                or by_revenue.revenue_below is null
            )
)

select * from placed
