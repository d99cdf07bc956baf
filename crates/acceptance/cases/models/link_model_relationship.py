# Relationship(link_model=…): the link is an ordinary table, the relationship makes nothing.
from sqlmodel import Field, Relationship, SQLModel


class ArticleTag(SQLModel, table=True):
    __tablename__ = "article_tags"

    article_id: int = Field(foreign_key="article.id", primary_key=True)
    tag_id: int = Field(foreign_key="tag.id", primary_key=True)


class Article(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    title: str
    tags: list["Tag"] = Relationship(back_populates="articles", link_model=ArticleTag)


class Tag(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    label: str = Field(unique=True)
    articles: list[Article] = Relationship(back_populates="tags", link_model=ArticleTag)
