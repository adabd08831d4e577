"""What a reader of declarations is: what it speaks of, what it is handed, and how it reads."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from exporter.declared.checkout import Checkout
from exporter.declared.opening import FurtherCheckout
from exporter.declared.remembered import Remembered
from exporter.declared.rendered import Manifest
from exporter.declared.repository import GitState
from exporter.declared.units import Units
from exporter.domain.applications import Overrides
from exporter.domain.charts import NotFetched
from exporter.domain.declaration import (
    ATTRIBUTES,
    PRESENT,
    ApplicationKey,
    Deliveries,
    Failure,
    NodeGap,
    Reading,
)
from exporter.domain.finding import Layer, Subject
from exporter.domain.platform import Platform
from exporter.domain.provenance import Source
from exporter.domain.renderings import ArgocdRendering
from exporter.settings.load import Loaded
from exporter.settings.model import Settings

NODES = (Layer.INFRASTRUCTURE, Layer.CONFIGURATION)
OBJECTS = (Layer.APPLICATIONS, Layer.CONFIGURATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What a reader is handed.

    *further* are other repositories at hand. *running* are the ApplicationSets and
    ImageUpdaters that the cluster has, *overrides* what its Applications say of images, source by
    source; *platform* is what is observed of the cluster that Argo CD renders for. *memory* is what
    the parts of its source gave before, *unfetched* says what of registries of charts could not be
    fetched, by path in the folder of charts, *questions* are the objects whose values are to be
    traced to files, by the Application that delivers them, and *earlier* are the readings that it
    asked to come after. With *units*, what their parts declare is left to these.
    """

    loaded: Loaded
    checkout: Checkout
    git: GitState = field(default_factory=GitState)
    further: tuple[FurtherCheckout, ...] = ()
    running: tuple[Manifest, ...] = ()
    overrides: Mapping[ApplicationKey, tuple[Overrides, ...]] = field(default_factory=dict)
    platform: Platform = field(default_factory=Platform)
    renderings: Mapping[ApplicationKey, ArgocdRendering] = field(default_factory=dict)
    memory: Remembered = field(default_factory=Remembered)
    unfetched: Mapping[str, NotFetched] = field(default_factory=dict)
    questions: Mapping[str, frozenset[Subject]] = field(default_factory=dict)
    earlier: Mapping[Source, Reading] = field(default_factory=dict)
    units: Units | None = None

    def delivered_by(self, source: Source) -> Deliveries:
        """Return what an earlier reading found to be delivered; nothing if there is none."""
        reading = self.earlier.get(source)
        return reading.deliveries if reading else Deliveries()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads all declarations of one *source*, which is also the name of its settings.

    *layers* are those that its files may speak of, first that of a finding about such a file.
    *facts* are the types of facts that it gives under given settings. With *in_parts*, files and
    overlays that break are remembered one by one. It runs *after* the sources that it builds on,
    and unless what it reads is *trusted*, in a worker.
    """

    source: Source
    layers: tuple[Layer, ...]
    facts: Callable[[Settings], frozenset[type]]
    read: Callable[[Inputs], Awaitable[Reading]]
    in_parts: bool = False
    after: tuple[Source, ...] = ()
    trusted: bool = False

    def lost(self, failure: Failure) -> Reading:
        """Return the reading of a source of which nothing is known but the *failure*.

        One that speaks of nodes could have said anything of any of them; the others say nothing.
        """
        hidden = NodeGap(
            place=failure.place, message=failure.message, attributes=ATTRIBUTES | {PRESENT}
        )
        return Reading(
            source=self.source,
            failures=(failure,),
            gaps=(hidden,) if Layer.INFRASTRUCTURE in self.layers else (),
            complete=False,
            lost=True,
        )
