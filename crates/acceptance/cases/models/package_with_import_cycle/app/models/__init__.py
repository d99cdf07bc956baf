# Modules that import each other only for type checking, and a base in the package itself.
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


from app.models import left, right  # noqa: E402
