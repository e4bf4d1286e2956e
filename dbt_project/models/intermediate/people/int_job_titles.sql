with

people as (
    select job_title, department from {{ ref('int_people_unioned') }}
),

seniority_keywords as (
    select keyword, seniority, keyword_rank
    from {{ ref('seniority_keywords') }}
),

department_keywords as (
    select keyword, department, keyword_rank
    from {{ ref('department_keywords') }}
),

{# A department as people write it is read like a title. #}
written as (
    select job_title from people
    union
    select department from people
),

titles as (
    select
        job_title,
        {{ words_between_blanks('job_title') }} as words
    from written
    where job_title is not null
),

seniorities as (
    select
        titles.job_title,
        seniority_keywords.seniority,
        row_number() over (
            partition by titles.job_title
            order by
                seniority_keywords.keyword_rank, seniority_keywords.keyword
        ) as match_rank
    from titles
    inner join seniority_keywords
        on titles.words like '% ' || seniority_keywords.keyword || ' %'
),

departments as (
    select
        titles.job_title,
        department_keywords.department,
        row_number() over (
            partition by titles.job_title
            order by
                department_keywords.keyword_rank, department_keywords.keyword
        ) as match_rank
    from titles
    inner join department_keywords
        on titles.words like '% ' || department_keywords.keyword || ' %'
),

classified as (
    select
        titles.job_title,
        coalesce(seniorities.seniority, 'other') as seniority,
        departments.department
    from titles
    left join seniorities
        on
            titles.job_title = seniorities.job_title
            and seniorities.match_rank = 1
    left join departments
        on
            titles.job_title = departments.job_title
            and departments.match_rank = 1
)

select * from classified
