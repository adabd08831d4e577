"""What an operation of the suite is: what happens, what is wrong with it, and who has to tell."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.trust.lab import Lab, Steps

MINUTES = 36.0
"""How long is waited for notifications: after the longest deadline the longest ``for``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that people and controllers do to a cluster, and the same with one real *fault*.

    *run* does it, and *prepare* the lab before anything runs. Of the fault exactly one notification
    has to come within its *minutes*: the alert *told*, about *about*.
    """

    id: str
    title: str
    fault: str
    told: str
    about: str
    run: Callable[[Lab], Steps]
    prepare: Callable[[Lab], object] = field(default=lambda _: None)
    minutes: float = MINUTES


CATALOGUE: dict[str, Operation] = {}
"""All operations by their ids."""


def operation(
    *,
    fault: str,
    told: str,
    about: str = "",
    prepare: Callable[[Lab], object] = lambda _: None,
    minutes: float = MINUTES,
) -> Callable[[Callable[[Lab], Steps]], Callable[[Lab], Steps]]:
    """Enter a function into the catalogue; its docstring is the title."""

    def enter(run: Callable[[Lab], Steps]) -> Callable[[Lab], Steps]:
        name = run.__name__.replace("_", "-")
        title = (run.__doc__ or name).strip().rstrip(".")
        CATALOGUE[name] = Operation(
            id=name,
            title=title,
            fault=fault,
            told=told,
            about=about,
            run=run,
            prepare=prepare,
            minutes=minutes,
        )
        return run

    return enter
