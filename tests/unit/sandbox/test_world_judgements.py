"""What people recorded of the world's companies: enough for the demo, tied to what is true, never all of it."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from abm_sandbox.world import World, generate
from abm_sandbox.world import vocabulary as words
from abm_sandbox.world.teams import ROLES

TODAY = date(2026, 3, 9)


@pytest.fixture(scope="module")
def world() -> World:
    return generate(7, 2000, TODAY)


def share(column: pa.ChunkedArray) -> float:
    return 1 - column.null_count / len(column)


def test_valuable_companies_of_an_industry_mostly_share_an_imperative(world):
    texts, companies = world.judgements.texts["imperative"], world.companies
    for number, industry in enumerate(words.INDUSTRIES):
        mask = (companies.industry == number) & (companies.potential >= 250_000)
        named = texts.filter(pa.array(mask)).drop_null().to_pylist()
        first, second = words.IMPERATIVES[industry.salesforce]
        assert set(named) <= {first, second}
        assert len(named) > 0.75 * mask.sum()
        assert named.count(first) > named.count(second)


def test_crms_hold_different_parts_of_one_truth(world):
    accounts, companies = world.salesforce["Account"], world.hubspot["companies"]
    assert share(accounts["ABM_Imperative__c"]) > share(companies["abm_imperative"]) > 0.1
    assert share(companies["abm_technologies"]) > share(accounts["ABM_Technologies__c"]) > 0.1
    spelled = {text.strip().lower() for text in accounts["ABM_Imperative__c"].drop_null().to_pylist()}
    assert spelled == set(pc.unique(world.judgements.texts["imperative"].drop_null()).to_pylist())


def test_estimates_are_near_the_truth_and_in_the_records_currency(world):
    judgements, potential = world.judgements, world.companies.potential
    known = ~np.isnan(judgements.estimate)
    off = np.abs(np.log(judgements.estimate[known] / potential[known]))
    assert np.median(off) < 0.35
    assert known[potential >= 250_000].mean() > 3 * known[potential < 250_000].mean()
    pounds = np.array([0.79])
    company = np.flatnonzero(known)[:1]
    assert judgements.estimates(company, pounds)[0].as_py() == round(judgements.estimate[company[0]] * 0.79, -3)


def test_figures_authors_and_days_come_together(world):
    for figure, author, day in [
        ("ABM_Influence__c", "ABM_Influence_Author__c", "ABM_Influence_Date__c"),
        ("ABM_MQA_Answer__c", "ABM_MQA_Reason__c", "ABM_MQA_Answered_On__c"),
        ("ABM_Style_Override__c", "ABM_Style_Override_By__c", "ABM_Style_Override_Until__c"),
    ]:
        accounts = world.salesforce["Account"]
        present = [pc.is_valid(accounts[name]).to_pylist() for name in (figure, author, day)]
        assert present[0] == present[1] == present[2]
        assert 0 < sum(present[0]) < 0.1 * accounts.num_rows


def test_answers_are_of_the_last_weeks_and_of_busy_companies(world):
    answered = world.judgements.answer_day >= 0
    assert set(world.judgements.texts["mqa_answer"].drop_null().to_pylist()) == {"Accepted", "Rejected"}
    ages = world.companies.today - world.judgements.answer_day[answered]
    assert ages.min() > 0
    assert ages.max() < 45
    assert (world.companies.intensity[answered] > 1).all()


def test_references_are_customers_of_some_years(world):
    named = world.judgements.texts["reference_status"].is_valid().to_numpy(zero_copy_only=False)
    assert named.any()
    assert (world.companies.customer_years[named] > 1).all()


def test_most_of_the_largest_accounts_have_a_whole_team_and_sign_offs(world):
    teams = world.salesforce["AccountTeamMember"].to_pandas()
    roles = teams.groupby("AccountId").TeamMemberRole.agg(set)
    truth = world.truth.to_pandas()
    in_salesforce = truth[truth.source == "salesforce"].drop_duplicates("company").set_index("record_id")
    largest = in_salesforce[in_salesforce.annual_potential >= 2_000_000].index
    whole = [roles.get(record_id) == set(ROLES) for record_id in largest]
    assert np.mean(whole) > 0.6
    assert in_salesforce.loc[roles.index].annual_potential.min() >= 500_000
    assert world.judgements.signed_by_sales[world.companies.potential < 2_000_000].sum() == 0


def test_demos_were_asked_for_lately_and_once_a_person(world):
    campaigns = {row["Id"]: row["Type"] for row in world.salesforce["Campaign"].to_pylist()}
    members = world.salesforce["CampaignMember"].to_pandas()
    demos = members[members.CampaignId.map(campaigns) == "Demo Request"]
    ages = demos.FirstRespondedDate.map(lambda day: (TODAY - day).days)
    assert 5 <= (ages <= 14).sum() < 0.03 * 2000
    assert demos.HasResponded.all()
    assert not demos[["ContactId", "LeadId"]].duplicated().any()


def test_customers_buy_several_products(world):
    deals = world.salesforce["Opportunity"].to_pandas()
    bought = deals[deals.IsWon].groupby("AccountId").ABM_Product__c.nunique()
    assert set(deals.ABM_Product__c.dropna()) == set(words.PRODUCTS)
    assert (bought >= 2).sum() > 20


def test_wishes_are_few_and_every_second_has_run_out(world):
    until = world.judgements.wish_day[world.judgements.wish_day >= 0]
    assert sorted(until - world.companies.today) == [-10, -10, 60, 60, 60]
