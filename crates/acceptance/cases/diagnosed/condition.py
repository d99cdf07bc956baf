# Whether the table exists depends on the environment.
# assume: os.environ['WITH_AUDIT'] = '1'
import os

from sqlmodel import Field, SQLModel

if os.environ.get("WITH_AUDIT"):  #~ undecided: whether the table `audit` exists depends on `os.environ.get("WITH_AUDIT")`

    class Audit(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
