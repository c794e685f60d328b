package dev.epoch.qa.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.epoch.qa.clients.Bookshop.Way;
import dev.epoch.qa.clients.Ledger.Company;
import dev.epoch.qa.clients.Ledger.Invoice;
import dev.epoch.qa.clients.Ledger.Person;
import dev.epoch.qa.clients.Ledger.State;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shop;
import jakarta.persistence.OptimisticLockException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An application with Hibernate and HikariCP, on live and on a branch. */
@Timeout(120)
@ExtendWith(ClientServer.class)
class HibernateIT {

  private static final String NAMES = "select p.name from Party p order by p.name";
  private static final String ROWS =
      """
      SELECT p.name, count(l.id), sum(l.price), string_agg(DISTINCT i.state, ',')
      FROM party p LEFT JOIN invoice i ON i.customer_id = p.id LEFT JOIN line l ON l.invoice_id = i.id
      GROUP BY p.name ORDER BY p.name
      """;

  @ParameterizedTest
  @EnumSource(Way.class)
  void anApplicationWorksOnABranchAndIsMerged(Way way, ServerProcess server) throws Exception {
    // given tables that Hibernate has made and filled on live
    Database database = server.database().create("hibernate_ledger" + way.ordinal());
    try (Application live = Application.on(database, "update", _ -> {})) {
      live.transact(HibernateIT::fill);
      Shop shop =
          Shop.over(server, database, Map.of("party_labels", List.of("party_id", "labels")));
      shop.branch("feature/x", "main");
      shop.open("feature/x");
      List<String> before = database.rows(ROWS);
      String options = database.rows("SELECT epoch.branch_options('feature/x')").getFirst();

      // when
      try (Application branch =
          way == Way.GATEWAY
              ? Application.on(server.onBranch(database, "feature/x"), "none", _ -> {})
              : Application.on(
                  database,
                  "none",
                  pool -> pool.setConnectionInitSql("SELECT epoch.use_branch('feature/x')"))) {
        branch.transact(HibernateIT::work);
        branch.transact(HibernateIT::bulk);
        undo(branch);
        losesAgainst(branch);
      }

      // and another one that would make its tables, which a branch refuses
      try (Application branch =
          Application.on(
              database, "update", pool -> pool.addDataSourceProperty("options", options))) {
        branch.transact(session ->
            assertThat(session.createQuery(NAMES, String.class).list())
                .containsExactly("Ada", "Bob", "Dora", "Initech"));
      }

      // then
      assertThat(
              database.rows(
                  """
                  SELECT oid::regclass FROM pg_class
                  WHERE relkind = 'r' AND relnamespace::regnamespace::text LIKE 'epoch\\_%'
                    AND oid NOT IN (
                      SELECT open_relation::regclass FROM epoch.branch_tables
                      WHERE open_relation IS NOT NULL)
                  """))
          .isEmpty();
      assertThat(database.rows(ROWS)).isEqualTo(before);
      shop.commit("feature/x", "A day's work");
      shop.merge("feature/x", "main").ok();
      assertThat(database.rows(ROWS))
          .containsExactly(
              "Ada|2|9.00|PAID", "Bob|1|3.50|OPEN", "Dora|2|8.50|OPEN", "Initech|0|null|null");
      live.transact(session -> {
        Person ada = session.find(Person.class, 1L);
        assertThat(ada.address.city).isEqualTo("New York");
        assertThat(ada.labels).containsExactlyInAnyOrder("ada", "important");
        assertThat(ada.contacts).containsOnlyKeys("mail", "phone");
        assertThat(ada.version).isEqualTo(2);
      });
    }
  }

  private static void fill(org.hibernate.Session session) {
    Person ada = Ledger.person("Ada", 1815);
    Person bob = Ledger.person("Bob", 1901);
    List.of(ada, bob, Ledger.company("Acme", "HR 1"), Ledger.company("Hooli", "HR 2"))
        .forEach(session::persist);
    session.persist(Invoice.to(ada).with("tea", "3.50").with("cup", "8.00"));
    session.persist(Invoice.to(bob).with("tea", "3.50"));
  }

  private static void work(org.hibernate.Session session) {
    assertThat(session.createQuery(NAMES, String.class).list())
        .containsExactly("Acme", "Ada", "Bob", "Hooli");
    Person ada = session.find(Person.class, 1L);
    ada.address.city = "New York";
    ada.labels.remove("regular");
    ada.labels.add("important");
    ada.contacts.put("phone", "1");
    Invoice first =
        session
            .createQuery("from Invoice i join fetch i.lines where i.customer = ?1", Invoice.class)
            .setParameter(1, ada)
            .getSingleResult();
    first.state = State.PAID;
    first.lines.remove(1);
    first.with("pot", "5.50");
    session.remove(session.find(Company.class, 3L));
    Person dora = Ledger.person("Dora", 1990);
    session.persist(dora);
    Invoice second = Invoice.to(dora).with("tea", "3.50").with("book", "5.00");
    session.persist(second);
    session.flush();
    assertThat(second.id).isEqualTo(3);
    assertThat(
            session.createQuery("select sum(price) from Line", BigDecimal.class).getSingleResult())
        .isEqualByComparingTo("21.00");
  }

  /** Statements for many rows; those of a party go to both of its tables. */
  private static void bulk(org.hibernate.Session session) {
    assertThat(
            session
                .createMutationQuery(
                    "update Company set name = 'Initech', register = 'HR 3' where name = 'Hooli'")
                .executeUpdate())
        .isEqualTo(1);
    session.persist(Ledger.company("Brief", "HR 4"));
    session.flush();
    assertThat(
            session
                .createMutationQuery("delete from Company where register = 'HR 4'")
                .executeUpdate())
        .isEqualTo(1);
  }

  private static void undo(Application branch) {
    assertThatThrownBy(() ->
            branch.transact(session -> {
              session.persist(Ledger.person("Undone", 2000));
              session.createMutationQuery("delete from Line").executeUpdate();
              throw new IllegalStateException("changed my mind");
            }))
        .hasMessage("changed my mind");
    branch.transact(session ->
        assertThat(session.createQuery(NAMES, String.class).list())
            .containsExactly("Ada", "Bob", "Dora", "Initech"));
  }

  /** Two sessions change one row: the second is told by the version. */
  private static void losesAgainst(Application branch) {
    assertThatThrownBy(() ->
            branch.transact(slow -> {
              Person seen = slow.find(Person.class, 1L);
              branch.transact(quick -> quick.find(Person.class, 1L).born = 1814);
              seen.born = 1816;
            }))
        .isInstanceOf(OptimisticLockException.class);
  }

  /** A session factory with a pool. */
  private record Application(HikariDataSource pool, SessionFactory sessions)
      implements AutoCloseable {

    static Application on(Database database, String schema, Consumer<HikariConfig> recipe) {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(
          "jdbc:postgresql://%s:%d/%s"
              .formatted(database.host(), database.port(), database.name().replace("/", "%2F")));
      config.setUsername(database.user());
      config.setPassword(database.password());
      config.setMaximumPoolSize(3);
      recipe.accept(config);
      HikariDataSource pool = new HikariDataSource(config);
      Configuration hibernate = new Configuration();
      Ledger.ENTITIES.forEach(hibernate::addAnnotatedClass);
      hibernate.getProperties().put("jakarta.persistence.nonJtaDataSource", pool);
      hibernate.setProperty("hibernate.hbm2ddl.auto", schema);
      hibernate.setProperty("hibernate.jdbc.batch_size", "20");
      return new Application(pool, hibernate.buildSessionFactory());
    }

    void transact(Consumer<org.hibernate.Session> work) {
      sessions.inTransaction(work::accept);
    }

    @Override
    public void close() {
      sessions.close();
      pool.close();
    }
  }
}
