package dev.epoch.qa.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import dev.epoch.qa.process.Database;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.conf.Settings;
import org.jooq.exception.IntegrityConstraintViolationException;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * jOOQ on a branch. Its generated classes know their schema, as these tables do; it is not
 * rendered.
 */
final class JooqProgram {

  private static final Table<Record> AUTHORS = table(name("public", "authors"));
  private static final Field<Integer> AUTHOR_ID = field(name("authors", "id"), SQLDataType.INTEGER);
  private static final Field<String> NAME = field(name("name"), SQLDataType.VARCHAR);
  private static final Table<Record> BOOKS = table(name("public", "books"));
  private static final Field<Long> BOOK_ID = field(name("books", "id"), SQLDataType.BIGINT);
  private static final Field<Integer> BOOK_AUTHOR = field(name("author_id"), SQLDataType.INTEGER);
  private static final Field<String> TITLE = field(name("title"), SQLDataType.VARCHAR);
  private static final Field<BigDecimal> PRICE = field(name("price"), SQLDataType.NUMERIC);

  private JooqProgram() {}

  /** A day's work; what is there afterwards, columns separated by {@code |}. */
  static List<String> work(Database database, String branch) throws SQLException {
    try (Connection connection = database.connect()) {
      // recipe: the branch by the connection, tables without their schema by a setting
      Database.execute(connection, "SELECT epoch.use_branch('" + branch + "')");
      DSLContext dsl =
          DSL.using(connection, SQLDialect.POSTGRES, new Settings().withRenderSchema(false));

      assertThat(
              dsl.select(AUTHOR_ID, count(BOOK_ID))
                  .from(AUTHORS)
                  .leftJoin(BOOKS)
                  .on(BOOK_AUTHOR.eq(AUTHOR_ID))
                  .groupBy(AUTHOR_ID)
                  .orderBy(AUTHOR_ID)
                  .fetch(count(BOOK_ID)))
          .containsExactly(2, 1, 0);
      dsl.transaction(transaction -> write(transaction.dsl()));
      assertThatThrownBy(() ->
              dsl.transaction(transaction -> {
                transaction.dsl().deleteFrom(BOOKS).execute();
                throw new IllegalStateException("changed my mind");
              }))
          .hasMessage("changed my mind");
      dsl.transaction(outer ->
          assertThatThrownBy(() ->
                  outer
                      .dsl()
                      .transaction(inner ->
                          inner
                              .dsl()
                              .insertInto(AUTHORS, NAME)
                              .values("Herman Melville")
                              .execute()))
              .isInstanceOf(IntegrityConstraintViolationException.class)
              .hasMessageContaining("authors_name_key"));
      assertThat(dsl.select(sum(PRICE)).from(BOOKS).fetchSingle().value1())
          .isEqualByComparingTo("31.50");
      return dsl.select(NAME, TITLE, PRICE)
          .from(AUTHORS)
          .leftJoin(BOOKS)
          .on(BOOK_AUTHOR.eq(AUTHOR_ID))
          .orderBy(AUTHOR_ID, BOOK_ID)
          .fetch(row -> row.value1() + "|" + shown(row.value2()) + "|" + shown(row.value3()));
    }
  }

  private static void write(DSLContext dsl) {
    Integer verne =
        dsl.insertInto(AUTHORS, NAME)
            .values("Jules Verne")
            .returning(field(name("id"), Integer.class))
            .fetchSingle()
            .get(0, Integer.class);
    assertThat(verne).isEqualTo(4);
    dsl.batch(
            dsl.insertInto(BOOKS, BOOK_AUTHOR, TITLE, PRICE)
                .values(verne, "Twenty Thousand Leagues", BigDecimal.TEN))
        .execute();
    assertThat(
            dsl.update(BOOKS)
                .set(PRICE, PRICE.plus(val(BigDecimal.ONE)))
                .where(TITLE.eq("Omoo"))
                .returningResult(PRICE)
                .fetchSingle()
                .value1())
        .isEqualByComparingTo("9.00");
    assertThat(dsl.deleteFrom(BOOKS).where(BOOK_AUTHOR.eq(2)).execute()).isEqualTo(1);
    dsl.deleteFrom(AUTHORS).where(NAME.eq("Leo Tolstoy")).execute();
    dsl.update(AUTHORS).set(NAME, "Nobody in particular").where(NAME.eq("Anonymous")).execute();
  }

  private static String shown(Object value) {
    return value == null ? "None" : value.toString();
  }
}
