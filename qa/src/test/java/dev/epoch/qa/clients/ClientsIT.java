package dev.epoch.qa.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.clients.Bookshop.Way;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Psql;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shell;
import dev.epoch.qa.process.Shop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Programs of other languages do a day's work on a branch by the recipes of {@code
 * docs/clients.md}. Each checks itself what it reads; here the live rows are looked at, before the
 * merge and after it.
 */
@Timeout(120)
@ExtendWith(ClientServer.class)
class ClientsIT {

  @ParameterizedTest
  @EnumSource(Way.class)
  void django(Way way, ServerProcess server) throws Exception {
    // given an application whose migrations were applied on live
    String python =
        Installed.python(List.of("django", "psycopg2"), "python3-django python3-psycopg2");
    Database database = server.database().create("client_django" + way.ordinal());
    Path folder = Bookshop.PROGRAMS.resolve("django");
    Map<String, String> live = Map.of("DATABASE_URL", database.url());
    new Shell(folder, live).run(List.of(python, "-B", "manage.py", "migrate"), "").ok();
    new Shell(folder, live).run(List.of(python, "-B", "seed.py"), "").ok();
    Shop shop = Shop.over(server, database);
    shop.branch("feature/x", "main");
    shop.open("feature/x");
    String counts =
        """
        SELECT (SELECT count(*) FROM bookshop_author), (SELECT count(*) FROM bookshop_book),
          (SELECT count(*) FROM bookshop_book_tags), (SELECT count(*) FROM auth_user),
          (SELECT count(*) FROM django_admin_log), (SELECT count(*) FROM django_session)
        """;

    // when
    Map<String, String> branch = new HashMap<>(live);
    branch.put("EPOCH_BRANCH", "feature/x");
    if (way == Way.GATEWAY) {
      branch.put("BRANCH_URL", server.onBranch(database, "feature/x").url());
    }
    String done =
        new Shell(folder, branch).run(List.of(python, "-B", "branch_work.py"), "").ok().strip();

    Shell.Result migrated =
        new Shell(folder, branch).run(List.of(python, "-B", "manage.py", "migrate"), "");

    String refused =
        new Shell(folder, Map.of("DATABASE_URL", database.url(), "EPOCH_BRANCH", "missing"))
            .run(List.of(python, "-B", "no_branch.py"), "")
            .ok();

    // then
    assertThat(done).isEqualTo("5 6 2");
    assertThat(refused.lines())
        .containsExactly("There is no branch \"missing\"", "There is no branch \"missing\"");
    assertThat(migrated.ok()).contains("No migrations to apply");
    assertThat(database.rows(counts)).containsExactly("3|3|3|1|0|0");
    shop.commit("feature/x", "A day in the shop");
    shop.merge("feature/x", "main").ok();
    assertThat(database.rows(counts)).containsExactly("5|6|3|2|3|0");
    assertThat(
            database.rows(
                "SELECT title, price FROM bookshop_book JOIN bookshop_author a ON a.id = author_id"
                    + " WHERE a.name IN ('Jules Verne', 'Ida Pfeiffer') ORDER BY bookshop_book.id"))
        .containsExactly(
            "Twenty Thousand Leagues|11.00",
            "Voyage 1|3.00",
            "Voyage 2|4.00",
            "Voyage 3|5.00",
            "A Lady's Voyage|7.00");
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void sqlAlchemy(Way way, ServerProcess server) throws Exception {
    String python =
        Installed.python(List.of("sqlalchemy", "psycopg2"), "python3-sqlalchemy python3-psycopg2");
    Bookshop.works(
        server,
        "sqlalchemy",
        way,
        Bookshop.program(Bookshop.PROGRAMS, python, "-B", "sqlalchemy/bookshop.py"));
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void asyncpg(Way way, ServerProcess server) throws Exception {
    String python = Installed.python(List.of("asyncpg"), "python3-asyncpg");
    Bookshop.works(
        server,
        "asyncpg",
        way,
        Bookshop.program(Bookshop.PROGRAMS, python, "-B", "asyncpg/bookshop.py"));
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void activeRecord(Way way, ServerProcess server) throws Exception {
    String ruby = Installed.ruby(List.of("active_record", "pg"), "ruby-activerecord ruby-pg");
    Bookshop.works(
        server,
        "activerecord",
        way,
        Bookshop.program(Bookshop.PROGRAMS, ruby, "activerecord/bookshop.rb"));
  }

  @Test
  void jooq(ServerProcess server) throws Exception {
    Bookshop.works(
        server, "jooq", Way.ITSELF, (database, _) -> JooqProgram.work(database, "feature/x"));
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void psqlWithPagila(Way way, ServerProcess server) throws Exception {
    // given
    Installed.program("psql", "postgresql-client");
    Database database = server.database().create("client_pagila" + way.ordinal());
    database.execute(Files.readString(Bookshop.PROGRAMS.resolve("pagila/rental.sql")));
    Shop shop = Shop.over(server, database);
    shop.branch("feature/x", "main");
    shop.open("feature/x");
    String views =
        "SELECT fid, title, total, actors FROM sales_by_film JOIN film_list USING (fid, title)";
    List<String> before = database.rows(views);
    Psql psql =
        new Psql(
            way == Way.GATEWAY ? server.onBranch(database, "feature/x") : database,
            Bookshop.PROGRAMS);

    // when
    List<String> printed =
        psql.lines(Files.readString(Bookshop.PROGRAMS.resolve("pagila/work.sql")));

    // then
    assertThat(printed)
        // a string_agg without an order
        .map(line -> line.replace("ED CHASE, PENELOPE GUINESS", "PENELOPE GUINESS, ED CHASE"))
        .containsExactly(
            "3",
            "3|4.99",
            "tables",
            "1|2|5.98",
            "2|1|2.99",
            "3|2|19.98",
            "ACADEMY MAMMOTH",
            "19.98",
            "views",
            "1|ACADEMY MAMMOTH|PG|PENELOPE GUINESS",
            "2|ACE GOLDFINGER|G|NICK WAHLBERG",
            "3|ADAPTATION HOLES|R|PENELOPE GUINESS, ED CHASE",
            "1|ACADEMY MAMMOTH|5.98",
            "2|ACE GOLDFINGER|2.99",
            "3|ADAPTATION HOLES|19.98",
            "28.95");
    assertThat(database.rows(views)).isEqualTo(before);
    shop.commit("feature/x", "A day of rentals");
    shop.merge("feature/x", "main").ok();
    assertThat(database.rows("SELECT * FROM sales_by_film ORDER BY fid"))
        .containsExactly(
            "1|ACADEMY MAMMOTH|5.98", "2|ACE GOLDFINGER|2.99", "3|ADAPTATION HOLES|19.98");
    assertThat(
            database.rows("SELECT tableoid::regclass, count(*) FROM payment GROUP BY 1 ORDER BY 1"))
        .containsExactly("payment_p01|1", "payment_p02|4");
    // the triggers of the live table have run in the merge
    assertThat(database.rows("SELECT fulltext FROM film ORDER BY film_id"))
        .containsExactly("'academi':1 'mammoth':2", "'ace':1 'goldfing':2", "'adapt':1 'hole':2");
  }
}
