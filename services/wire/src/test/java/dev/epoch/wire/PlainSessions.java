package dev.epoch.wire;

import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchLogin;
import dev.epoch.storage.branch.BranchSessions;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.postgres.connection.Connecting;
import dev.epoch.storage.postgres.connection.DatabaseSocket;
import dev.epoch.storage.testing.StoragePostgres;
import io.vertx.core.Future;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.pgclient.PgConnectOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Sessions as clients begin them, of a database at which nothing is of Epoch. */
record PlainSessions(DatabaseSocket socket) implements BranchSessions, AutoCloseable {

  static PlainSessions of(PgConnectOptions options) {
    return new PlainSessions(
        new DatabaseSocket(
            new Connecting(StoragePostgres.vertx(), AddressRules.ANYTHING), options));
  }

  /** A gateway before it, which does not listen yet. */
  WireGateway gateway(int port, int most, Optional<KeyCertOptions> certificate) {
    return new WireGateway(
        StoragePostgres.vertx().getDelegate(),
        (_, _) -> new Targets.Target(this, BranchLogin.AS_GIVEN, Optional.empty()),
        new WireGateway.Settings("127.0.0.1", port, certificate, Duration.ofSeconds(30), most));
  }

  static void listen(WireGateway gateway) throws Exception {
    gateway.listen().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

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
  public BranchLogin login(BranchHandle branch, Wish wish) {
    return BranchLogin.AS_GIVEN;
  }

  @Override
  public BranchLogin loginAtCommit(BranchHandle commit, Wish wish) {
    return BranchLogin.AS_GIVEN;
  }

  @Override
  public void close() {
    socket.close();
  }
}
