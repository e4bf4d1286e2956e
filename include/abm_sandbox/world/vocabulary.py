"""The words the world is made of: industries, places, titles, stages. No company and no person in it is real."""

from __future__ import annotations

from dataclasses import dataclass


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


@dataclass(frozen=True)
class Industry:
    """`fit` is how well our invented seller serves it; `spend` scales what its companies could buy."""

    salesforce: str
    hubspot: str
    kind: str
    weight: float
    fit: float
    spend: float


INDUSTRIES = (
    Industry("Technology", "COMPUTER_SOFTWARE", "Software", 16, 0.9, 1.6),
    Industry("Banking", "BANKING", "Bank", 8, 0.8, 1.5),
    Industry("Insurance", "INSURANCE", "Insurance", 7, 0.7, 1.2),
    Industry("Manufacturing", "INDUSTRIAL_AUTOMATION", "Industries", 16, 0.5, 0.8),
    Industry("Retail", "RETAIL", "Retail", 11, 0.4, 0.6),
    Industry("Healthcare", "HOSPITAL_HEALTH_CARE", "Health", 9, 0.6, 1.0),
    Industry("Telecommunications", "TELECOMMUNICATIONS", "Telecom", 5, 0.8, 1.3),
    Industry("Energy", "OIL_ENERGY", "Energy", 6, 0.4, 0.9),
    Industry("Transportation", "LOGISTICS_AND_SUPPLY_CHAIN", "Logistics", 7, 0.5, 0.8),
    Industry("Media", "MEDIA_PRODUCTION", "Media", 5, 0.5, 1.0),
    Industry("Education", "HIGHER_EDUCATION", "Learning", 5, 0.2, 0.5),
    Industry("Consulting", "MANAGEMENT_CONSULTING", "Advisory", 5, 0.6, 1.1),
)


@dataclass(frozen=True)
class Country:
    name: str
    spellings: tuple[str, ...]
    cities: tuple[str, ...]
    legal_form: str
    region: str
    currency: str
    usd_rate: float
    weight: float
    fit: float


COUNTRIES = (
    Country(
        "United States",
        ("USA", "US", "united states", "U.S.A."),
        ("New York", "Chicago", "Austin", "Seattle", "Boston"),
        "Inc.",
        "Americas",
        "USD",
        1.0,
        44,
        0.8,
    ),
    Country("Canada", ("CA", "canada"), ("Toronto", "Montréal", "Calgary"), "Ltd.", "Canada", "USD", 1.0, 7, 0.7),
    Country(
        "United Kingdom",
        ("UK", "GB", "Great Britain"),
        ("London", "Manchester", "Leeds"),
        "Ltd",
        "UK",
        "GBP",
        0.79,
        11,
        0.7,
    ),
    Country(
        "Germany", ("DE", "Deutschland", "GERMANY"), ("Berlin", "München", "Köln"), "GmbH", "DACH", "EUR", 0.92, 11, 0.6
    ),
    Country("France", ("FR", "france"), ("Paris", "Lyon", "Lille"), "SA", "France", "EUR", 0.92, 7, 0.5),
    Country("Netherlands", ("NL", "The Netherlands"), ("Amsterdam", "Utrecht"), "B.V.", "Benelux", "EUR", 0.92, 5, 0.6),
    Country("Spain", ("ES", "España"), ("Madrid", "Barcelona", "Málaga"), "S.L.", "Iberia", "EUR", 0.92, 4, 0.4),
    Country("Sweden", ("SE", "Sverige"), ("Stockholm", "Göteborg"), "AB", "Nordics", "USD", 1.0, 4, 0.5),
    Country("Australia", ("AU", "australia"), ("Sydney", "Melbourne"), "Pty Ltd", "ANZ", "USD", 1.0, 4, 0.5),
    Country("India", ("IN", "INDIA"), ("Bengaluru", "Mumbai", "Pune"), "Pvt Ltd", "India", "USD", 1.0, 3, 0.3),
)

# What companies want to get done: the first of an industry's is by far the most common.
IMPERATIVES = {
    "Technology": ("usage-based billing", "cloud cost control"),
    "Banking": ("credit card payment processing", "fraud prevention"),
    "Insurance": ("claims automation", "fraud prevention"),
    "Manufacturing": ("predictive maintenance", "supply chain visibility"),
    "Retail": ("unified commerce", "supply chain visibility"),
    "Healthcare": ("patient record exchange", "claims automation"),
    "Telecommunications": ("customer churn reduction", "usage-based billing"),
    "Energy": ("grid balancing", "predictive maintenance"),
    "Transportation": ("supply chain visibility", "fleet electrification"),
    "Media": ("subscription growth", "customer churn reduction"),
    "Education": ("student retention", "cloud cost control"),
    "Consulting": ("cloud cost control", "customer churn reduction"),
}
TECHNOLOGIES = (
    "Data warehouse",
    "ERP suite",
    "Event streaming",
    "Container platform",
    "Mainframe",
    "Payment gateway",
    "Contact centre",
    "Web shop",
    "Sensor gateway",
    "Identity provider",
    "Marketing automation",
    "Mobile app",
)
INCUMBENTS = ("Norvane", "Quillmark Suite", "Ostrel Cloud", "Tessadyne")
PRODUCTS = ("Core platform", "Analytics", "Payments", "Integration hub")

# A company's core is onset + middle + ending: one vowel each in the first two, so no two cores read alike.
ONSETS = tuple(
    onset + vowel for onset in _words("br dr gl kv pl sk thr vr zh fl kn tr sw gr sp z") for vowel in "aeiou"
)
MIDDLES = tuple(consonant + vowel for consonant in "bdfglmnrtv" for vowel in "aeiou")
ENDINGS = _words("ndor xel phane rix lund mbra ntek sson vian zor quist dyne bourne rton llis nova mark stra wick gard")
# Unicode look-alikes of the vowel that ends an onset, in its order.
ACCENTED = {"a": "å", "e": "é", "i": "í", "o": "ö", "u": "ü"}

GIVEN_STARTS = _words("Ka Le Mi No Ra Sa Ta Ve Yo Zi El An Jo Be Da Fi")
GIVEN_ENDS = _words("ra nel lin mo dis ven ta ric lo sha rin bel nd ya tor mi")
FAMILY_STARTS = _words("Bran Dor Fel Gar Hol Jes Kel Lor Mar Nev Oss Pel Ror Sol Tam Vel")
FAMILY_MIDDLES = _words("a e i o u ba de fi go ka le mi no ra se ti")
FAMILY_ENDS = _words("sen vik rand mere lov ström dahl wick ton ska nez ford lund gan tar hey")

SENIORITIES = ("c_level", "vp", "director", "manager", "other")
SENIORITY_WEIGHTS = (5, 9, 17, 27, 42)
DEPARTMENTS = (
    "Information Technology",
    "Marketing",
    "Finance",
    "Operations",
    "Procurement",
    "Human Resources",
    "Sales",
    "Legal",
)
CHIEFS = (
    "Chief Information Officer",
    "CMO",
    "Chief Financial Officer",
    "COO",
    "Chief Procurement Officer",
    "CHRO",
    "Chief Revenue Officer",
    "General Counsel",
)
TITLE_FORMS = (
    (),
    ("VP {}", "Vice President, {}", "SVP {}", "Senior Vice President {}"),
    ("Director of {}", "{} Director", "Head of {}", "Sr. Director {}"),
    ("{} Manager", "Senior Manager, {}", "Manager {}", "Team Lead {}"),
    ("{} Specialist", "{} Analyst", "{} Coordinator", "Associate, {}"),
)
BUYING_ROLES = (
    "DECISION_MAKER",
    "BUDGET_HOLDER",
    "CHAMPION",
    "INFLUENCER",
    "END_USER",
    "EXECUTIVE_SPONSOR",
    "BLOCKER",
    "LEGAL_AND_COMPLIANCE",
)

STAGES = (
    ("Prospecting", "appointmentscheduled", 10),
    ("Qualification", "qualifiedtobuy", 20),
    ("Needs Analysis", "qualifiedtobuy", 30),
    ("Value Proposition", "presentationscheduled", 50),
    ("Id. Decision Makers", "decisionmakerboughtin", 60),
    ("Proposal/Price Quote", "contractsent", 75),
    ("Negotiation/Review", "contractsent", 90),
    ("Closed Won", "closedwon", 100),
    ("Closed Lost", "closedlost", 0),
)
WON, LOST = 7, 8
OPEN_STAGES = 7

CAMPAIGN_TYPES = (
    ("Webinar", 6_000, 0.45),
    ("Conference", 60_000, 0.35),
    ("Email", 1_500, 0.08),
    ("Content Syndication", 9_000, 0.2),
    ("Executive Dinner", 25_000, 0.6),
    ("Direct Mail", 8_000, 0.05),
    ("Advertisement", 30_000, 0.03),
)

# Campaigns without an end, that people come to by themselves: yearly cost.
STANDING_CAMPAIGNS = (("Demo Request", 0), ("Advisory Board", 20_000))
DEMO_REQUEST, ADVISORY_BOARD = 0, 1

# These two refuse underscores in addresses: an address here with one belongs to nobody.
FREE_MAIL_DOMAINS = ("gmail.com", "googlemail.com")
HOUSE_DOMAIN = "spectrum-seller.example"
