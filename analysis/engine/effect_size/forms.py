"""Forms made from other forms: a column computed from others, an effect on another scale.

`signature(form)` says which columns and options a form takes, so what is made here carries one.
"""

from collections.abc import Callable
from inspect import Parameter, Signature, signature


def computed(form: Callable, column: str, compute: Callable) -> Callable:
    """Return `form` with its `column` computed by `compute` from the columns that this names."""
    wanted = list(signature(compute).parameters)
    kept = [p for p in signature(form).parameters.values() if p.name != column]
    names = {p.name for p in kept}

    def made(**given):
        values = {column: compute(**{name: given[name] for name in wanted})}
        return form(**values, **{name: given[name] for name in given if name in names})

    more = [Parameter(n, Parameter.KEYWORD_ONLY) for n in wanted if n not in names]
    return _named(made, f"{form.__name__} with {compute.__name__}", [*more, *kept])


def scaled(form: Callable, factor: float) -> Callable:
    """Return `form` with its effects multiplied by the constant `factor`."""

    def made(**given):
        yi, vi = form(**given)
        return factor * yi, factor**2 * vi

    return _named(made, f"{form.__name__} times {factor:.3g}", signature(form).parameters.values())


def _named(form: Callable, name: str, parameters) -> Callable:
    form.__name__ = name
    form.__signature__ = Signature(list(parameters))
    return form
