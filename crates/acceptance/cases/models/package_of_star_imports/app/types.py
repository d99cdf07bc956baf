from sqlalchemy import Numeric

Money = Numeric(14, 2)
