# A package that imports its models when they are first asked for.
import importlib

_PLACES = {"Team": ".team", "Hero": ".hero"}


def __getattr__(name):
    if name in _PLACES:
        module = importlib.import_module(f"app.models{_PLACES[name]}")
        return getattr(module, name)
    raise AttributeError(name)


from app.models import hero, team  # noqa: E402
