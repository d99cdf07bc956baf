# Models spread over modules and gathered in the package.
from .team import Team
from .hero import Hero, HeroTag
from .base import *

__all__ = ["Team", "Hero", "HeroTag"]
