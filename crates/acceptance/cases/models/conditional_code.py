# Code that depends on what is certain: TYPE_CHECKING, versions, constants.
from __future__ import annotations

import sys
from typing import TYPE_CHECKING, List, Optional

from sqlmodel import Field, SQLModel

if TYPE_CHECKING:
    from somewhere import Other

DEBUG = False

if sys.version_info >= (3, 8):
    LENGTH = 100
else:
    LENGTH = 50

try:
    from sqlmodel import AutoString as Text
except ImportError:
    Text = None


class Thing(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    name: str = Field(max_length=LENGTH)
    if DEBUG:
        trace: str
    else:
        quiet: bool
