# A base class that is neither in the project nor installed in its virtual environment.
from company_models import Base
from sqlalchemy.orm import Mapped, mapped_column


class Invoice(Base):  #~ unknown-base: `Invoice` may be a model: its base `company_models.Base` is not known
    __tablename__ = "invoice"
    id: Mapped[int] = mapped_column(primary_key=True)
