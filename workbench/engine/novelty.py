"""What is not new: proposals that spend no evaluation, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from workbench.model.candidate import CandidateId
from workbench.model.likeness import likeness
from workbench.model.lineage import Lineage
from workbench.model.traits import Traits
from workbench.propose.proposer import Shown
from workbench.search.strategy import Options


class Known(NamedTuple):
    """Why a proposal is taken for a duplicate."""

    message: str
    candidate: CandidateId | None
    """Of which, where it is one candidate's."""


def known(lineage: Lineage, digest: str, traits: Traits) -> Known | None:
    """Say whether a lineage has seen these files, or the same program; None if it has not."""
    twin = lineage.digests.get(digest)
    if twin is not None:
        return Known("the same files", twin)
    twin = lineage.syntaxes.get(traits.syntax)
    if twin is not None:
        return Known("the same program but for comments and layout", twin)
    return None


def filtered(
    traits: Traits, files: Mapping[str, bytes], shown: Sequence[Shown], options: Options
) -> Known | None:
    """Say whether a strategy's own filters take a proposal for a duplicate; None if not.

    `shown` are the candidates that its proposer has seen.
    """
    if options.returning == "reject" and traits.only_returns:
        lines = f"{traits.added} line{'s' * (traits.added != 1)}"
        return Known(f"it only brings back {lines} that the lineage had removed", None)
    if options.similarity < 1:
        for one in shown:
            alike = likeness(files, one.files)
            if alike > options.similarity:
                number, most = one.candidate.id, options.similarity
                return Known(f"{alike:.4f} like it, more than {most:g}", number)
    return None
