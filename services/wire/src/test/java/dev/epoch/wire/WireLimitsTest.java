package dev.epoch.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.branch.BranchLogin;
import dev.epoch.storage.branch.BranchSessions;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.postgres.connection.Connecting;
import dev.epoch.storage.postgres.connection.DatabaseSocket;
import dev.epoch.storage.testing.StoragePostgres;
import io.vertx.core.Future;
import io.vertx.core.net.NetSocket;
import io.vertx.pgclient.PgConnectOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that send what they should not, nothing, or too much; and a gateway that stops. */
@Timeout(120)
class WireLimitsTest {
  private static final int MOST = 3;

  private static GatewayDatabase shop;

  @BeforeAll
  static void start() throws Exception {
    shop = new GatewayDatabase(Duration.ofSeconds(1), MOST, Optional.empty());
  }

  @AfterAll
  static void stop() throws Exception {
    shop.close();
  }

  private static byte[] number(int... numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * numbers.length);
    for (int number : numbers) {
      bytes.putInt(number);
    }
    return bytes.array();
  }

  private static String answer(byte[]... sent) throws IOException {
    try (RawClient client = RawClient.to(shop.port())) {
      for (byte[] bytes : sent) {
        client.send(bytes);
      }
      return client.readToEnd();
    } catch (SocketException reset) {
      return "reset";
    }
  }

  @Test
  void whatIsNoMessageEndsTheConnection() throws IOException {
    assertThat(answer("GET / HTTP/1.1\r\n\r\n".getBytes())).contains("08P01");
    assertThat(answer(number(10_001, 3 << 16))).contains("08P01", "invalid length");
    assertThat(answer(number(8, 3 << 16))).contains("08P01");
    assertThat(answer(number(8, 2 << 16))).contains("0A000");
    assertThat(answer(RawClient.startup("database", "shop@main"))).contains("28000");
    // TLS at once, without a request
    assertThat(answer(new byte[] {0x16, 3, 1, 2, 0, 1})).contains("08P01");
  }

  @Test
  void encryptionIsRefusedOnceEach() throws IOException {
    try (RawClient client = RawClient.to(shop.port())) {
      client.send(number(8, 80877104));
      assertThat(client.read()).isEqualTo('N');
      client.send(number(8, 80877103));
      assertThat(client.read()).isEqualTo('N');
      client.send(number(8, 80877103));
      assertThat(client.readToEnd()).contains("08P01");
    }
  }

  @Test
  void whatFollowsARequestForTlsIsNotReadAsIfItCameWithTls() throws IOException {
    ByteBuffer both = ByteBuffer.allocate(200);
    both.put(number(8, 80877103)).put(RawClient.startup("user", "x", "database", "shop@main"));
    byte[] sent = new byte[both.position()];
    both.flip().get(sent);
    assertThat(answer(sent)).startsWith("E").contains("08P01");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 9})
  void whoDoesNotSayWhatItWantsIsNotWaitedFor(int bytes) throws IOException {
    byte[] begin = new byte[bytes];
    System.arraycopy(number(100, 3 << 16, 0), 0, begin, 0, bytes);
    assertThat(answer(begin)).isEmpty();
  }

  @Test
  void aKeyOfNoSessionCancelsNothing() throws IOException {
    assertThat(answer(number(16, 80877102, 1, 2))).isEmpty();
  }

  @Test
  void moreThanTheMostGetAnError() throws SQLException {
    List<Connection> held = new ArrayList<>();
    try {
      for (int i = 0; i < MOST; i++) {
        held.add(shop.connect("main"));
      }
      assertThat(shop.gateway().connections()).isEqualTo(MOST);
      assertThatThrownBy(() -> shop.connect("main"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("53300"));
    } finally {
      for (Connection connection : held) {
        connection.close();
      }
    }
    awaitNone();
    shop.connect("main").close();
    awaitNone();
  }

  private static void awaitNone() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (shop.gateway().connections() > 0) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  /** A database at which nobody listens; and what demands TLS of one that has none. */
  @Test
  void aDatabaseThatIsAway() throws Exception {
    int nobody;
    try (ServerSocket free = new ServerSocket(0)) {
      nobody = free.getLocalPort();
    }
    PgConnectOptions away = shop.database.sql().options().setPort(nobody);
    PgConnectOptions withoutTls =
        shop.database.sql().options().setSslMode(io.vertx.pgclient.SslMode.REQUIRE).setTrustAll(true);
    for (PgConnectOptions options : List.of(away, withoutTls)) {
      DatabaseSocket socket =
          new DatabaseSocket(
              new Connecting(StoragePostgres.vertx(), AddressRules.ANYTHING), options);
      int port = free();
      try (WireGateway gateway = gateway(port, new Unprepared(socket))) {
        listen(gateway);
        gateway.ready();
        assertRefused(port, "08006");
      } finally {
        socket.close();
      }
    }
  }

  @Test
  void untilTheServerIsReadyClientsAreToldSo() throws Exception {
    int port = free();
    try (WireGateway gateway = gateway(port, new Unprepared(null))) {
      listen(gateway);
      assertRefused(port, "57P03");
      assertThat(gateway.refused()).isOne();
    }
  }

  @Test
  void aPortThatIsTakenFails() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        WireGateway gateway = gateway(taken.getLocalPort(), new Unprepared(null))) {
      assertThatThrownBy(() -> listen(gateway))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("already in use");
    }
  }

  @Test
  void aGatewayThatStopsEndsItsSessions() throws Exception {
    DatabaseSocket socket =
        new DatabaseSocket(
            new Connecting(StoragePostgres.vertx(), AddressRules.ANYTHING),
            shop.database.sql().options());
    int port = free();
    WireGateway gateway = gateway(port, new Unprepared(socket));
    listen(gateway);
    gateway.ready();
    try (RawClient session = RawClient.connect(port, shop.clerk, "shop");
        RawClient begun = RawClient.to(port)) {
      begun.send(number(8, 80877103));
      assertThat(begun.read()).isEqualTo('N');
      gateway.close();
      assertThat(session.readToEnd()).isEmpty();
      assertThat(begun.readToEnd()).contains("57P01");
    } finally {
      socket.close();
    }
  }

  private static void assertRefused(int port, String state) throws IOException {
    try (RawClient client = RawClient.to(port)) {
      client.send(RawClient.startup("user", "x", "database", "shop"));
      assertThat(client.readToEnd()).startsWith("E").contains(state);
    }
  }

  private static int free() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  private static WireGateway gateway(int port, BranchSessions sessions) {
    return new WireGateway(
        StoragePostgres.vertx().getDelegate(),
        (_, _) -> new Targets.Target(sessions, BranchLogin.AS_GIVEN, Optional.empty()),
        new WireGateway.Settings("127.0.0.1", port, Optional.empty(), Duration.ofSeconds(30), 100));
  }

  private static void listen(WireGateway gateway) throws Exception {
    gateway.listen().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  /** Sessions as the client begins them. */
  private record Unprepared(DatabaseSocket socket) implements BranchSessions {
    @Override
    public void renewViews(String repository) {}

    @Override
    public String database() {
      return socket.database();
    }

    @Override
    public Future<NetSocket> connect() {
      return socket.connect();
    }

    @Override
    public BranchLogin login(dev.epoch.storage.branch.BranchHandle branch, Wish wish) {
      return BranchLogin.AS_GIVEN;
    }

    @Override
    public BranchLogin loginAtCommit(dev.epoch.storage.branch.BranchHandle commit, Wish wish) {
      return BranchLogin.AS_GIVEN;
    }
  }
}
