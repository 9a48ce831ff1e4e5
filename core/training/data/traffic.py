"""Unlabelled comments of a real site: the share of them that is held limits the false positives."""

from dataclasses import dataclass

from core.training.data.catalogue import DataSet, DataSetUse


@dataclass(frozen=True, slots=True)
class UnlabelledTraffic(DataSet):
    """Text alone, in a file of any name below the data folder."""

    below: str = ""

    @property
    def file(self) -> str:
        """Path below the data folder."""
        return self.below


HACKER_NEWS = UnlabelledTraffic(
    name="hn_items",
    sha256="f4e4ac30dd0542dba4be284feaca5d8de3d7bc248570bd686fe9dc347ed0a5b7",
    licence="none stated; the comments belong to their authors, none is shipped",
    origin="github.com/Eddie-C64/dataquest-lessons, hn_comments.csv",
    use=DataSetUse.EVALUATE,
    why="real traffic of another site, no labels: what is held of it is counted as false",
    query="""SELECT text, ['hn-' || src_row] AS keys, 1.0 AS weight, NULL AS toxicity,
 NULL AS obscene, NULL AS threat, NULL AS insult, NULL AS identity_attack FROM '{hn_items}'""",
    below="hn_items/hn_text_only.parquet",
)
