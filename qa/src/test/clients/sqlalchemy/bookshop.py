"""SQLAlchemy on a branch: an engine of its own for the branch, and one transaction in a shared engine."""
import os
from decimal import Decimal

from sqlalchemy import (
    create_engine, event, func, select, text, update,
    Column, Date, DateTime, Enum, ForeignKey, Integer, Numeric, Text)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.orm import declarative_base, joinedload, relationship, Session

URL = os.environ["DATABASE_URL"]
BRANCH = os.environ["EPOCH_BRANCH"]
Base = declarative_base()


class Author(Base):
    __tablename__ = "authors"
    id = Column(Integer, primary_key=True)
    name = Column(Text, nullable=False)
    born = Column(Date)
    about = Column(JSONB, server_default="{}")
    created_at = Column(DateTime(timezone=True), server_default=func.now())
    books = relationship("Book", back_populates="author", cascade="all, delete-orphan")


class Book(Base):
    __tablename__ = "books"
    id = Column(Integer, primary_key=True)
    author_id = Column(ForeignKey("authors.id"), nullable=False)
    title = Column(Text, nullable=False)
    price = Column(Numeric(8, 2), nullable=False)
    shelf = Column(Enum("fiction", "travel", name="shelf"), server_default="fiction")
    words = Column(ARRAY(Text), server_default="{}")
    author = relationship(Author, back_populates="books")


def engine_on_branch():
    if "BRANCH_URL" in os.environ:
        return create_engine(os.environ["BRANCH_URL"])
    # recipe: a hook of the pool
    engine = create_engine(URL, pool_size=2)

    @event.listens_for(engine, "connect")
    def use_branch(connection, _):
        with connection.cursor() as cursor:
            cursor.execute("SELECT epoch.use_branch(%s)", (BRANCH,))
        connection.commit()

    return engine


def work(session):
    melville = session.scalars(select(Author).options(joinedload(Author.books)).filter_by(
        name="Herman Melville")).unique().one()
    assert [b.title for b in melville.books] == ["Moby-Dick", "Omoo"]
    verne = Author(name="Jules Verne", about={"country": "France"})
    verne.books.append(
        Book(title="Twenty Thousand Leagues", price=10, shelf="travel", words=["sea", "boat"]))
    session.add(verne)
    session.flush()
    assert (verne.id, verne.books[0].id) == (4, 4) and verne.created_at is not None
    session.execute(update(Book).where(Book.title == "Omoo").values(price=Book.price + 1))
    session.delete(session.scalars(select(Author).filter_by(name="Leo Tolstoy")).one())
    session.scalars(select(Author).filter_by(name="Anonymous")).one().name = "Nobody in particular"
    session.commit()


def transactions(session):
    session.add(Author(name="Undone"))
    session.query(Book).delete()
    session.flush()
    session.rollback()
    try:
        with session.begin_nested():
            session.add(Author(name="Herman Melville"))
        raise AssertionError("a second Herman Melville")
    except IntegrityError as refused:
        assert "authors_name_key" in str(refused), refused
    session.commit()
    assert session.scalar(select(func.sum(Book.price))) == Decimal("31.50")


on_branch = engine_on_branch()
with Session(on_branch) as first:
    assert first.scalar(text("SELECT epoch.current_branch()")) == BRANCH
    work(first)
with Session(on_branch) as second:
    # the same connection again, as the pool gave it back
    assert second.scalar(text("SELECT epoch.current_branch()")) == BRANCH
    transactions(second)
    for row in second.execute(
            select(Author.name, Book.title, Book.price).join(Book, isouter=True).order_by(Author.id, Book.id)):
        print(*row, sep="|")

# classes made from the catalogs, with their keys and references
reflected = automap_base()
reflected.prepare(on_branch, reflect=True)
with Session(on_branch) as third:
    melville = third.query(reflected.classes.authors).filter_by(name="Herman Melville").one()
    assert sorted(b.title for b in melville.books_collection) == ["Moby-Dick", "Omoo"]

# recipe: each transaction of some sessions, over a pool that others share
shared = create_engine(URL, pool_size=1, max_overflow=0)


class BranchSession(Session):
    pass


@event.listens_for(BranchSession, "after_begin")
def use_branch_in_transaction(session, transaction, connection):
    connection.execute(text("SELECT epoch.use_branch(:branch, local => true)"), {"branch": BRANCH})


with BranchSession(shared) as session:
    session.scalars(select(Author).filter_by(name="Jules Verne")).one().born = "1828-02-08"
    session.commit()
    assert session.scalar(text("SELECT epoch.current_branch()")) == BRANCH
with Session(shared) as session:
    assert session.scalar(text("SELECT epoch.current_branch()")) == "main"
    assert session.scalar(select(func.count(Author.id))) == 3
    assert session.scalar(select(Author.name).filter_by(id=3)) == "Anonymous"
