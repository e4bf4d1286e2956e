"""The custom fields in which each CRM keeps what people recorded; neither knows all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from abm_sandbox.world import vocabulary as words
from abm_sandbox.world.columns import booleans, chance, switch
from abm_sandbox.world.judgements import days

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from abm_sandbox.world.columns import Column
    from abm_sandbox.world.companies import Companies
    from abm_sandbox.world.judgements import Judgements
    from abm_sandbox.world.streams import Streams


def salesforce_fields(
    streams: Streams, companies: Companies, judgements: Judgements, company: NDArray[np.int64]
) -> dict[str, Column]:
    """Sales records most of it, and nearly all there is of wishes and sign-offs."""
    rng = streams.named("salesforce judgements")
    everything = np.zeros(len(company), dtype=np.bool_)
    rate = np.array([entry.usd_rate for entry in words.COUNTRIES])[companies.country[company]]

    def text(name: str, missing: float = 0.0) -> Column:
        return judgements.text(name, company, chance(rng, missing, len(company)))

    return {
        "ABM_Potential_Estimate__c": judgements.estimates(company, rate),
        "ABM_Imperative__c": _respelled(rng, text("imperative", 0.08)),
        "ABM_Technologies__c": text("technologies", 0.5),
        "ABM_Incumbent__c": text("incumbent", 0.05),
        "ABM_Reference_Status__c": text("reference_status"),
        "ABM_Partner_Role__c": text("partner_role"),
        "ABM_Influence__c": judgements.influences(company, everything),
        "ABM_Influence_Author__c": text("influence_author"),
        "ABM_Influence_Date__c": days(judgements.influence_day[company], everything),
        "ABM_MQA_Answer__c": text("mqa_answer"),
        "ABM_MQA_Reason__c": text("mqa_answer_reason"),
        "ABM_MQA_Answered_On__c": days(judgements.answer_day[company], everything),
        "ABM_Sales_Sign_Off__c": booleans(judgements.signed_by_sales[company]),
        "ABM_Marketing_Sign_Off__c": booleans(judgements.signed_by_marketing[company]),
        "ABM_Style_Override__c": text("override_style"),
        "ABM_Style_Override_Until__c": days(judgements.wish_day[company], everything),
        "ABM_Style_Override_Reason__c": text("override_reason"),
        "ABM_Style_Override_By__c": text("override_author"),
    }


def hubspot_fields(streams: Streams, judgements: Judgements, company: NDArray[np.int64]) -> dict[str, Column]:
    """Marketing knows technologies best, some imperatives, and its own sign-off; nobody asks for styles here."""
    rng = streams.named("hubspot judgements")
    count = len(company)
    nothing = np.ones(count, dtype=np.bool_)
    no_text, no_day = pa.nulls(count, pa.string()), pa.nulls(count, pa.date32())

    def text(name: str, missing: float) -> Column:
        return judgements.text(name, company, chance(rng, missing, count))

    return {
        "abm_potential_estimate": pa.nulls(count, pa.float64()),
        "abm_imperative": text("imperative", 0.6),
        "abm_technologies": text("technologies", 0.15),
        "abm_incumbent": text("incumbent", 0.8),
        "abm_reference_status": text("reference_status", 0.7),
        "abm_partner_role": no_text,
        "abm_influence": judgements.influences(company, nothing),
        "abm_influence_author": no_text,
        "abm_influence_date": no_day,
        "abm_mqa_answer": no_text,
        "abm_mqa_answer_reason": no_text,
        "abm_mqa_answered_on": no_day,
        "abm_sales_sign_off": pa.nulls(count, pa.bool_()),
        "abm_marketing_sign_off": pa.array(
            judgements.signed_by_marketing[company], mask=~judgements.signed_by_marketing[company]
        ),
        "abm_style_override": no_text,
        "abm_style_override_until": no_day,
        "abm_style_override_reason": no_text,
        "abm_style_override_by": no_text,
    }


def _respelled(rng: np.random.Generator, texts: Column) -> Column:
    """Write some with a capital, and a few with blanks around them."""
    count = len(texts)
    texts = switch(chance(rng, 0.3, count), pc.utf8_capitalize(texts), texts)
    padded: Column = pc.utf8_center(texts, 40)
    return switch(chance(rng, 0.03, count), padded, texts)
