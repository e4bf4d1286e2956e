"""User lists: created once by name, found by filter and page, changed by mask, sized by who counts by now."""

from __future__ import annotations

import pytest

from abm_sandbox.credentials import GOOGLE_ACCOUNT, GOOGLE_MANAGER

LISTS = f"/v1/accountTypes/GOOGLE_ADS/accounts/{GOOGLE_ACCOUNT}/userLists"
CONTACT = {"uploadKeyTypes": ["CONTACT_ID"]}


def _reasons(answer):
    details = answer.json()["error"]["details"]
    return [one["reason"] for detail in details for one in detail.get("fieldViolations", [])]


def test_list_is_told_as_it_was_created(http, list_id):
    told = http.get(f"{LISTS}/{list_id}").json()
    assert told["name"] == f"accountTypes/google_ads/accounts/{GOOGLE_ACCOUNT}/userLists/{list_id}"
    assert (told["displayName"], told["membershipDuration"]) == ("ABM tier 1", "7776000s")
    assert (told["membershipStatus"], told["accountAccessStatus"]) == ("OPEN", "ENABLED")
    assert told["ingestedUserListInfo"]["contactIdInfo"]["dataSourceType"] == "DATA_SOURCE_TYPE_FIRST_PARTY"
    assert set(told["sizeInfo"].values()) == {"0"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"ingestedUserListInfo": CONTACT}, "REQUIRED_FIELD_MISSING"),
        ({"displayName": "A"}, "UNSUPPORTED_USER_LIST_UPLOAD_KEY_TYPES"),
        ({"displayName": "ABM tier 1", "ingestedUserListInfo": CONTACT}, "DISPLAY_NAME_ALREADY_USED"),
        (
            {"displayName": "A", "ingestedUserListInfo": CONTACT, "membershipDuration": "46742400s"},
            "MEMBERSHIP_DURATION_TOO_LONG",
        ),
        ({"displayName": "A", "ingestedUserListInfo": CONTACT, "membershipDuration": "5s"}, "INVALID_FORMAT"),
        ({"displayName": "A", "ingestedUserListInfo": CONTACT, "id": "many"}, "INVALID_FORMAT"),
        ({"displayName": 5, "ingestedUserListInfo": CONTACT}, "INVALID_FORMAT"),
        ({"displayName": "A", "ingestedUserListInfo": []}, "INVALID_FORMAT"),
    ],
)
def test_list_that_may_not_be_is_refused(http, list_id, body, reason):
    answer = http.post(LISTS, json=body)
    assert (answer.status_code, _reasons(answer)) == (400, [reason])


def test_membership_lasts_as_long_as_it_may_unless_told(http):
    told = http.post(LISTS, json={"displayName": "A", "ingestedUserListInfo": CONTACT}).json()
    assert told["membershipDuration"] == "46656000s"


def test_validation_creates_changes_and_deletes_nothing(http, list_id):
    dry = {"validateOnly": "true"}
    assert http.post(LISTS, json={"displayName": "B", "ingestedUserListInfo": CONTACT}, params=dry).status_code == 200
    patch = http.patch(f"{LISTS}/{list_id}", json={"displayName": "C"}, params=dry | {"updateMask": "display_name"})
    assert patch.json()["displayName"] == "ABM tier 1"
    assert http.delete(f"{LISTS}/{list_id}", params=dry).json() == {}
    assert [one["displayName"] for one in http.get(LISTS).json()["userLists"]] == ["ABM tier 1"]


def test_lists_come_page_by_page(http, make_list):
    for n in range(5):
        make_list(displayName=f"L{n}")
    names, page = [], {"pageSize": "2"}
    while page is not None:
        told = http.get(LISTS, params=page).json()
        names += [one["displayName"] for one in told["userLists"]]
        page = {"pageSize": "2", "pageToken": told["nextPageToken"]} if "nextPageToken" in told else None
    assert names == [f"L{n}" for n in range(5)]
    assert http.get(LISTS, params={"pageToken": "x"}).json()["error"]["details"][0]["reason"] == "INVALID_PAGE_TOKEN"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('display_name = "B"', ["B"]),
        ('displayName="B" AND membership_status = "OPEN"', ["B"]),
        ('ingested_user_list_info.upload_key_types = "CONTACT_ID"', ["A", "B"]),
        ('display_name = "none"', []),
        ("id = 1", ["A"]),
    ],
)
def test_filter_leaves_what_is_equal(http, make_list, text, names):
    for name in "AB":
        make_list(displayName=name)
    assert [one["displayName"] for one in http.get(LISTS, params={"filter": text}).json().get("userLists", [])] == names


@pytest.mark.parametrize("text", ["B", 'size = "1"', 'display_name = "B" OR id = 1', 'display_name = B"'])
def test_filter_that_cannot_be_read_is_refused(http, text):
    assert _reasons(http.get(LISTS, params={"filter": text})) == ["INVALID_FILTER"]


def test_list_is_changed_by_mask_and_deleted(http, make_list):
    first = make_list()
    make_list(displayName="taken")
    values = {"displayName": "Renamed", "membershipDuration": "2592000s", "membershipStatus": "CLOSED"}
    mask = {"updateMask": "display_name,membership_duration,membership_status"}
    told = http.patch(f"{LISTS}/{first}", json=values, params=mask).json()
    assert {name: told[name] for name in values} == values
    assert _reasons(http.patch(f"{LISTS}/{first}", json={}, params={"updateMask": "size_info"})) == [
        "INVALID_UPDATE_MASK"
    ]
    taken = http.patch(f"{LISTS}/{first}", json={"displayName": "taken"}, params={"updateMask": "displayName"})
    assert _reasons(taken) == ["DISPLAY_NAME_ALREADY_USED"]
    assert http.delete(f"{LISTS}/{first}").json() == {}
    assert http.get(f"{LISTS}/{first}").status_code == 404


@pytest.mark.parametrize(("login", "status"), [(GOOGLE_MANAGER, 200), (GOOGLE_ACCOUNT, 200), ("55", 403)])
def test_login_account_must_be_the_account_or_its_manager(http, login, status):
    headers = {"login-account": f"accountTypes/GOOGLE_ADS/accounts/{login}"}
    assert http.get(LISTS, headers=headers).status_code == status


def test_other_accounts_and_kinds_are_refused(http):
    assert http.get(LISTS.replace(GOOGLE_ACCOUNT, "55")).status_code == 403
    assert _reasons(http.get(LISTS.replace("GOOGLE_ADS", "data_partner"))) == ["MISMATCHED_ACCOUNT_TYPE"]


def test_size_lags_and_is_told_from_a_hundred_on(http, account, call, list_id, clock):
    account.counting_seconds = 100.0

    def size():
        told = http.get(f"{LISTS}/{list_id}").json()
        return int(told["sizeInfo"]["displayNetworkMembersCount"]), told["targetNetworkInfo"]["eligibleForDisplay"]

    def add(numbers):
        call("ingest", *({"userData": {"userIdentifiers": [{"emailAddress": f"{n:064x}"}]}} for n in numbers))
        clock.now += 60.0

    add(range(90))
    clock.now += 100.0
    assert size() == (0, False)
    add(range(90, 200))
    assert size() == (0, False)
    clock.now += 100.0
    assert size()[0] >= 100
    assert size()[1]
    assert http.get(f"{LISTS}/{list_id}").json()["ingestedUserListInfo"]["contactIdInfo"]["matchRatePercentage"] > 50
