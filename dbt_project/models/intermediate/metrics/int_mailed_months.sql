with

per_account as (
    {{ mail_by(['account_id', 'month_start'], ref('int_mail_days')) }}
)

select * from per_account
