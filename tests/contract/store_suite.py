"""The contract of every store, as one suite to subclass.

A subclass supplies `open_store`; two stores opened on the same folder share one state.
"""

from tests.contract.store_appeals import Appeals
from tests.contract.store_audit import AuditChain, AuditSearch
from tests.contract.store_cases import Cases
from tests.contract.store_claims import Claims
from tests.contract.store_comments import Authors, Comments, Threads
from tests.contract.store_decisions import Decisions, FailedDecisions, HeldForLanguage
from tests.contract.store_near import Conversations, NearTexts
from tests.contract.store_outbox import Outbox
from tests.contract.store_people import People
from tests.contract.store_policies import PoliciesAndAudit
from tests.contract.store_quality import Quality
from tests.contract.store_queue import Queue
from tests.contract.store_reports import Reports
from tests.contract.store_sign_ins import SignIns
from tests.contract.store_staff import Staff
from tests.contract.store_text_counts import TextCounts
from tests.contract.store_transactions import Transactions
from tests.contract.store_transparency import Restrictions


class StoreSuite(
    Transactions,
    Comments,
    FailedDecisions,
    HeldForLanguage,
    Decisions,
    Cases,
    Quality,
    TextCounts,
    Queue,
    Claims,
    NearTexts,
    Conversations,
    Threads,
    Authors,
    Appeals,
    PoliciesAndAudit,
    AuditChain,
    Outbox,
    AuditSearch,
    Reports,
    Restrictions,
    People,
    SignIns,
    Staff,
):
    """Subclass it as `Test…` and supply `open_store`."""
