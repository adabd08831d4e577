"""Asks a provider for all that it can tell, a few things at a time."""

import asyncio
import time
from dataclasses import replace
from functools import partial

from exporter.domain.cloud import CloudCalls, CloudResources
from exporter.domain.cloud_services import CloudQuestions
from exporter.domain.provenance import Source
from exporter.observed.cloud.provider import CloudProvider
from exporter.observed.polling import AT_ONCE, Answer, query_all


class CloudPoller:
    """Asks one provider; an API that is denied or slow costs only the fact that needs it."""

    def __init__(self, provider: CloudProvider) -> None:
        self._provider = provider
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._looking = asyncio.Lock()
        self._questions = CloudQuestions()

    @property
    def source(self) -> Source:
        """Return which source it asks."""
        return self._provider.source

    @property
    def kinds(self) -> tuple[type, ...]:
        """Return the types of all facts that it could tell."""
        return (*self._provider.kinds, CloudCalls)

    def want(self, questions: CloudQuestions) -> bool:
        """Ask these from now on, and tell whether there is one that was never asked."""
        new = questions.exceed(self._questions)
        self._questions = questions
        return new

    async def ask(self) -> Answer:
        """Ask everything once; what fails is in the answer."""
        async with self._looking:
            return await self._look()

    async def _look(self) -> Answer:
        began = time.monotonic()
        self._provider.want(self._questions)
        await asyncio.to_thread(self._provider.start)
        questions = {kind: partial(self._query, kind) for kind in self._provider.kinds}
        answer = await query_all(questions, source=self.source)
        cost = self._provider.cost(seconds=time.monotonic() - began)
        return replace(
            answer,
            facts={**answer.facts, CloudCalls: cost},
            items={
                fact.kind: len(fact.resources)
                for fact in answer.facts.values()
                if isinstance(fact, CloudResources)
            },
        )

    async def close(self) -> None:
        """End all connections."""
        self._provider.close()

    async def _query(self, kind: type) -> object:
        async with self._gate:
            return await asyncio.to_thread(self._provider.ask, kind)
