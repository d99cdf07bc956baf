import enum


class HeroKind(str, enum.Enum):
    FLYING = "flying"
    SWIMMING = "swimming"
