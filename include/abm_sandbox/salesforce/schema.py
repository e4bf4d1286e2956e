"""What an org's objects look like: standard objects as data, custom fields as people add them."""

from __future__ import annotations

from dataclasses import dataclass

TEXTUAL = frozenset({"id", "string", "textarea", "email", "phone", "url", "picklist", "reference"})
NUMERIC = frozenset({"int", "double", "currency", "percent"})


@dataclass(frozen=True)
class Field:
    """One field, with what describe tells of it and what a write is checked against."""

    name: str
    type: str = "string"
    length: int = 0
    precision: int = 0
    scale: int = 0
    label: str = ""
    references: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    restricted: bool = False
    required: bool = False
    readonly: bool = False
    external_id: bool = False
    unique: bool = False
    custom: bool = False
    secured: bool = False  # hidden until a permission set of the user grants it, as new custom fields are


@dataclass(frozen=True)
class ObjectType:
    name: str
    prefix: str
    fields: dict[str, Field]


# One line a field: name, type, then length for text, `digits,scale` for numbers, objects for references; flags last.
_AUDIT = """
Id id 18 readonly
IsDeleted boolean readonly
CreatedDate datetime readonly
LastModifiedDate datetime readonly
SystemModstamp datetime readonly
"""
_SETUP_AUDIT = _AUDIT.replace("IsDeleted boolean readonly\n", "")
_STANDARD = {
    ("Account", "001"): _AUDIT
    + """
Name string 255 required
ParentId reference Account
MasterRecordId reference Account readonly
OwnerId reference User
Type picklist 255
Industry picklist 255
Website url 255
Phone phone 40
AccountNumber string 40
Description textarea 32000
BillingStreet textarea 255
BillingCity string 40
BillingState string 80
BillingPostalCode string 20
BillingCountry string 80
NumberOfEmployees int 8,0
AnnualRevenue currency 18,0
CurrencyIsoCode picklist 3 optional
""",
    ("Contact", "003"): _AUDIT
    + """
AccountId reference Account
OwnerId reference User
Email email 80
FirstName string 40
LastName string 80 required
Phone phone 40
Title string 128
Department string 80
MailingCity string 40
MailingCountry string 80
HasOptedOutOfEmail boolean
""",
    ("Lead", "00Q"): _AUDIT
    + """
Company string 255 required
Email email 80
FirstName string 40
LastName string 80 required
Title string 128
Website url 255
Status picklist 255
Country string 80
OwnerId reference User
IsConverted boolean readonly
ConvertedAccountId reference Account readonly
ConvertedContactId reference Contact readonly
HasOptedOutOfEmail boolean
""",
    ("Opportunity", "006"): _AUDIT
    + """
AccountId reference Account
OwnerId reference User
Name string 120 required
StageName picklist 255 required
Type picklist 255
Amount currency 18,2
CurrencyIsoCode picklist 3 optional
Probability percent 3,0
IsWon boolean readonly
IsClosed boolean readonly
CloseDate date required
""",
    ("Task", "00T"): _AUDIT
    + """
WhoId reference Contact,Lead
WhatId reference Account,Opportunity,Campaign
AccountId reference Account readonly
OwnerId reference User
Subject string 255
TaskSubtype picklist 40
Status picklist 255
ActivityDate date
CallDurationInSeconds int 8,0
""",
    ("Event", "00U"): _AUDIT
    + """
WhoId reference Contact,Lead
WhatId reference Account,Opportunity,Campaign
AccountId reference Account readonly
OwnerId reference User
Subject string 255
EventSubtype picklist 40
ActivityDateTime datetime
DurationInMinutes int 8,0
""",
    ("Campaign", "701"): _AUDIT
    + """
Name string 80 required
OwnerId reference User
Type picklist 255
Status picklist 255
StartDate date
EndDate date
ActualCost currency 18,2
BudgetedCost currency 18,2
""",
    ("CampaignMember", "00v"): _AUDIT
    + """
CampaignId reference Campaign
ContactId reference Contact
LeadId reference Lead
Status picklist 255
HasResponded boolean readonly
FirstRespondedDate date readonly
""",
    ("User", "005"): _SETUP_AUDIT
    + """
Name string 121
Email email 128
IsActive boolean
""",
    ("AccountTeamMember", "01M"): _AUDIT
    + """
AccountId reference Account required
UserId reference User required
TeamMemberRole picklist 40
""",
    ("PermissionSet", "0PS"): _SETUP_AUDIT
    + """
Name string 80 required unique
Label string 80 required
""",
    ("PermissionSetAssignment", "0Pa"): _SETUP_AUDIT
    + """
AssigneeId reference User required
PermissionSetId reference PermissionSet required
""",
    ("FieldPermissions", "01k"): _SETUP_AUDIT
    + """
ParentId reference PermissionSet required
SobjectType picklist 40 required
Field picklist 255 required
PermissionsRead boolean
PermissionsEdit boolean
""",
}
_RESTRICTED = {
    "TaskSubtype": ("Task", "Email", "List Email", "Cadence", "Call", "LinkedIn"),
    "EventSubtype": ("Event",),
}
OPTIONAL = frozenset({"CurrencyIsoCode"})  # only orgs with several currencies have it


def _field(line: str) -> Field:
    name, type_, *rest = line.split()
    flags = {word for word in rest if word in {"required", "readonly", "optional", "unique"}}
    detail = next((word for word in rest if word not in flags), "")
    precision, _, scale = detail.partition(",")
    return Field(
        name=name,
        type=type_,
        label=name,
        length=LENGTH_OF_REFERENCE if type_ == "reference" else int(detail) if detail.isdigit() else 0,
        precision=int(precision) if type_ in NUMERIC else 0,
        scale=int(scale) if type_ in NUMERIC else 0,
        references=tuple(detail.split(",")) if type_ == "reference" else (),
        values=_RESTRICTED.get(name, ()),
        restricted=name in _RESTRICTED,
        required="required" in flags,
        readonly="readonly" in flags,
        unique="unique" in flags,
    )


LENGTH_OF_REFERENCE = 18
STANDARD: dict[str, ObjectType] = {
    name: ObjectType(name, prefix, {(field := _field(line)).name: field for line in lines.split("\n") if line})
    for (name, prefix), lines in _STANDARD.items()
}
