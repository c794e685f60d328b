package dev.epoch.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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

  /** PostgreSQL reads what a client sends behind its startup message. */
  @Test
  void aClientThatDoesNotWaitForItsLogin() throws IOException {
    byte[] startup = RawClient.startup("user", shop.clerk, "database", "shop@main");
    byte[] end = {'X', 0, 0, 0, 4};
    byte[] sent = Arrays.copyOf(startup, startup.length + end.length);
    System.arraycopy(end, 0, sent, startup.length, end.length);
    assertThat(answer(sent)).startsWith("R").endsWith("I");
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
        shop.database.sql().options().setSslMode(SslMode.REQUIRE).setTrustAll(true);
    for (PgConnectOptions options : List.of(away, withoutTls)) {
      int port = PlainSessions.freePort();
      try (PlainSessions sessions = PlainSessions.of(options);
          WireGateway gateway = sessions.gateway(port, MOST, Optional.empty())) {
        PlainSessions.listen(gateway);
        gateway.ready();
        assertRefused(port, "08006");
      }
    }
  }

  @Test
  void untilTheServerIsReadyClientsAreToldSo() throws Exception {
    int port = PlainSessions.freePort();
    try (WireGateway gateway = new PlainSessions(null).gateway(port, MOST, Optional.empty())) {
      PlainSessions.listen(gateway);
      assertRefused(port, "57P03");
      assertThat(gateway.refused()).isOne();
    }
  }

  @Test
  void aPortThatIsTakenFails() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        WireGateway gateway =
            new PlainSessions(null).gateway(taken.getLocalPort(), MOST, Optional.empty())) {
      assertThatThrownBy(() -> PlainSessions.listen(gateway))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("already in use");
    }
  }

  @Test
  void aGatewayThatStopsEndsItsSessions() throws Exception {
    int port = PlainSessions.freePort();
    try (PlainSessions sessions = PlainSessions.of(shop.database.sql().options())) {
      WireGateway gateway = sessions.gateway(port, MOST, Optional.empty());
      PlainSessions.listen(gateway);
      gateway.ready();
      try (RawClient session = RawClient.connect(port, shop.clerk, "shop");
          RawClient begun = RawClient.to(port)) {
        begun.send(number(8, 80877103));
        assertThat(begun.read()).isEqualTo('N');
        gateway.close();
        assertThat(session.readToEnd()).isEmpty();
        assertThat(begun.readToEnd()).contains("57P01");
      }
    }
  }

  private static void assertRefused(int port, String state) throws IOException {
    try (RawClient client = RawClient.to(port)) {
      client.send(RawClient.startup("user", "x", "database", "shop"));
      assertThat(client.readToEnd()).startsWith("E").contains(state);
    }
  }
}
