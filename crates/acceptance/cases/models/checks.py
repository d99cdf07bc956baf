# Check constraints: on the table, on a column, of a Boolean and of SQL expressions.
from sqlalchemy import Boolean, CheckConstraint, Column, Integer, String, text
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Stock(Base):
    __tablename__ = "stock"
    __table_args__ = (
        CheckConstraint("low <= high", name="stock_order"),
        CheckConstraint(text("high < 1000")),
        CheckConstraint("state IN ('a', 'b')", name="stock_state"),
    )

    id = Column(Integer, primary_key=True)
    low = Column(Integer, CheckConstraint("low >= 0"), nullable=False)
    high = Column(Integer, CheckConstraint("high > 0", name="stock_high"), nullable=False)
    state = Column(String(1))
    open = Column(Boolean(create_constraint=True, name="stock_open_bool"))
