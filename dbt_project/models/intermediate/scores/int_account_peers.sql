with

accounts as (
    select account_id, industry, employees
    from {{ ref('int_accounts') }}
),

employee_bands as (
    select employee_band, employees_from, employees_below
    from {{ ref('employee_bands') }}
),

placed as (
    select
        accounts.account_id,
        nullif({{ matching_text('accounts.industry') }}, '') as industry_key,
        employee_bands.employee_band
    from accounts
    left join employee_bands
        on
            accounts.employees >= employee_bands.employees_from
            and (
                accounts.employees < employee_bands.employees_below
                or employee_bands.employees_below is null
            )
)

select * from placed
